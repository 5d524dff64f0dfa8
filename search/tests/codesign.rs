//! Co-design on the decoupled machine: proofs, tuners, and the course of a run.

use std::collections::HashSet;

use stationary_arch::Accelerator;
use stationary_search::codesign::{
    Hardware, Measured, Record, Task, Tuned, find, names, prove, tune,
};
use stationary_workloads::{Convolution, Layer};

fn vta() -> Accelerator {
    Accelerator::preset("vta", &[]).expect("a bundled preset")
}

fn layer(convolution: Convolution) -> Layer {
    Layer::convolution("conv", convolution).expect("a layer")
}

/// The convolutions of ResNet-18 but the first: input, channels, kernel, stride, padding.
const TASKS: [(u64, [u64; 2], u64, u64, u64); 10] = [
    (56, [64, 64], 3, 1, 1),
    (56, [64, 128], 3, 2, 1),
    (56, [64, 128], 1, 2, 0),
    (28, [128, 128], 3, 1, 1),
    (28, [128, 256], 3, 2, 1),
    (28, [128, 256], 1, 2, 0),
    (14, [256, 256], 3, 1, 1),
    (14, [256, 512], 3, 2, 1),
    (14, [256, 512], 1, 2, 0),
    (7, [512, 512], 3, 1, 1),
];

#[test]
fn resnet18_is_proved_with_few_simulations() {
    let hardware = Hardware::fixed(&vta()).expect("its technology is known");
    let (mut points, mut valid, mut simulated) = (0, 0, 0);
    for (input, channels, kernel, stride, pad) in TASKS {
        let layer = layer(Convolution::square(input, channels, kernel, stride, pad));
        let task = Task::new(&layer, &hardware).expect("a decoupled machine");
        let proof = prove(&task, 0, u64::MAX, &Record::new());
        assert!(proof.best.is_some());
        points += task.points();
        valid += proof.valid;
        simulated += proof.simulated;
        let share = proof.simulated as f64 / proof.valid as f64;
        assert!(share <= 0.05, "{input} {channels:?} {kernel}: {share}");
    }
    assert_eq!((points, valid), (13_760, 10_501));
    assert!(simulated * 20 <= valid, "{simulated} of {valid} simulated");
}

#[test]
fn a_proof_agrees_with_running_everything() {
    let base = Accelerator::preset("vta", &[("global_buffer.partitions.0.kib", "2")]);
    let base = base.expect("a small buffer");
    let knobs = [vec![1, 2], vec![8, 16], vec![8, 16]];
    let hardware = Hardware::of(&base, knobs).expect("its technology is known");
    let layer = layer(Convolution::square(6, [32, 48], 3, 1, 1));
    let task = Task::new(&layer, &hardware).expect("a decoupled machine");
    for machine in 0..hardware.len() {
        let all = task
            .points_on(machine)
            .map(|point| task.measure(point).outcome.cycles());
        let least = all.flatten().min();
        let proof = prove(&task, machine, u64::MAX, &Record::new());
        assert_eq!(proof.best.map(|(_, cycles)| cycles), least);
        // Nothing is below the optimum.
        let below = prove(
            &task,
            machine,
            least.expect("tiles of one block fit"),
            &Record::new(),
        );
        assert_eq!(below.best, None);
        assert!(proof.simulated < proof.valid);
    }
}

#[test]
fn tuners_keep_the_budget_and_resume_to_the_same_end() {
    let knobs = [vec![1, 2], vec![8, 16], vec![8, 16]];
    let hardware = Hardware::of(&vta(), knobs).expect("its technology is known");
    let layer = layer(Convolution::square(8, [32, 32], 3, 1, 1));
    let task = Task::new(&layer, &hardware).expect("a decoupled machine");
    let run = |name: &str, record: &Record, noted: &mut Vec<Measured>| -> Tuned {
        let mut tuner = find(name, 7).expect("a registered name");
        tune(&task, tuner.as_mut(), 60, record, &mut |each| {
            noted.push(*each)
        })
    };
    for name in names() {
        let mut noted = Vec::new();
        let whole = run(name, &Record::new(), &mut noted);
        assert_eq!(noted, whole.measured);
        assert_eq!(whole.measured.len(), 60, "{name}");
        let distinct: HashSet<_> = whole.measured.iter().map(|each| each.point).collect();
        assert_eq!(distinct.len(), 60, "{name}");
        assert!(whole.curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1));
        let half: Record = noted
            .iter()
            .take(30)
            .map(|m| (m.point, m.outcome))
            .collect();
        assert_eq!(run(name, &half, &mut Vec::new()), whole, "{name}");
    }
}

#[test]
fn a_wrong_name_is_met_with_the_near_one() {
    let error = find("randon", 0).err().expect("no such tuner").to_string();
    assert!(error.contains("did you mean `random`?"), "{error}");
}
