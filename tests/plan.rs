//! One face for both machines, as a library user meets it.

use std::process::Command;

use serde_json::Value;
use stationary::mappings::LayerPlan;
use stationary::sim::{
    Bound, Dataflow, Energy, Estimate, Mapping, Pace, Plan, Run, Stall, decoupled, mapper,
};
use stationary::{Target, arch, load};

fn json(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments)
        .args(["--format", "json", "--quiet"])
        .output()
        .expect("the command runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Two small layers on a machine of each kind.
fn plans() -> Vec<Plan> {
    let network = load::network("alexnet", &[])
        .expect("a bundled network")
        .value;
    let mut plans = Vec::new();
    for layer in &network.layers()[3..5] {
        let chip = |name| arch::Accelerator::preset(name, &[]).expect("a bundled preset");
        let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
        plans.push(
            mapper::map(layer, chip("eyeriss"), dataflow)
                .expect("it maps")
                .into(),
        );
        plans.push(decoupled::map(layer, chip("vta")).expect("it maps").into());
    }
    plans
}

#[test]
fn results_are_read_back_as_they_were_written() {
    fn check<T>(value: &T)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let text = serde_json::to_string(value).expect("it has a form");
        assert_eq!(serde_json::from_str::<T>(&text).expect(&text), *value);
    }
    for plan in plans() {
        let (model, run): (Estimate, Run) = (plan.estimate(), plan.run(Pace::default(), &mut ()));
        let cost = arch::CostModel::of(plan.accelerator()).expect("its technology is known");
        let energy: Energy = plan.energy(&cost, &run.counters, &run.control, run.cycles);
        check(&model);
        check(&run);
        check(&energy);
        check::<LayerPlan>(&LayerPlan::of(&plan));
        assert!(run.stalls.total() > 0);
    }
    Bound::ALL.iter().for_each(check);
    Stall::ALL.iter().for_each(check);
    assert!(serde_json::from_str::<Stall>("\"gremlins\"").is_err());
}

#[test]
fn both_machines_keep_the_same_laws() {
    for plan in plans() {
        let (model, run) = (plan.estimate(), plan.run(Pace::default(), &mut ()));
        assert_eq!(run.busy + run.stalls.total(), run.cycles);
        assert!(model.lower_bound <= run.cycles && model.lower_bound <= model.cycles);
        assert_eq!((model.counters, model.control), (run.counters, run.control));
        assert!(run.first_work <= run.first_mac && run.first_mac < run.last_result);
        assert!(run.last_result <= run.cycles && run.processing_cycles() <= run.cycles);
        assert!(plan.compute_cycles(Pace::default()) <= run.cycles);
        let cost = arch::CostModel::of(plan.accelerator()).expect("its technology is known");
        let energy = plan.energy(&cost, &run.counters, &run.control, run.cycles);
        assert!(plan.least_energy(&cost).total() < energy.total());
    }
}

/// An array that unfolds convolutions does so wherever a mapping is made.
#[test]
fn a_library_user_gets_the_numbers_of_the_command_line_on_an_array_that_unfolds() {
    let preset = "systolic-scalesim";
    let accelerator = load::accelerator(preset, &[])
        .expect("a bundled preset")
        .value;
    assert!(accelerator.array.im2col);
    let network = load::network("alexnet", &[])
        .expect("a bundled network")
        .value;
    let dataflow = Dataflow::find(&accelerator.dataflows[0]).expect("a bundled dataflow");
    let of_command = json(&["simulate", "--arch", preset, "--network", "alexnet"]);
    let target = Target::new(accelerator.clone(), &network).expect("a target");
    let control = target.control().expect("a dataflow");
    let layers = of_command["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), network.layers().len());
    for (layer, line) in network.layers().iter().zip(layers) {
        let own = mapper::map(layer, &accelerator, dataflow).expect("it maps");
        let made = Mapping::new(layer, &accelerator, dataflow, *own.tiling()).expect("it is legal");
        let of_target = target.plan(layer, &control).expect("it maps");
        for plan in [own.into(), made.into(), of_target] {
            let run = plan.run(Pace::default(), &mut ());
            assert_eq!(line["cycles"], run.cycles, "{}", layer.name());
            assert_eq!(
                line["model_cycles"],
                plan.estimate().cycles,
                "{}",
                layer.name()
            );
        }
    }
}
