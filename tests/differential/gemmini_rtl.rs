//! Gemmini's machine against cycles of its RTL on FireSim (`tests/data/gemmini/README.md`).
//!
//! The array's time is held below every row. Rows of at most [`LONGEST`] cycles are run: `README.md`
//! has the figures of all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use stationary::gemmini::{Row, read};
use stationary::sim::gemmini::{Kind, Times, run};

/// Cycles of the longest row that is run here.
const LONGEST: u64 = 2_000_000;

/// A row, and what the machine makes of it.
struct Held {
    row: Row,
    ours: u64,
    measured: u64,
}

impl Held {
    /// Relative error in percent.
    fn error(&self) -> f64 {
        100.0 * (self.ours as f64 / self.measured as f64 - 1.0)
    }

    fn group(&self) -> String {
        let call = self.row.call.as_ref().expect("it ran");
        let kind = match call.kind() {
            Kind::Convolution { .. } => "convolutions",
            Kind::Matmul => "matmuls",
        };
        format!("{kind}, mesh {:2}", call.mesh())
    }
}

/// Mean, median, ninth decile and greatest of the errors' sizes, in percent.
#[derive(Clone, Copy)]
struct Errors {
    count: usize,
    mean: f64,
    median: f64,
    decile: f64,
    worst: f64,
}

impl Errors {
    fn of<'a>(rows: impl Iterator<Item = &'a Held>) -> Self {
        let mut sizes: Vec<f64> = rows.map(|row| row.error().abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let count = sizes.len();
        assert!(count > 0, "there are rows");
        Self {
            count,
            mean: sizes.iter().sum::<f64>() / count as f64,
            median: sizes[count / 2],
            decile: sizes[count * 9 / 10],
            worst: sizes[count - 1],
        }
    }

    /// They are these, to a tenth: what closes a gap is to be noticed, too.
    fn assert(&self, text: &str, expected: [f64; 4]) {
        let found = [self.mean, self.median, self.decile, self.worst];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!(
                (found - expected).abs() < 0.1,
                "{found} for {expected}\n{text}"
            );
        }
    }
}

fn table(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/gemmini")
        .join(name);
    let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read(file, name).unwrap_or_else(|error| panic!("{error}"))
}

fn held(rows: Vec<Row>) -> Vec<Held> {
    let rows: Vec<Row> = rows
        .into_iter()
        .filter(|row| row.call.is_some() && row.cycles.is_some_and(|cycles| cycles <= LONGEST))
        .collect();
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut cycles = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = rows.get(index) else {
                return cycles;
            };
            let call = row.call.as_ref().expect("it runs");
            cycles.push((index, run(call, Times::FITTED).cycles));
        }
    };
    let mut cycles = vec![0; rows.len()];
    thread::scope(|scope| {
        let workers = [scope.spawn(worker), scope.spawn(worker)];
        for worker in workers {
            for (index, run) in worker.join().expect("no run fails") {
                cycles[index] = run;
            }
        }
    });
    rows.into_iter()
        .zip(cycles)
        .map(|(row, ours)| {
            let measured = row.cycles.expect("it was measured");
            Held {
                row,
                ours,
                measured,
            }
        })
        .collect()
}

/// Layers whose place in the sorted list of both tables' is even: those that constants are fitted to.
fn fitted() -> BTreeSet<String> {
    let layers: BTreeSet<String> = [table("random.csv"), table("searched.csv")]
        .into_iter()
        .flatten()
        .map(|row| row.layer)
        .collect();
    layers.into_iter().step_by(2).collect()
}

fn by_layer(rows: &[Held]) -> Vec<Vec<&Held>> {
    let mut layers: BTreeMap<&str, Vec<&Held>> = BTreeMap::new();
    for row in rows {
        layers.entry(&row.row.layer).or_default().push(row);
    }
    layers.into_values().collect()
}

/// Kendall's tau of a layer's rows.
fn tau(rows: &[&Held]) -> f64 {
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (index, one) in rows.iter().enumerate() {
        for other in &rows[..index] {
            let order = one.measured.cmp(&other.measured) as i32 * one.ours.cmp(&other.ours) as i32;
            sum += f64::from(order);
            pairs += 1.0;
        }
    }
    sum / pairs
}

/// How much slower than the fastest the row is that the machine finds fastest, in percent.
fn loss(rows: &[&Held]) -> f64 {
    let fastest = rows.iter().map(|row| row.measured).min();
    let chosen = rows.iter().min_by_key(|row| row.ours);
    let (fastest, chosen) = fastest.zip(chosen).expect("there are rows");
    100.0 * (chosen.measured as f64 / fastest as f64 - 1.0)
}

fn mean(figures: impl Iterator<Item = f64>) -> f64 {
    let figures: Vec<f64> = figures.collect();
    figures.iter().sum::<f64>() / figures.len() as f64
}

#[expect(clippy::print_stdout, reason = "the report of a run with --nocapture")]
fn print(text: &str) {
    println!("{text}");
}

/// A table of errors, which is the message of a failed test.
fn report(title: &str, rows: &[Held]) -> String {
    let mut groups: BTreeMap<String, Vec<&Held>> = BTreeMap::new();
    for row in rows {
        groups.entry(row.group()).or_default().push(row);
    }
    let mut text = format!("{title}\n");
    let mut line = |name: &str, errors: Errors| {
        writeln!(
            text,
            "  {name:22} {:4} rows: mean {:4.1} %, median {:4.1}, P90 {:4.1}, worst {:4.1}",
            errors.count, errors.mean, errors.median, errors.decile, errors.worst
        )
        .expect("text grows");
    };
    line("all", Errors::of(rows.iter()));
    for (group, rows) in groups {
        line(&group, Errors::of(rows.into_iter()));
    }
    text
}

/// The array works for no longer than any row took: a bound against silicon.
#[test]
fn array_time_is_below_every_row() {
    for name in ["random.csv", "searched.csv"] {
        for row in table(name) {
            let Some((call, cycles)) = row.call.as_ref().zip(row.cycles) else {
                continue;
            };
            assert_eq!(row.loops, Some(call.calls()), "{name}: row {}", row.number);
            let bound = call.array_time();
            assert!(
                bound <= cycles,
                "{name}: row {}: {bound} > {cycles}",
                row.number
            );
        }
    }
}

/// Random mappings. Two rows, 1062 and 1093, lie over 50 % below: their likes with other orders of
/// the same loops do not.
#[test]
fn random_rows() {
    let fitted = fitted();
    let (fitted, others): (Vec<Held>, Vec<Held>) = held(table("random.csv"))
        .into_iter()
        .partition(|row| fitted.contains(&row.row.layer));
    let text = report("random, fitted half", &fitted) + &report("random, other half", &others);
    let taus: Vec<f64> = [by_layer(&fitted), by_layer(&others)]
        .iter()
        .flatten()
        .filter(|rows| rows.len() > 2)
        .map(|rows| tau(rows))
        .collect();
    let tau = mean(taus.into_iter());
    let text = format!("{text}Kendall's tau within a layer: {tau:.3}\n");
    print(&text);
    Errors::of(fitted.iter()).assert(&text, [6.3, 3.3, 15.1, 54.3]);
    Errors::of(others.iter()).assert(&text, [6.6, 3.6, 17.1, 53.6]);
    assert!((tau - 0.874).abs() < 0.002, "{text}");
}

/// Searched mappings, none of them fitted.
#[test]
fn searched_rows() {
    let rows = held(table("searched.csv"));
    let layers = by_layer(&rows);
    let loss = mean(layers.iter().map(|rows| loss(rows)));
    let text = format!(
        "{}a layer's mapping that the machine finds fastest is {loss:.2} % slower than the fastest\n",
        report("searched", &rows)
    );
    print(&text);
    Errors::of(rows.iter()).assert(&text, [5.9, 3.1, 13.4, 25.9]);
    assert!((loss - 2.7).abs() < 0.02, "{text}");
}
