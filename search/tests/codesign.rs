//! Co-design on the decoupled machine: proofs, tuners, and the course of a run.

use std::collections::HashSet;

use stationary_arch::Accelerator;
use stationary_search::Cancellation;
use stationary_search::codesign::{
    CONFIDENT, Extent, Hardware, MachineVerdict, Measured, Measurement, Record, Repeated, Task,
    Tuned, find, names, network_bounds, prove, prove_each, prove_network, tune, tune_by,
    tune_network,
};
use stationary_workloads::{Convolution, Layer};

/// What is expected of bounds.
const HOLD: &str = "no run is below its bound";

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
        let proof = prove(&task, 0, u64::MAX, &Record::new()).expect(HOLD);
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
        let proof = prove(&task, machine, u64::MAX, &Record::new()).expect(HOLD);
        assert_eq!(proof.best.map(|(_, cycles)| cycles), least);
        // Nothing is below the optimum.
        let below = prove(
            &task,
            machine,
            least.expect("tiles of one block fit"),
            &Record::new(),
        )
        .expect(HOLD);
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
    let plain = names().into_iter().map(str::to_owned);
    // Confidence Sampling learns.
    let confident = ["random", "annealing", "genetic", "autotvm"].map(|n| n.to_owned() + CONFIDENT);
    let confident = confident.into_iter().filter(|_| cfg!(feature = "learn"));
    for name in plain.chain(confident) {
        let name = name.as_str();
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
        // What answers as the machine does takes its place.
        let mut tuner = find(name, 7).expect("a registered name");
        let measure = |point| task.measure(point).outcome;
        let same = tune_by(&task, tuner.as_mut(), 60, &measure, &mut |_| ());
        assert_eq!(same, whole, "{name}");
    }
}

/// Hardware and layers small enough to try everything.
fn network(area: f64) -> (Hardware, [Layer; 2]) {
    let knobs = [vec![1, 2], vec![8, 16], vec![8, 16]];
    let hardware = Hardware::of(&vta(), knobs).expect("its technology is known");
    let least = hardware.area(0);
    let layers = [
        layer(Convolution::square(6, [32, 48], 3, 1, 1)),
        layer(Convolution::square(8, [16, 32], 1, 1, 0)),
    ];
    (hardware.within(area * least), layers)
}

fn repeated<'a>(hardware: &'a Hardware, layers: &'a [Layer; 2]) -> [Repeated; 2] {
    let task = |layer, times| Repeated {
        task: Task::new(layer, hardware).expect("a decoupled machine"),
        times,
    };
    [task(&layers[0], 1), task(&layers[1], 3)]
}

#[test]
fn the_proved_chip_is_the_best_by_enumeration() {
    let whole = network(f64::INFINITY).0;
    let middle = whole.area(5) / whole.area(0);
    for area in [f64::INFINITY, middle] {
        let (hardware, layers) = network(area);
        let tasks = repeated(&hardware, &layers);
        let least = |task: &Repeated, machine: usize| {
            let all = task.task.points_on(machine);
            let all = all.filter_map(|point| task.task.measure(point).outcome.cycles());
            all.min().expect("tiles of one block fit")
        };
        let sums: Vec<(u64, usize)> = hardware
            .allowed()
            .map(|m| (tasks.iter().map(|t| t.times * least(t, m)).sum(), m))
            .collect();
        let records = [Record::new(), Record::new()];
        let (mut simulated, never) = (0, Cancellation::default());
        let proof = prove_network(&tasks, Extent::Best, &records, &never, &mut |_, _| {
            simulated += 1
        });
        let proof = proof.expect(HOLD);
        let best = proof.best.expect("some machine runs both");
        assert_eq!(Some(best.cycles), sums.iter().map(|(sum, _)| *sum).min());
        assert_eq!(simulated, proof.simulated);
        assert!(hardware.is_allowed(best.machine));
        let every = prove_network(&tasks, Extent::Every, &records, &never, &mut |_, _| ());
        let every = every.expect(HOLD);
        for (sum, machine) in &sums {
            assert_eq!(every.machines[*machine], MachineVerdict::Exactly(*sum));
            match proof.machines[*machine] {
                MachineVerdict::Exactly(cycles) => assert_eq!(cycles, *sum),
                MachineVerdict::AtLeast(bound) => assert!(bound <= *sum && bound >= best.cycles),
                other => panic!("{other:?}"),
            }
        }
        let large = every
            .machines
            .iter()
            .filter(|v| **v == MachineVerdict::TooLarge);
        assert_eq!(large.count() + sums.len(), hardware.len());
        assert_eq!(sums.len() < hardware.len(), area.is_finite());
        let each = prove_each(&tasks, &records, &never, &mut |_, _| ());
        for (task, own) in tasks.iter().zip(each.expect(HOLD)) {
            let least = hardware.allowed().map(|m| least(task, m)).min();
            assert_eq!(own.map(|(_, cycles)| cycles), least);
        }
    }
}

#[test]
fn a_tuned_network_has_one_chip_and_keeps_its_budget() {
    let (hardware, layers) = network(f64::INFINITY);
    let tasks = repeated(&hardware, &layers);
    let records = [Record::new(), Record::new()];
    let make = |task: usize| find("genetic", task as u64).expect("a registered name");
    let mut noted = [0, 0];
    let never = Cancellation::default();
    let mut note = |task: usize, _: &Measured| noted[task] += 1;
    let tuned = tune_network(&tasks, &make, 50, &records, &never, &mut note);
    let tuned = tuned.expect("a decoupled machine");
    assert_eq!(noted, [50, 50]);
    let chip = tuned.best.expect("some machine ran both");
    let mut sum = 0;
    for (task, (point, cycles)) in tasks.iter().zip(&chip.layers) {
        assert_eq!(task.task.machine(*point), chip.machine);
        assert_eq!(task.task.measure(*point).outcome.cycles(), Some(*cycles));
        sum += task.times * cycles;
    }
    assert_eq!(sum, chip.cycles);
    let own: u64 = (tasks.iter().zip(&tuned.each))
        .map(|(task, own)| task.times * own.expect("it ran").1)
        .sum();
    assert!(own <= chip.cycles);
}

/// Cancelled after any number of measurements there is a chip that runs all layers, with bounds that
/// hold; from what was measured the proof comes to the same end as if nothing had happened.
#[test]
fn a_cancelled_proof_has_a_chip_and_a_bound() {
    let (hardware, layers) = network(f64::INFINITY);
    let tasks = repeated(&hardware, &layers);
    let nothing = [Record::new(), Record::new()];
    let never = Cancellation::default();
    let whole = prove_network(&tasks, Extent::Best, &nothing, &never, &mut |_, _| ());
    let whole = whole.expect(HOLD);
    let optimum = whole.best.as_ref().expect("some machine runs both").cycles;
    assert!(whole.is_whole() && whole.lower_bound() == Some(optimum));
    let mut cuts = 0;
    for cut in 0..whole.simulated {
        let cancellation = Cancellation::default();
        if cut == 0 {
            cancellation.cancel();
        }
        let (mut noted, mut records) = (0, nothing.clone());
        let mut note = |task: usize, each: &Measured| {
            records[task].insert(each.point, each.outcome);
            noted += 1;
            if noted >= cut {
                cancellation.cancel();
            }
        };
        let proof = prove_network(&tasks, Extent::Best, &nothing, &cancellation, &mut note);
        let proof = proof.expect(HOLD);
        let best = proof.best.as_ref().expect("a chip");
        assert_eq!(best.layers.len(), tasks.len());
        for (task, (point, cycles)) in tasks.iter().zip(&best.layers) {
            assert_eq!(task.task.machine(*point), best.machine);
            assert_eq!(task.task.measure(*point).outcome.cycles(), Some(*cycles));
        }
        assert!(proof.lower_bound() <= Some(optimum) && optimum <= best.cycles);
        cuts += u64::from(!proof.is_whole());
        let again = prove_network(&tasks, Extent::Best, &records, &never, &mut |_, _| ());
        assert_eq!(again.as_ref(), Ok(&whole), "cut after {cut}");
    }
    assert!(cuts > 0, "some proof was cut off");
}

#[test]
fn a_cancelled_tuning_has_one_chip() {
    let (hardware, layers) = network(f64::INFINITY);
    let tasks = repeated(&hardware, &layers);
    let records = [Record::new(), Record::new()];
    let make = |task: usize| find("genetic", task as u64).expect("a registered name");
    for cut in [0, 1, 20, 60] {
        let cancellation = Cancellation::default();
        if cut == 0 {
            cancellation.cancel();
        }
        let mut noted = 0;
        let mut note = |_: usize, _: &Measured| {
            noted += 1;
            if noted >= cut {
                cancellation.cancel();
            }
        };
        let tuned = tune_network(&tasks, &make, 50, &records, &cancellation, &mut note);
        let chip = tuned.expect("a decoupled machine").best.expect("a chip");
        for (task, (point, cycles)) in tasks.iter().zip(&chip.layers) {
            assert_eq!(task.task.machine(*point), chip.machine);
            assert_eq!(task.task.measure(*point).outcome.cycles(), Some(*cycles));
        }
        assert!(noted < 100, "cut after {cut}: {noted}");
    }
}

#[test]
fn limits_are_counted_and_nothing_runs_beyond_them() {
    let (hardware, layers) = network(1.0);
    let tasks = repeated(&hardware, &layers);
    let task = &tasks[0].task;
    let allowed: Vec<usize> = hardware.allowed().collect();
    assert_eq!(allowed, [0]);
    for machine in 0..hardware.len() {
        let point = task.points_on(machine).next().expect("tiles of one block");
        let excess = task.excess(point);
        assert_eq!(excess.memory, 0.0);
        assert_eq!(excess.area > 0.0, machine > 0);
        assert_eq!(task.measure(point).outcome.cycles().is_some(), machine == 0);
        assert_eq!(task.bound(point).is_some(), machine == 0);
    }
    let last = task.points_on(0).last().expect("whole tensors as tiles");
    let fits = task.lowered_layer(last).is_ok();
    assert_eq!(task.excess(last).memory == 0.0, fits);
}

#[test]
fn a_wrong_name_is_met_with_the_near_one() {
    let error = find("randon", 0).err().expect("no such tuner").to_string();
    assert!(error.contains("did you mean `random`?"), "{error}");
}

/// What follows from the runs of a proof is what the proof says, and nothing follows from fewer.
#[test]
fn a_proof_follows_from_its_runs() {
    let (hardware, layers) = network(f64::INFINITY);
    let middle = hardware.area(5);
    for hardware in [hardware.clone(), hardware.within(middle)] {
        let tasks = repeated(&hardware, &layers);
        let nothing = [Record::new(), Record::new()];
        let never = Cancellation::default();
        for extent in [Extent::Best, Extent::Every] {
            let mut ran = nothing.clone();
            let mut note = |task: usize, each: &Measured| {
                ran[task].insert(each.point, each.outcome);
            };
            let proof = prove_network(&tasks, extent, &nothing, &never, &mut note).expect(HOLD);
            let found = network_bounds(&tasks, &ran).expect(HOLD);
            assert_eq!(found.best, proof.best);
            assert_eq!((found.is_proved(), found.valid), (true, proof.valid));
            assert_eq!(found.lower_bound(), proof.lower_bound());
            for (machine, verdict) in proof.machines.iter().enumerate() {
                let own = found.machines[machine].as_ref();
                match verdict {
                    MachineVerdict::TooLarge | MachineVerdict::Unable => assert_eq!(own, None),
                    MachineVerdict::Exactly(cycles) => {
                        let own = own.expect("it ran");
                        assert_eq!((own.floor, own.cycles), (*cycles, Some(*cycles)));
                    }
                    MachineVerdict::AtLeast(bound) => {
                        assert!(own.expect("it could").floor >= *bound)
                    }
                    MachineVerdict::Open(_) => panic!("nothing was cancelled"),
                }
            }
            // One run less, and something else might be better, or is the best.
            let chip = proof.best.expect("some machine runs both");
            for (task, (point, _)) in chip.layers.iter().enumerate() {
                let mut less = ran.clone();
                less[task].remove(point);
                let found = network_bounds(&tasks, &less).expect(HOLD);
                assert!(!found.is_proved());
                assert!(found.lower_bound() <= Some(chip.cycles));
            }
            // A run below its bound.
            let mut low = ran.clone();
            low[0].insert(chip.layers[0].0, Measurement::Cycles(1));
            assert!(network_bounds(&tasks, &low).is_err());
        }
        let found = network_bounds(&tasks, &nothing).expect(HOLD);
        assert_eq!((found.best.is_none(), found.is_proved()), (true, false));
    }
}
