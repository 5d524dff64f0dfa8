//! Tables, budgets and names at the edge.

mod common;

use common::{TABLES, budget, cases, rng, small_table};
use stationary_search::{
    BudgetRequest, BudgetSpec, CostEntry, CostTable, Objective, Problem, ProblemError, Resource,
    TableError, optimizers,
};

const HEADER: &str = "layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw\n";

fn check(rows: &str, expected: &str) {
    let error = CostTable::parse("t.csv", &format!("{HEADER}{rows}")).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn faults_name_file_line_found_and_expected() {
    let cost = "a finite number, not negative";
    check(
        "0,1,1,5,1,1\n",
        &format!(
            "t.csv:2: found 6 fields in `0,1,1,5,1,1`; expected 7 fields: {}",
            HEADER.trim()
        ),
    );
    check(
        "0,1,1,5,1,1,1\n0,x,1,5,1,1,1\n",
        "t.csv:3: found pe `x`; expected an integer, not negative, below 2^32",
    );
    check(
        "0,1,1,5.5,1,1,1\n",
        "t.csv:2: found latency_cycles `5.5`; expected an integer, not negative, below 2^64",
    );
    check(
        "0,1,1,-5,1,1,1\n",
        "t.csv:2: found latency_cycles `-5`; expected an integer, not negative, below 2^64",
    );
    check(
        "0,1,1,5,NaN,1,1\n",
        &format!("t.csv:2: found energy_nj `NaN`; expected {cost}"),
    );
    check(
        "0,1,1,5,inf,1,1\n",
        &format!("t.csv:2: found energy_nj `inf`; expected {cost}"),
    );
    check(
        "0,1,1,5,1,-1,1\n",
        &format!("t.csv:2: found area_um2 `-1`; expected {cost}"),
    );
    check(
        "0,1,1,5,1,1,one\n",
        &format!("t.csv:2: found power_mw `one`; expected {cost}"),
    );
    check(
        "0,1,1,5,1,1,1\n\n2,1,1,5,1,1,1\n",
        "t.csv:4: found layer 2; expected layer 1, which has no row",
    );
    check(
        "0,1,1,5,1,1,1\n0,1,1,6,1,1,1\n",
        "t.csv:3: found layer 0, pe 1, tile 1 again; expected each of them once",
    );
    check(
        "",
        "t.csv:1: found only the header; expected at least one row below it",
    );
    check(
        "0,1,1,1152921504606846976,1,1,1\n",
        "t.csv:2: found a table in which the greatest latencies sum to 2^60 cycles or more; \
         their sum must stay below; expected a valid table",
    );
    let error = CostTable::parse("t.csv", "").unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "t.csv:1: found an empty file; expected the header `{}`, or with `dataflow` after `layer`",
            HEADER.trim()
        )
    );
    let error = CostTable::parse("t.csv", "layer,pe\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("t.csv:1: found `layer,pe`; expected the header"),
        "{error}"
    );
}

#[test]
fn text_and_table_are_each_other() {
    for (name, text) in TABLES {
        let table = CostTable::parse(name, text).unwrap();
        assert_eq!((table.layers().len(), table.entries()), (52, 7488));
        assert_eq!(CostTable::parse(name, &table.to_csv()).unwrap(), table);
        assert_eq!(table.to_csv().lines().count(), text.lines().count());
    }
    for seed in 0..cases(500) {
        let table = small_table(&mut rng(seed));
        assert_eq!(
            CostTable::parse("t", &table.to_csv()),
            Ok(table),
            "seed {seed}"
        );
    }
}

fn entry(pe: u32, area: f64) -> CostEntry {
    CostEntry {
        style: None,
        pe,
        tile: 1,
        latency: 1,
        energy: 1.0,
        area,
        power: 1.0,
    }
}

#[test]
fn a_table_is_checked_when_it_is_made() {
    let make =
        |layers: &[&[CostEntry]]| CostTable::new(layers.iter().map(|l| l.to_vec()).collect());
    assert_eq!(make(&[]), Err(TableError::Empty));
    let good = entry(1, 2.0);
    assert_eq!(
        make(&[&[good], &[]]),
        Err(TableError::NoOption { layer: 1 })
    );
    assert_eq!(
        make(&[&[good, good]]),
        Err(TableError::Duplicate {
            layer: 0,
            levels: good.levels(),
        })
    );
    assert!(matches!(
        make(&[&[entry(1, f64::NAN)]]),
        Err(TableError::BadCost { .. })
    ));
    let mut table = make(&[&[good]]).unwrap();
    let bad = CostEntry {
        energy: -1.0,
        ..good
    };
    assert!(table.replace(0, 0, bad).is_err());
    assert_eq!(
        table.layers()[0],
        [good],
        "a refused change leaves the table alone"
    );
    table
        .replace(0, 0, CostEntry { latency: 9, ..good })
        .unwrap();
    assert_eq!(table.layers()[0][0].latency, 9);
}

#[test]
fn budgets_are_read() {
    let area = |allowance| BudgetRequest {
        resource: Resource::Area,
        allowance,
    };
    assert_eq!(budget("area=unlimited"), area(BudgetSpec::Share(1.0)));
    assert_eq!(budget("area=cloud"), area(BudgetSpec::Share(0.5)));
    assert_eq!(budget("area=IoT"), area(BudgetSpec::Share(0.1)));
    assert_eq!(budget("area = iotx"), area(BudgetSpec::Share(0.05)));
    assert_eq!(budget("area=0.25"), area(BudgetSpec::Share(0.25)));
    assert_eq!(budget("area=2.5e6"), area(BudgetSpec::Absolute(2.5e6)));
    let error = |text: &str| text.parse::<BudgetRequest>().unwrap_err().to_string();
    assert!(error("area").contains("expected area=VALUE or power=VALUE"));
    assert!(error("aera=iot").contains("did you mean `area`?"));
    assert!(error("area=clod").contains("did you mean `cloud`?"));
    assert!(error("area=-1").contains("not negative"));
    assert!(error("area=inf").contains("finite"));
}

#[test]
fn budgets_that_cannot_be_set_say_why() {
    let table = CostTable::new(vec![
        vec![entry(1, 2.0), entry(4, 3.0)],
        vec![entry(1, 2.0)],
    ])
    .unwrap();
    let make = |requests: &[&str]| {
        let requests: Vec<_> = requests.iter().map(|text| budget(text)).collect();
        Problem::new(table.clone(), Objective::Latency, &requests).map(|p| p.budgets().to_vec())
    };
    let missing = ProblemError::MissingCorner {
        layer: 1,
        levels: entry(4, 3.0).levels(),
    };
    assert_eq!(make(&["area=cloud"]), Err(missing));
    assert_eq!(make(&["area=5"]).unwrap()[0].limit, 5.0);
    let repeated = ProblemError::RepeatedBudget(Resource::Area);
    assert_eq!(make(&["area=5", "area=6"]), Err(repeated));
}

#[test]
fn names_are_found_or_suggested() {
    // The learned ones are there with the feature `learn` only.
    let names = optimizers::names();
    let plain = ["annealing", "exact", "genetic", "greedy", "grid", "random"];
    assert!(plain.iter().all(|name| names.contains(name)), "{names:?}");
    assert!(names.is_sorted());
    let error = optimizers::find("randon", 0).err().unwrap().to_string();
    let allowed = names.join(", ");
    assert_eq!(
        error,
        format!("unknown optimizer `randon` (did you mean `random`?); allowed: {allowed}")
    );
    let error = optimizers::find("zzz", 0).err().unwrap().to_string();
    assert!(!error.contains("did you mean"), "{error}");
    for objective in ["latency", "energy", "edp", "throughput"] {
        assert_eq!(
            objective.parse::<Objective>().unwrap().to_string(),
            objective
        );
    }
    let error = "latancy".parse::<Objective>().unwrap_err().to_string();
    assert!(error.contains("did you mean `latency`?"), "{error}");
}
