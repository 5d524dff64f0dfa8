//! Every preset reads, is valid, and survives being written and read again.

use stationary_arch::{Accelerator, DramKind, Operand, Topology, presets};

#[test]
fn each_reads_under_its_own_name_and_round_trips() {
    for name in presets::names() {
        let machine = Accelerator::preset(name, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(machine.name, name);
        machine.check().unwrap_or_else(|error| panic!("{error}"));
        let written = machine.to_yaml();
        let again = Accelerator::from_yaml("written", &written)
            .unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(again, machine, "{written}");
        for dataflow in &machine.dataflows {
            assert!(stationary_arch::DATAFLOWS.contains(&dataflow.as_str()));
        }
    }
}

#[test]
fn names_are_sorted_and_found() {
    let names: Vec<_> = presets::names().collect();
    assert!(names.is_sorted(), "{names:?}");
    assert!(names.iter().all(|name| presets::find(name).is_some()));
    assert_eq!(presets::find("eyeris"), None);
}

#[test]
fn each_figure_line_of_a_chip_names_its_source() {
    // The plain systolic arrays say in their heads what is assumed, and whose assumption it is.
    for name in presets::names().filter(|name| !name.starts_with("systolic")) {
        let text = presets::find(name).expect("a listed preset is there");
        for figure in [
            "technology_nm",
            "clock_mhz",
            "dataflows",
            "rows",
            "cols",
            "kib",
        ] {
            let lines: Vec<_> = text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                if line
                    .trim_start()
                    .trim_start_matches("- {")
                    .starts_with(&format!("{figure}:"))
                {
                    let near = &lines[index.saturating_sub(3)..=index];
                    assert!(near.iter().any(|line| line.contains('#')), "{name}: {line}");
                }
            }
        }
    }
}

#[test]
fn published_figures() {
    let eyeriss = Accelerator::preset("eyeriss", &[]).expect("a preset");
    assert_eq!(
        eyeriss.scratchpads[Operand::Weight].words * 2,
        448,
        "bytes, JSSC 2017 Table IV"
    );
    let bytes: u64 = eyeriss
        .global_buffer
        .partitions
        .iter()
        .map(|part| part.bytes)
        .sum();
    assert_eq!(bytes, 108 * 1024);
    let DramKind::Bandwidth {
        words_per_cycle, ..
    } = eyeriss.dram.kind
    else {
        panic!("the link has a bandwidth")
    };
    assert_eq!(
        u64::from(words_per_cycle * eyeriss.dram.word.0) * eyeriss.dram.clock.0,
        64 * 60_000
    );
    // Any set may enter or leave partial sums anywhere, by tag; only the links inside a set chain.
    assert_eq!(eyeriss.networks.psum_in.topology, Topology::Multicast);

    let tpu = Accelerator::preset("tpu-v1", &[]).expect("a preset");
    let DramKind::Bandwidth {
        words_per_cycle, ..
    } = tpu.dram.kind
    else {
        panic!("DDR3 has a bandwidth")
    };
    let kilobytes_per_second = u64::from(words_per_cycle) * tpu.dram.clock.0;
    assert_eq!(kilobytes_per_second / 1_000_000, 34, "GB/s, ISCA 2017");
}

#[test]
fn a_misspelt_preset_is_met_with_the_near_one() {
    let error = Accelerator::preset("eyeris", &[]).unwrap_err().to_string();
    assert_eq!(
        error,
        "no accelerator preset is called `eyeris`; there are eyeriss, gemmini, nvdla-large, \
         nvdla-small, shidiannao, systolic, systolic-rtl, systolic-scalesim, systolic-stonne, \
         tpu-v1, vta, vta-pipelined; did you mean `eyeriss`?"
    );
}
