//! The figures of a comparison, made from its trials.

use super::statistics::{bootstrap, holm, quantile, wilcoxon};
use super::{Instance, Trial};

/// The targets of a comparison, as factors on the optimum. The last one is the optimum itself, to a relative
/// 1e-9.
pub const TARGETS: [f64; 6] = [1.5, 1.1, 1.05, 1.02, 1.01, 1.0];
/// More than the rounding of a sum, less than any difference that counts.
const EXACT: f64 = 1e-9;

/// The figures of a comparison. A gap is `value / optimum - 1`: infinite where a run found nothing feasible. A
/// time is in evaluations of the whole network: infinite where no seed reached the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The gaps at the end and the times to the targets, for each instance and optimiser with a trial.
    pub run_lengths: Vec<RunLength>,
    /// The gaps over time, for the same instances and optimisers.
    pub anytime: Vec<Anytime>,
    /// For each optimiser, the share of all (instance, seed, target) that is reached at each checkpoint, from 0
    /// to 1: an empirical distribution of run lengths.
    pub ecdf: Vec<(String, Vec<f64>)>,
    /// The performance profiles, for each optimiser and target.
    pub profiles: Vec<Profile>,
    /// The tests of final gaps, for each pair of optimisers.
    pub comparisons: Vec<Comparison>,
    /// The speed-ups over the reference optimiser, for each optimiser and target.
    pub speedups: Vec<Speedup>,
    /// The numbers of evaluations at which `anytime` and `ecdf` look: 1, 2, 5, 10, 20, 50 and so on up to the
    /// budget.
    pub checkpoints: Vec<u64>,
}

/// The gaps that one optimiser ends with on one instance, and how long it takes to the targets.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLength {
    /// The index of the instance.
    pub instance: usize,
    /// The optimiser's name.
    pub optimizer: String,
    /// The quartiles, over seeds, of the gap at the end: 25 %, 50 % and 75 %.
    pub gap: [f64; 3],
    /// The expected running time to each of [`TARGETS`].
    pub expected: Vec<Expected>,
}

/// The expected running time to a target (Hansen et al., Optimization Methods
/// and Software 36(1), 2021): all evaluations before the target was reached,
/// those of failures included, over the number of successes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The expected running time in evaluations; infinite if no seed reached the target.
    pub evaluations: f64,
    /// The 95 % interval of `evaluations`, by Efron's percentiles over resamples of the seeds.
    pub interval: [f64; 2],
    /// The number of seeds that reached the target.
    pub successes: usize,
    /// The number of seeds that ran.
    pub seeds: usize,
}

/// The gaps of one optimiser on one instance over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Anytime {
    /// The index of the instance.
    pub instance: usize,
    /// The optimiser's name.
    pub optimizer: String,
    /// The quartiles, over seeds, of the gap at each of [`Report::checkpoints`]: 25 %, 50 % and 75 %.
    pub gaps: Vec<[f64; 3]>,
}

/// A performance profile (Dolan and More, Mathematical Programming 91, 2002) on
/// the expected running time to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The optimiser's name.
    pub optimizer: String,
    /// The target, one of [`TARGETS`].
    pub target: f64,
    /// Pairs of a ratio, 1 to 1024 in powers of two, and the share of instances on which the expected running
    /// time is at most that many times the fastest optimiser's.
    pub shares: Vec<(f64, f64)>,
}

/// A test of whether the final gaps of two optimisers differ, paired by instance and seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The name of the first optimiser.
    pub first: String,
    /// The name of the second optimiser.
    pub second: String,
    /// The numbers of pairs in which the first has the lesser gap, the second has it, and both are equal.
    pub wins: [usize; 3],
    /// The two-sided p-value of Wilcoxon's signed-rank test.
    pub p: f64,
    /// The p-value after Holm's adjustment over all pairs of optimisers.
    pub adjusted: f64,
}

/// The factor by which an optimiser reaches a target sooner than the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Speedup {
    /// The optimiser's name.
    pub optimizer: String,
    /// The target, one of [`TARGETS`].
    pub target: f64,
    /// The number of instances on which both reach the target.
    pub instances: usize,
    /// The ratio of expected running times, reference over optimiser, on those instances; None if there is
    /// none.
    pub ratio: Option<Ratio>,
}

/// A ratio of expected running times; above 1 the optimiser is faster than the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The geometric mean over instances.
    pub mean: f64,
    /// The 95 % interval of `mean`, by Efron's percentiles over resamples of the seeds.
    pub interval: [f64; 2],
    /// The least ratio over instances.
    pub worst: f64,
}

/// The figures of a comparison. `trials` hold each instance, optimiser and seed once at most. A comparison that
/// was interrupted may lack some: two optimisers are then compared on the seeds that both have. Instances
/// without a known optimum are left out. `reference` is the optimiser that speed-ups are measured against,
/// `evaluations` the budget of each trial, and `seed` that of the resampling.
pub fn report(
    instances: &[Instance],
    optimizers: &[String],
    trials: &[Trial],
    reference: &str,
    evaluations: u64,
    seed: u64,
) -> Report {
    let checkpoints = checkpoints(evaluations);
    let study = Study { instances, trials };
    let solved: Vec<usize> = (0..instances.len())
        .filter(|&at| instances[at].optimum.is_some())
        .collect();
    let mut run_lengths = Vec::new();
    let mut anytime = Vec::new();
    for &instance in &solved {
        for optimizer in optimizers {
            let cell = study.cell(instance, optimizer);
            if cell.is_empty() {
                continue;
            }
            let at = |time: u64| -> Vec<f64> {
                cell.iter().map(|trial| study.gap(trial, time)).collect()
            };
            run_lengths.push(RunLength {
                instance,
                optimizer: optimizer.clone(),
                gap: quartiles(&at(u64::MAX)),
                expected: (0..TARGETS.len())
                    .map(|target| study.expected_within(&cell, target, seed))
                    .collect(),
            });
            anytime.push(Anytime {
                instance,
                optimizer: optimizer.clone(),
                gaps: checkpoints
                    .iter()
                    .map(|&time| quartiles(&at(time)))
                    .collect(),
            });
        }
    }
    Report {
        ecdf: optimizers
            .iter()
            .map(|o| (o.clone(), study.ecdf(&solved, o, &checkpoints)))
            .collect(),
        profiles: profiles(&solved, optimizers, &run_lengths),
        comparisons: study.comparisons(&solved, optimizers),
        speedups: (optimizers.iter())
            .flat_map(|o| (0..TARGETS.len()).map(move |target| (o, target)))
            .map(|(o, target)| study.speedup(&solved, [reference, o], target, seed))
            .collect(),
        run_lengths,
        anytime,
        checkpoints,
    }
}

struct Study<'a> {
    instances: &'a [Instance],
    trials: &'a [Trial],
}

impl Study<'_> {
    /// The trials of an optimiser on an instance, by seed.
    fn cell(&self, instance: usize, optimizer: &str) -> Vec<&Trial> {
        let is_in = |t: &&Trial| t.instance == instance && t.optimizer == optimizer;
        let mut cell: Vec<&Trial> = self.trials.iter().filter(is_in).collect();
        cell.sort_unstable_by_key(|trial| trial.seed);
        cell
    }

    fn optimum(&self, trial: &Trial) -> f64 {
        let optimum = self.instances[trial.instance].optimum;
        optimum.expect("instances without an optimum are left out")
    }

    /// The gap after so many evaluations; infinite before anything feasible.
    fn gap(&self, trial: &Trial, time: u64) -> f64 {
        let known = trial.curve.partition_point(|&(at, _)| at <= time);
        let Some(&(_, value)) = trial.curve[..known].last() else {
            return f64::INFINITY;
        };
        gap(value, self.optimum(trial))
    }

    /// When a trial reached a target.
    fn hit(&self, trial: &Trial, target: usize) -> Option<u64> {
        let optimum = self.optimum(trial);
        let most = (TARGETS[target] - 1.0).max(EXACT);
        let mut curve = trial.curve.iter();
        curve
            .find(|&&(_, value)| gap(value, optimum) <= most)
            .map(|&(at, _)| at)
    }

    fn expected(&self, cell: &[&Trial], target: usize) -> Expected {
        let hits: Vec<Option<u64>> = cell.iter().map(|trial| self.hit(trial, target)).collect();
        let successes = hits.iter().flatten().count();
        let spent = cell
            .iter()
            .zip(&hits)
            .map(|(trial, hit)| hit.unwrap_or(trial.spent));
        let evaluations = match successes {
            0 => f64::INFINITY,
            _ => spent.sum::<u64>() as f64 / successes as f64,
        };
        Expected {
            evaluations,
            interval: [evaluations; 2],
            successes,
            seeds: cell.len(),
        }
    }

    /// The same with its interval.
    fn expected_within(&self, cell: &[&Trial], target: usize, seed: u64) -> Expected {
        let time = |seeds: &[usize]| -> f64 {
            let drawn: Vec<&Trial> = seeds.iter().map(|&at| cell[at]).collect();
            self.expected(&drawn, target).evaluations
        };
        Expected {
            interval: bootstrap(cell.len(), seed, time),
            ..self.expected(cell, target)
        }
    }

    fn ecdf(&self, instances: &[usize], optimizer: &str, checkpoints: &[u64]) -> Vec<f64> {
        let mut hits = Vec::new();
        for &instance in instances {
            for trial in self.cell(instance, optimizer) {
                hits.extend((0..TARGETS.len()).map(|target| self.hit(trial, target)));
            }
        }
        let share = |&time: &u64| {
            let reached = hits.iter().flatten().filter(|hit| **hit <= time).count();
            reached as f64 / hits.len().max(1) as f64
        };
        checkpoints.iter().map(share).collect()
    }

    fn comparisons(&self, instances: &[usize], optimizers: &[String]) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        for (at, first) in optimizers.iter().enumerate() {
            for second in &optimizers[at + 1..] {
                let mut differences = Vec::new();
                for &instance in instances {
                    let others = self.cell(instance, second);
                    let pairs = self.cell(instance, first).into_iter().filter_map(|a| {
                        let b = others.iter().find(|b| b.seed == a.seed)?;
                        Some((a, *b))
                    });
                    differences.extend(pairs.map(|(a, b)| {
                        let gaps = [a, b].map(|trial| self.gap(trial, u64::MAX));
                        if gaps[0] == gaps[1] {
                            0.0
                        } else {
                            gaps[0] - gaps[1]
                        }
                    }));
                }
                let count = |is: fn(&f64) -> bool| differences.iter().copied().filter(is).count();
                let wins = [
                    count(|d| *d < 0.0),
                    count(|d| *d > 0.0),
                    count(|d| *d == 0.0),
                ];
                comparisons.push(Comparison {
                    first: first.clone(),
                    second: second.clone(),
                    wins,
                    p: wilcoxon(&differences).p,
                    adjusted: 1.0,
                });
            }
        }
        let p: Vec<f64> = comparisons.iter().map(|c| c.p).collect();
        for (comparison, adjusted) in comparisons.iter_mut().zip(holm(&p)) {
            comparison.adjusted = adjusted;
        }
        comparisons
    }

    fn speedup(
        &self,
        instances: &[usize],
        [reference, optimizer]: [&str; 2],
        target: usize,
        seed: u64,
    ) -> Speedup {
        let time = |cell: &[&Trial]| self.expected(cell, target).evaluations;
        let cells = instances
            .iter()
            .map(|&i| [self.cell(i, reference), self.cell(i, optimizer)]);
        let is_reached = |cells: &[Vec<&Trial>; 2]| cells.iter().all(|c| time(c).is_finite());
        let cells: Vec<_> = cells.filter(is_reached).collect();
        // Optimisers may differ in their number of seeds: the common ones count.
        let common = cells.iter().flatten().map(Vec::len).min().unwrap_or(0);
        let ratios = |seeds: &[usize]| -> Vec<f64> {
            let drawn = |cell: &[&Trial]| -> f64 {
                time(&seeds.iter().map(|&at| cell[at]).collect::<Vec<_>>())
            };
            cells
                .iter()
                .map(|[reference, own]| ratio(drawn(reference), drawn(own)))
                .collect()
        };
        let summary = || {
            let found = ratios(&(0..common).collect::<Vec<_>>());
            Ratio {
                mean: geometric_mean(&found),
                interval: bootstrap(common, seed, |indices| geometric_mean(&ratios(indices))),
                worst: found.iter().copied().fold(f64::INFINITY, f64::min),
            }
        };
        Speedup {
            optimizer: optimizer.to_owned(),
            target: TARGETS[target],
            instances: cells.len(),
            ratio: (!cells.is_empty()).then(summary),
        }
    }
}

fn profiles(instances: &[usize], optimizers: &[String], lengths: &[RunLength]) -> Vec<Profile> {
    let time = |instance: usize, optimizer: &String, target: usize| {
        let mut cells = lengths.iter();
        let cell = cells.find(|l| l.instance == instance && l.optimizer == *optimizer);
        cell.map_or(f64::INFINITY, |l| l.expected[target].evaluations)
    };
    let mut profiles = Vec::new();
    for optimizer in optimizers {
        for (target, &factor) in TARGETS.iter().enumerate() {
            let ratio = |&instance: &usize| {
                let times = optimizers.iter().map(|o| time(instance, o, target));
                let own = time(instance, optimizer, target);
                own.is_finite()
                    .then(|| own / times.fold(f64::INFINITY, f64::min))
            };
            let ratios: Vec<f64> = instances.iter().filter_map(ratio).collect();
            let share = |most: f64| {
                let within = ratios.iter().filter(|ratio| **ratio <= most).count();
                (most, within as f64 / instances.len().max(1) as f64)
            };
            profiles.push(Profile {
                optimizer: optimizer.clone(),
                target: factor,
                shares: (0..=10)
                    .map(|power| share(f64::from(1u32 << power)))
                    .collect(),
            });
        }
    }
    profiles
}

/// 1, 2, 5, 10, 20, 50, ... up to the budget.
fn checkpoints(evaluations: u64) -> Vec<u64> {
    let mut checkpoints: Vec<u64> = Vec::new();
    let mut decade: u64 = 1;
    while decade <= evaluations {
        checkpoints.extend([1, 2, 5].map(|digit| decade.saturating_mul(digit)));
        let Some(next) = decade.checked_mul(10) else {
            break;
        };
        decade = next;
    }
    checkpoints.retain(|&at| at < evaluations);
    checkpoints.push(evaluations);
    checkpoints
}

fn gap(value: f64, optimum: f64) -> f64 {
    if value <= optimum {
        0.0
    } else {
        // An optimum of zero is met or infinitely far away.
        value / optimum - 1.0
    }
}

/// How many times longer one time is than another, where a resample may have
/// no success in either.
fn ratio(reference: f64, own: f64) -> f64 {
    match (reference.is_finite(), own.is_finite()) {
        (true, true) => reference / own,
        (false, true) => f64::INFINITY,
        (true, false) => 0.0,
        (false, false) => 1.0,
    }
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

fn quartiles(values: &[f64]) -> [f64; 3] {
    [0.25, 0.5, 0.75].map(|share| quantile(values, share))
}
