//! Timeloop's own files, counted as Timeloop counts, against its output.

use std::path::PathBuf;

use stationary::arch::import::timeloop::Architecture;
use stationary::timeloop::{Counts, Nest};
use stationary::workloads::timeloop::TimeloopProblem;

const CASES: [&str; 5] = [
    "eyeriss_rs_r18_conv1_s2",
    "eyeriss_rs_r18_conv2",
    "os_r18_conv2",
    "ws_gemm128",
    "ws_r18_conv2",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/timeloop")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).expect("a data file of this test")
}

fn nest(case: &str) -> Nest {
    let of = |file: &str| text(&format!("{case}/{file}"));
    let (architecture, _) = Architecture::read("arch.yaml", &of("arch.yaml")).expect("it imports");
    let (problem, _) = TimeloopProblem::read("prob.yaml", &of("prob.yaml")).expect("it imports");
    let (nest, notes) =
        Nest::read("map.yaml", &of("map.yaml"), problem, architecture).expect("it fits");
    assert_eq!(notes, [], "nothing of the mapping is left out");
    nest
}

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = text(file);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("the table reads"));
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn accesses_and_cycles_of_each_level_are_timeloops() {
    let mut compared = 0;
    for case in CASES {
        let counts: Counts = nest(case).count();
        let expected: Vec<_> = rows("reference_levels.csv");
        let expected: Vec<_> = expected.iter().filter(|row| row[0] == case).collect();
        assert_eq!(
            counts.levels.len(),
            expected.len(),
            "{case}: every level and space"
        );
        for row in expected {
            let found = counts
                .levels
                .iter()
                .find(|c| c.level == row[1] && c.space == row[2]);
            let found = found.unwrap_or_else(|| panic!("{case}: no {} {}", row[1], row[2]));
            let number = |column: usize| row[column].parse::<u64>().expect("a count");
            let place = format!("{case}: {} {}", row[1], row[2]);
            assert_eq!(found.cycles, number(3), "{place}: cycles");
            assert_eq!(found.tile, number(6), "{place}: tile");
            assert_eq!(found.instances, number(7), "{place}: instances");
            assert_eq!(found.reads, number(8), "{place}: reads");
            assert_eq!(found.updates, number(9), "{place}: updates");
            assert_eq!(found.fills, number(10), "{place}: fills");
            let energy: f64 = row[13].parse().expect("picojoules");
            // The table rounds to a hundredth.
            let gap = (found.energy_pj - energy).abs();
            assert!(gap <= 0.01, "{place}: {} pJ for {energy}", found.energy_pj);
            compared += 1;
        }
    }
    assert_eq!(compared, 36, "rows of the table");
}

#[test]
fn cycles_energy_and_utilization_are_timeloops() {
    for row in rows("reference_summary.csv") {
        let counts = nest(&row[0]).count();
        assert_eq!(counts.computes.to_string(), row[1], "{}", row[0]);
        assert_eq!(format!("{:.2}", counts.utilization), row[3], "{}", row[0]);
        assert_eq!(counts.cycles.to_string(), row[4], "{}", row[0]);
        assert_eq!(
            format!("{:.2} uJ", counts.energy_pj / 1e6),
            row[5],
            "{}",
            row[0]
        );
    }
}

#[test]
fn written_files_read_back_the_same() {
    for case in CASES {
        let nest = nest(case);
        let files = nest.files();
        let (architecture, _) =
            Architecture::read("arch.yaml", &files.architecture).expect("it reads");
        let (problem, _) = TimeloopProblem::read("prob.yaml", &files.problem).expect("it reads");
        assert_eq!(&problem, nest.problem(), "{case}");
        let (again, _) =
            Nest::read("map.yaml", &files.mapping, problem, architecture).expect("it fits");
        assert_eq!(again.count(), nest.count(), "{case}");
    }
}
