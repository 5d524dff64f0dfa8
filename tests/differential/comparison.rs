//! Measured against published, a line a layer; its text is the message of a failed test.

use std::fmt;
use std::ops::RangeInclusive;

struct Line {
    name: String,
    ours: f64,
    published: f64,
}

impl Line {
    /// Relative error in percent.
    fn error(&self) -> f64 {
        100.0 * (self.ours / self.published - 1.0)
    }
}

/// Figures of one kind.
pub struct Comparison {
    what: &'static str,
    lines: Vec<Line>,
}

impl Comparison {
    pub fn new(what: &'static str) -> Self {
        let lines = Vec::new();
        Self { what, lines }
    }

    pub fn push(&mut self, name: &str, ours: f64, published: f64) {
        self.lines.push(Line {
            name: name.to_owned(),
            ours,
            published,
        });
    }

    fn total(&self) -> Line {
        Line {
            name: "total".to_owned(),
            ours: self.lines.iter().map(|line| line.ours).sum(),
            published: self.lines.iter().map(|line| line.published).sum(),
        }
    }

    fn mean_error(&self) -> f64 {
        let errors = self.lines.iter().map(|line| line.error().abs());
        errors.sum::<f64>() / self.lines.len() as f64
    }

    /// The mean of the errors' sizes is at most so many percent.
    pub fn assert_mean(&self, most: f64) {
        assert!(self.mean_error() <= most, "mean over {most} %\n{self}");
    }

    /// No error is larger than so many percent.
    pub fn assert_each(&self, most: f64) {
        for line in &self.lines {
            let is_within = line.error().abs() <= most;
            assert!(is_within, "{} over {most} %\n{self}", line.name);
        }
    }

    /// The error of the sum is at most so many percent.
    pub fn assert_total(&self, most: f64) {
        let is_within = self.total().error().abs() <= most;
        assert!(is_within, "total over {most} %\n{self}");
    }

    /// Each error, in percent, lies in its own band.
    pub fn assert_bands<const N: usize>(&self, bands: [RangeInclusive<f64>; N]) {
        assert_eq!(self.lines.len(), N, "a band a line");
        for (line, band) in self.lines.iter().zip(bands) {
            let is_within = band.contains(&line.error());
            assert!(is_within, "{} outside {band:?} %\n{self}", line.name);
        }
    }
}

/// The report of a run with `--nocapture`.
impl Drop for Comparison {
    #[expect(clippy::print_stdout, reason = "asked for by --nocapture")]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            println!("{self}\n");
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:32} {:>12} {:>12}", self.what, "ours", "published")?;
        for line in self.lines.iter().chain([&self.total()]) {
            let Line {
                name,
                ours,
                published,
            } = line;
            let error = line.error();
            writeln!(f, "{name:32} {ours:12.3} {published:12.3} {error:+7.2} %")?;
        }
        write!(f, "mean of the errors' sizes {:.2} %", self.mean_error())
    }
}
