//! The exact optimiser against proven optima of others.

mod common;

use common::{budget, table};
use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{BudgetRequest, Kind, Objective, Problem, certificate};

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
        assert_eq!(certificate.kind, Kind::Proved);
        assert_eq!(certificate.lower_bound, Some(found));
        certificate::check(&problem, &point, found, &certificate).unwrap();
    }
}
