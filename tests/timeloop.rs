//! Mappings of ours in Timeloop's terms: what both ways of counting must agree on.

use stationary::timeloop::Nest;
use stationary_arch::import::timeloop::Architecture;
use stationary_arch::{Accelerator, Operand};
use stationary_sim::{Dataflow, Mapping, estimate, mapper};
use stationary_workloads::timeloop::TimeloopProblem;
use stationary_workloads::{Convolution, Layer, RightOperand};

/// Small layers whose tiles divide on small arrays.
fn layers() -> Vec<Layer> {
    let convolution = Convolution::square(8, [16, 32], 3, 1, 0);
    vec![
        Layer::convolution("conv", convolution).expect("a layer"),
        Layer::convolution("point", Convolution::square(8, [32, 16], 1, 1, 0)).expect("a layer"),
        Layer::matmul("product", 1, [64, 64, 64], RightOperand::Parameters).expect("a layer"),
    ]
}

fn for_mappings(mut check: impl FnMut(&Mapping, &Nest)) {
    let mut refused = Vec::new();
    for (preset, sets) in [
        ("systolic", vec![("array.rows", "8"), ("array.cols", "8")]),
        ("eyeriss", vec![("array.rows", "12"), ("array.cols", "12")]),
        ("nvdla-small", vec![]),
        ("shidiannao", vec![]),
    ] {
        let accelerator = Accelerator::preset(preset, &sets).expect("a preset");
        for name in &accelerator.dataflows {
            let dataflow = Dataflow::find(name).expect("a dataflow");
            for layer in layers() {
                let Ok(mapping) = mapper::map(&layer, &accelerator, dataflow) else {
                    continue;
                };
                match Nest::of(&mapping) {
                    Ok(nest) => check(&mapping, &nest),
                    Err(why) => refused.push(format!("{preset} {name} {}: {why}", layer.name())),
                }
            }
        }
    }
    // 64 indices are padded to 66 and to 72, and no longer fit.
    let allowed = "eyeriss rs product: in Timeloop's count of words, the tiles in `weight_buffer` take \
                   4752 words; it holds 4096";
    assert_eq!(refused, [allowed]);
}

#[test]
fn files_read_back_and_count_the_same() {
    for_mappings(|mapping, nest| {
        let files = nest.files();
        let (architecture, notes) =
            Architecture::read("arch.yaml", &files.architecture).expect("it reads");
        assert_eq!(notes, []);
        let (problem, _) = TimeloopProblem::read("prob.yaml", &files.problem).expect("it reads");
        let again = Nest::read("map.yaml", &files.mapping, problem, architecture);
        let (again, _) = again.unwrap_or_else(|e| panic!("{}: {e:?}", mapping.layer().name()));
        assert_eq!(again.count(), nest.count());
    });
}

/// Where no window slides and nothing is padded, both count every word that crosses DRAM alike, but
/// for tiles that Timeloop keeps over an exchange point.
#[test]
fn dram_traffic_of_products_is_at_most_ours_and_at_least_each_word_once() {
    for_mappings(|mapping, nest| {
        let layer = mapping.layer();
        let is_plain = nest.problem().sizes == layer.sizes().0.to_vec();
        let counts = nest.count();
        assert_eq!(
            counts.computes,
            nest.problem().sizes.iter().product::<u64>()
        );
        assert!(
            counts.cycles as u128 * u128::from(nest.architecture().arithmetic.instances)
                >= u128::from(counts.computes)
        );
        if !is_plain || layer.name() == "conv" {
            return;
        }
        let ours = estimate(mapping).counters;
        for (space, operand, least) in [
            ("Weights", Operand::Weight, layer.weights()),
            ("Inputs", Operand::Input, layer.inputs()),
        ] {
            let of_space = |c: &&stationary::timeloop::Count| c.level == "DRAM" && c.space == space;
            let reads = counts
                .levels
                .iter()
                .find(of_space)
                .expect("DRAM keeps all")
                .reads;
            let most = ours.dram_read[operand];
            assert!(
                (least..=most).contains(&reads),
                "{} {space}: {reads} not in {least}..={most}",
                layer.name()
            );
        }
    });
}
