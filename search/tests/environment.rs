//! Environments against enumeration: masks, bounds and rewards, and that the best solution that an agent could come to is
//! the optimum that a proof names.

mod common;

use std::sync::Arc;

use common::{cases, rng, small_table};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::Accelerator;
use stationary_search::codesign::{
    Extent, Hardware, Record, Repeated, Task, network_bounds, prove_network,
};
use stationary_search::environment::{
    Assignment, ChipDesign, Environment, Episodes, Reward, Solution, Step, Tilings, actions,
};
use stationary_search::{BudgetRequest, BudgetSpec, Cancellation, Objective, Problem, Resource};
use stationary_workloads::{Convolution, Layer};

/// Every whole solution that masks lead to, with its objective; each prefix is held to its bound.
fn solutions(environment: &dyn Environment) -> Vec<(Vec<u16>, f64)> {
    let mut found = Vec::new();
    descend(environment, &mut Vec::new(), &mut found);
    found
}

/// The least objective below a prefix; None where it leads nowhere.
fn descend(
    environment: &dyn Environment,
    chosen: &mut Vec<u16>,
    found: &mut Vec<(Vec<u16>, f64)>,
) -> Option<f64> {
    let bound = environment.bound(chosen);
    if chosen.len() == environment.steps().len() {
        found.push((chosen.clone(), bound));
        return Some(bound);
    }
    let mut allowed = vec![false; actions(environment)];
    environment.allow(chosen, &mut allowed);
    let mut least = None::<f64>;
    for action in (0..allowed.len()).filter(|action| allowed[*action]) {
        chosen.push(action as u16);
        if let Some(below) = descend(environment, chosen, found) {
            least = Some(least.map_or(below, |least| least.min(below)));
        }
        chosen.pop();
    }
    if let Some(least) = least {
        assert!(
            bound <= least * (1.0 + 1e-12),
            "{chosen:?}: {bound} > {least}"
        );
    }
    least
}

fn least(solutions: &[(Vec<u16>, f64)]) -> Option<f64> {
    solutions
        .iter()
        .map(|(_, objective)| *objective)
        .reduce(f64::min)
}

/// Episodes of random actions, mostly allowed ones: what they are paid, and what is seen.
fn play(environment: &Arc<dyn Environment>, optimum: f64, rng: &mut Xoshiro256PlusPlus) {
    let count = 5;
    let width = actions(&**environment);
    for reward in [Reward::Sparse, Reward::Shaped] {
        let mut episodes = Episodes::new(Arc::clone(environment), optimum, reward, count);
        let (mut paid, mut end) = (vec![0.0; count], vec![None; count]);
        for _ in 0..environment.steps().len() {
            let seen = episodes.observations();
            assert_eq!(seen.len(), count * environment.features());
            assert!(
                seen.iter().all(|number| (-1.0..=1.0).contains(number)),
                "{seen:?}"
            );
            let masks = episodes.masks();
            let chosen: Vec<u16> = (0..count)
                .map(|at| {
                    let allowed = &masks[at * width..][..width];
                    let free: Vec<usize> = (0..width).filter(|a| allowed[*a]).collect();
                    match free.is_empty() || rng.random_bool(0.05) {
                        true => rng.random_range(0..width) as u16,
                        false => free[rng.random_range(0..free.len())] as u16,
                    }
                })
                .collect();
            let over: Vec<bool> = (0..count).map(|at| episodes.is_over(at)).collect();
            let steps = episodes.step(&chosen);
            for at in 0..count {
                paid[at] += steps.rewards[at];
                assert_eq!(steps.ends[at], episodes.is_over(at));
                if steps.ends[at] && !over[at] {
                    let objective = steps.objectives[at];
                    end[at] = Some(objective);
                    let is_whole = episodes.chosen(at).len() == environment.steps().len();
                    assert!(objective.is_nan() || is_whole);
                } else if over[at] {
                    assert_eq!(steps.rewards[at], 0.0);
                }
            }
        }
        for (paid, end) in paid.iter().zip(&end) {
            let objective = end.expect("no episode is longer than a solution");
            let share = match objective {
                _ if objective.is_nan() => 0.0,
                _ if objective > optimum => optimum / objective,
                _ => 1.0,
            };
            let start = match reward {
                Reward::Sparse => 0.0,
                Reward::Shaped => 1.0,
            };
            assert!(
                (paid - (share - start)).abs() < 1e-9,
                "{paid} {share} {reward}"
            );
        }
        episodes.reset(|_| true);
        assert!((0..count).all(|at| !episodes.is_over(at) && episodes.chosen(at).is_empty()));
    }
}

#[test]
fn assignments_are_those_that_keep_the_budgets() {
    let mut rng = rng(11);
    let objectives = [
        Objective::Latency,
        Objective::Energy,
        Objective::Edp,
        Objective::Throughput,
    ];
    for case in 0..cases(300) {
        let table = small_table(&mut rng);
        let mut requests = Vec::new();
        for resource in [Resource::Area, Resource::Power] {
            let limit = rng.random_range(0.0..60.0);
            if rng.random_bool(0.5) {
                requests.push(BudgetRequest {
                    resource,
                    allowance: BudgetSpec::Absolute(limit),
                });
            }
        }
        let objective = objectives[case as usize % 4];
        let problem = Problem::new(table, objective, &requests).expect("absolute budgets are");
        let sizes: Vec<usize> = (0..problem.genes())
            .map(|gene| problem.values(gene))
            .collect();
        // Every point, whether it keeps the budgets or not.
        let mut points = vec![Vec::new()];
        for size in sizes {
            let longer = |point: &Vec<u16>| {
                let point = point.clone();
                (0..size as u16).map(move |option| [&point[..], &[option]].concat())
            };
            points = points.iter().flat_map(longer).collect();
        }
        let kept = points
            .into_iter()
            .filter(|point| problem.is_feasible(point));
        let kept: Vec<(Vec<u16>, f64)> = kept.map(|p| (p.clone(), problem.value(&p))).collect();
        let has_one_budget = problem.budgets().len() < 2;
        let environment = Assignment::new(problem, &[]).expect("each layer has its own");
        let environment: Arc<dyn Environment> = Arc::new(environment);
        let found = solutions(&*environment);
        assert_eq!(found, kept, "case {case}");
        if let Some(optimum) = least(&found) {
            play(&environment, optimum, &mut rng);
            // Under one budget no allowed action is a dead end: a walk that takes the last allowed always arrives.
            let mut chosen = Vec::new();
            while has_one_budget && chosen.len() < environment.steps().len() {
                let mut allowed = vec![false; actions(&*environment)];
                environment.allow(&chosen, &mut allowed);
                let last = allowed
                    .iter()
                    .rposition(|is| *is)
                    .expect("something is allowed");
                chosen.push(last as u16);
            }
        }
    }
}

#[test]
fn tilings_are_those_of_the_list() {
    let mut rng = rng(12);
    for _ in 0..cases(300) {
        let sizes: Vec<usize> = (0..rng.random_range(1..5))
            .map(|_| rng.random_range(1..5))
            .collect();
        let steps = sizes.iter().enumerate().map(|(at, size)| Step {
            name: format!("step {at}"),
            values: (0..*size).map(|value| value.to_string()).collect(),
        });
        let count = rng.random_range(1..40);
        let listed: Vec<Solution> = (0..count)
            .map(|place| Solution {
                actions: sizes
                    .iter()
                    .map(|size| rng.random_range(0..*size) as u16)
                    .collect(),
                bound: rng.random_range(1..1000),
                place,
            })
            .collect();
        let above: Vec<u64> = listed
            .iter()
            .map(|s| s.bound + rng.random_range(0..5))
            .collect();
        let price = above.clone();
        let own = Tilings::new(
            steps.collect(),
            vec![0.5],
            listed.clone(),
            Box::new(move |at| price[at]),
        );
        let environment: Arc<dyn Environment> = Arc::new(own);
        let found = solutions(&*environment);
        let mut distinct: Vec<&Vec<u16>> = listed.iter().map(|s| &s.actions).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(found.len(), distinct.len());
        let free: Vec<bool> = sizes.iter().map(|size| *size > 1).collect();
        for ((found, objective), actions) in found.iter().zip(&distinct) {
            let kept = actions
                .iter()
                .zip(&free)
                .filter(|(_, free)| **free)
                .map(|(a, _)| *a);
            let kept: Vec<u16> = kept.collect();
            assert!(*found == kept || kept.is_empty() && found == &[0]);
            let alike = listed.iter().filter(|s| s.actions == **actions);
            let first = alike
                .min_by_key(|s| (s.bound, s.place))
                .expect("it is listed");
            assert_eq!(*objective, above[first.place] as f64);
        }
        play(&environment, least(&found).expect("there is one"), &mut rng);
    }
}

#[test]
fn the_best_chip_that_an_agent_can_come_to_is_the_proved_one() {
    let vta = Accelerator::preset("vta", &[]).expect("a preset");
    let hardware = Hardware::of(&vta, [vec![1], vec![8, 16], vec![8, 16]]).expect("machines");
    let hardware = Arc::new(hardware);
    let layer = |name: &str, input, channels, kernel| {
        let layer = Convolution::square(input, channels, kernel, 1, 0);
        Layer::convolution(name, layer).expect("a layer")
    };
    let layers = [layer("a", 4, [16, 16], 1), layer("b", 4, [16, 32], 3)];
    let repeated: Vec<Repeated> = layers
        .iter()
        .zip([2, 1])
        .map(|(layer, times)| Repeated {
            task: Task::new(layer, Arc::clone(&hardware)).expect("it is decoupled"),
            times,
        })
        .collect();
    let none = vec![Record::new(); repeated.len()];
    let proof = prove_network(
        &repeated,
        Extent::Best,
        &none,
        &Cancellation::default(),
        &mut |_, _| {},
    );
    let optimum = proof.expect("bounds hold").best.expect("a chip").cycles as f64;
    let bounds = network_bounds(&repeated, &none).expect("bounds hold");
    let environment = ChipDesign::new(repeated, &[], &bounds).expect("a machine runs all");
    let environment: Arc<dyn Environment> = Arc::new(environment);
    let found = solutions(&*environment);
    assert_eq!(least(&found), Some(optimum));
    let (best, _) = found
        .iter()
        .find(|(_, cycles)| *cycles == optimum)
        .expect("it is there");
    let described = environment.describe(best);
    assert_eq!(described.len(), 17);
    assert!(
        described
            .iter()
            .all(|(_, value)| value.parse::<u64>().is_ok()),
        "{described:?}"
    );
    play(&environment, optimum, &mut rng(13));
}
