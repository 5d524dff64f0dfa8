//! The exact optimiser against proven optima of others.

mod common;

use common::{TABLES, budget, table};
use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{BudgetRequest, Objective, Problem, ProofKind, certificate};

struct Row {
    table: String,
    request: BudgetRequest,
    objective: Objective,
    limit: f64,
    optimum: f64,
}

fn rows() -> Vec<Row> {
    let text = include_str!("data/optima.csv");
    let row = |line: &str| {
        let field: Vec<&str> = line.split(',').collect();
        let objective = if field[2] == "latency_cycles" {
            "latency"
        } else {
            "energy"
        };
        assert!(objective == "latency" || field[2] == "energy_nJ");
        Row {
            table: field[0].to_owned(),
            request: budget(&format!("{}={}", field[1], field[3])),
            objective: objective.parse().unwrap(),
            limit: field[4].parse().unwrap(),
            optimum: field[5].parse().unwrap(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

/// At the least limit of all, multipliers may be so great that sums cancel.
#[test]
fn every_vertex_of_a_front_is_certified() {
    for (name, _) in TABLES {
        for objective in ["latency", "energy", "edp", "throughput"] {
            let objective: Objective = objective.parse().unwrap();
            let request = budget("area=iot");
            let problem = Problem::new(table(name), objective, &[request]).unwrap();
            let front = exact::front(&problem, 0, 21, exact::STATES);
            assert_eq!(front.len(), 21);
            for vertex in &front {
                let limited = problem.with_limit(0, vertex.limit);
                let (point, found) = (vertex.point.as_ref().unwrap(), vertex.objective.unwrap());
                assert_eq!(vertex.certificate.kind, ProofKind::Proved);
                certificate::check(&limited, point, found, &vertex.certificate)
                    .unwrap_or_else(|flaw| panic!("{name} {objective} {}: {flaw}", vertex.limit));
            }
            for pair in front.windows(2) {
                assert!(pair[1].objective <= pair[0].objective, "{name} {objective}");
            }
        }
    }
}

#[test]
fn every_published_optimum_is_met_and_certified() {
    let rows = rows();
    assert_eq!(rows.len(), 48);
    for row in rows {
        let problem = Problem::new(
            table(&row.table),
            row.objective,
            std::slice::from_ref(&row.request),
        )
        .unwrap();
        assert_eq!(
            problem.budgets()[0].limit,
            row.limit,
            "{} {:?}",
            row.table,
            row.request
        );
        let Answer::Best {
            point: Some(point),
            certificate,
        } = exact::solve(&problem, exact::STATES)
        else {
            panic!("{} {:?} has a feasible assignment", row.table, row.request);
        };
        let found = problem.value(&point);
        match row.objective {
            Objective::Latency => assert_eq!(found, row.optimum),
            _ => assert!(
                (found - row.optimum).abs() <= 1e-12 * row.optimum,
                "{found}"
            ),
        }
        assert_eq!(certificate.kind, ProofKind::Proved);
        assert_eq!(certificate.lower_bound, Some(found));
        certificate::check(&problem, &point, found, &certificate).unwrap();
    }
}

/// Which core solves which budget does not show.
#[test]
fn a_front_is_the_same_on_any_number_of_threads() {
    for objective in ["latency", "edp"] {
        let objective: Objective = objective.parse().unwrap();
        let requests = [budget("area=iot"), budget("power=cloud")];
        let problem = Problem::new(table("mobilenet_v2_eye"), objective, &requests).unwrap();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| exact::front(&problem, 0, 15, exact::STATES))
        };
        let one = on(1);
        assert_eq!(one.len(), 15);
        assert_eq!(one, on(2), "{objective}");
        // What neighbours share does not show either.
        for vertex in &one {
            let alone = exact::solve(&problem.with_limit(0, vertex.limit), exact::STATES);
            match (alone, &vertex.point) {
                (Answer::Best { point, certificate }, found) => {
                    assert_eq!(&point, found, "{objective} {}", vertex.limit);
                    assert_eq!(certificate, vertex.certificate);
                }
                (Answer::Infeasible(_), found) => assert_eq!(found, &None),
            }
        }
    }
}
