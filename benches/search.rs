//! Time of the exact optimiser on ConfuciuX's MobileNetV2 tables.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use stationary::search::optimizers::exact;
use stationary::search::{
    BudgetRequest, CostTable, Deployment, LearningEffort, Objective, Problem, Repair, Settings,
    optimizers, run,
};

const PLATFORMS: [&str; 4] = ["unlimited", "cloud", "iot", "iotx"];
const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Edp,
    Objective::Throughput,
];

fn dla() -> CostTable {
    let text = include_str!("../search/tests/data/mobilenet_v2_dla.csv");
    CostTable::parse("mobilenet_v2_dla.csv", text).expect("the table is valid")
}

fn problem(
    table: &CostTable,
    deployment: &str,
    objective: Objective,
    budgets: &[String],
) -> Problem {
    let deployment: Deployment = deployment.parse().expect("a deployment");
    let parse = |text: &String| text.parse().expect("a budget");
    let requests: Vec<BudgetRequest> = budgets.iter().map(parse).collect();
    Problem::deployed(table.clone(), deployment, objective, &requests).expect("a problem")
}

fn solve(group: &mut BenchmarkGroup<'_, WallTime>, name: String, problem: &Problem) {
    group.bench_function(name, |b| {
        b.iter(|| exact::solve(black_box(problem), exact::STATES));
    });
}

fn search(c: &mut Criterion) {
    let table = dla();
    let mut group = c.benchmark_group("exact");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    for objective in OBJECTIVES {
        for platform in PLATFORMS {
            let budgets = [format!("area={platform}")];
            let problem = problem(&table, "pipelined", objective, &budgets);
            let name = format!("mobilenet_v2_dla/{objective}/area={platform}");
            solve(&mut group, name, &problem);
        }
        let budgets = ["area=iotx", "power=iotx"].map(str::to_owned);
        let both = problem(&table, "pipelined", objective, &budgets);
        solve(
            &mut group,
            format!("mobilenet_v2_dla/{objective}/both=iotx"),
            &both,
        );
        for deployment in ["sequential", "segmented"] {
            let problem = problem(&table, deployment, objective, &["area=iot".to_owned()]);
            let name = format!("mobilenet_v2_dla/{objective}/{deployment}/area=iot");
            solve(&mut group, name, &problem);
        }
    }
    let latency = problem(
        &table,
        "pipelined",
        Objective::Latency,
        &["area=iot".to_owned()],
    );
    group.bench_function("mobilenet_v2_dla/latency/front of 200", |b| {
        b.iter(|| exact::front(black_box(&latency), 0, 200, exact::STATES));
    });
    let product = problem(
        &table,
        "pipelined",
        Objective::Edp,
        &["area=iot".to_owned()],
    );
    group.bench_function("mobilenet_v2_dla/edp/front of 200", |b| {
        b.iter(|| exact::front(black_box(&product), 0, 200, exact::STATES));
    });
    group.finish();
}

/// Nine epochs of each optimiser that works in epochs.
fn learning(c: &mut Criterion) {
    let budgets = ["area=iot".to_owned()];
    let problem = problem(&dla(), "pipelined", Objective::Latency, &budgets);
    let effort = LearningEffort {
        epochs: 9,
        ..LearningEffort::default()
    };
    let settings = Settings {
        evaluations: u64::MAX,
        repair: Repair::Lower,
        keep: 1,
    };
    let mut group = c.benchmark_group("learning, 9 epochs");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    for name in optimizers::names() {
        if !optimizers::has_epochs(name) {
            continue;
        }
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut found = optimizers::find_with(name, 1, &effort).expect("a known name");
                run(black_box(&problem), found.as_mut(), &settings)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, search, learning);
criterion_main!(benches);
