//! One face for both machines, as a library user meets it.

use std::iter;
use std::process::Command;

use serde_json::Value;
use stationary::assign::{AssignmentQuestion, Recheck};
use stationary::mappings::LayerPlan;
use stationary::sim::{
    Bound, Dataflow, Energy, Estimate, Mapping, Outcome, Pace, Plan, Run, Stall, decoupled, mapper,
};
use stationary::workloads::{Network, Zeros};
use stationary::{Request, Target, arch, load};

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

/// A checkpoint of one mapping is not taken for another's.
#[test]
#[should_panic(expected = "a checkpoint goes on with the plan it is of")]
fn a_checkpoint_goes_on_with_its_own_plan() {
    let plans = plans();
    let stop = |cycle| cycle >= 300;
    let first = plans[0].run_until(None, Pace::SkipIdle, &stop, &mut ());
    let Outcome::Stopped(checkpoint) = first else {
        panic!("it takes longer");
    };
    let _ = plans[2].run_until(Some(checkpoint), Pace::SkipIdle, &|_| false, &mut ());
}

/// A file for one kind of control is no file for the other.
#[test]
fn schedules_are_for_instructions_and_mappings_for_sequencers() {
    let on = |arch: &str| {
        Request::new(arch, "alexnet")
            .target()
            .expect("presets")
            .pick(&["conv5"])
    };
    let [vta, eyeriss] = ["vta", "eyeriss"].map(|arch| on(arch).expect("a layer"));
    let schedules = eyeriss.with_schedules("mine.yaml", iter::empty().collect());
    let mappings = vta.with_mappings("mine.yaml", iter::empty().collect());
    for (target, expected) in [
        (schedules, "needed mappings"),
        (mappings, "needed schedules"),
    ] {
        let error = target.estimate(&()).expect_err("it is for another control");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// What was said of the network, and what was asked for, holds on another machine too.
#[test]
fn another_machine_keeps_what_is_known_of_the_network() {
    let request = Request {
        set: vec!["array.rows=24".to_owned()],
        ..Request::new("eyeriss", "alexnet")
    };
    let target = request.target().expect("presets");
    assert_eq!(target.origin.settings, ["array.rows=24"]);
    let machine = load::accelerator("eyeriss", &[]).expect("a preset").value;
    let moved = target.with_accelerator(machine).expect("a machine");
    assert_eq!(moved.origin.settings, [""; 0]);
}

#[test]
fn more_zeros_than_words_are_refused() {
    let network = load::network("alexnet", &[]).expect("a network").value;
    let zeros = Zeros {
        input: 10_001,
        weight: 0,
        output: 0,
    };
    let layer = network.layers()[4].clone().with_zeros(zeros);
    let network = Network::new("zeros", vec![layer]).expect("a network");
    let machine = load::accelerator("eyeriss", &[]).expect("a preset").value;
    let error = Target::new(machine, &network).expect_err("they are too many");
    assert!(error.to_string().contains("10,000"), "{error}");
}

/// What flags do not allow, values do not either.
#[test]
fn questions_have_the_limits_of_the_flags() {
    let question = || AssignmentQuestion::new("alexnet", &["area=iot"]);
    let refused = [
        AssignmentQuestion {
            front: Some(1),
            ..question()
        },
        AssignmentQuestion {
            front: Some(u64::MAX),
            ..question()
        },
        AssignmentQuestion {
            epochs: Some(0),
            ..question()
        },
        AssignmentQuestion {
            evaluations: Some(0),
            ..question()
        },
        AssignmentQuestion {
            recheck: Recheck::Best(0),
            ..question()
        },
    ];
    for question in refused {
        let error = question.check().expect_err("it is not allowed");
        assert!(error.to_string().contains("needed"), "{error}");
    }
    question().check().expect("it is allowed");
}
