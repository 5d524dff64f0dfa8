//! Axes: from values to places, and where the ticks are.

use crate::format::metric;

/// A range of values along one side of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub title: String,
    pub least: f64,
    pub most: f64,
    pub is_log: bool,
    /// Whether ticks are percentages.
    pub is_share: bool,
}

impl Axis {
    /// From below the least to above the greatest positive value, in equal ratios.
    pub fn log(title: &str, values: impl Iterator<Item = f64>) -> Self {
        let positive = values.filter(|v| *v > 0.0 && v.is_finite());
        let (least, most) = positive.fold((f64::INFINITY, 0.0_f64), |(least, most), v| {
            (least.min(v), most.max(v))
        });
        let (least, most) = if least > most {
            (0.1, 10.0)
        } else {
            (least, most)
        };
        let room = (most / least).powf(0.06).max(1.15);
        Self {
            title: title.to_owned(),
            least: least / room,
            most: (most * room).min(f64::MAX),
            is_log: true,
            is_share: false,
        }
    }

    /// Shares from 0 to 100 %.
    pub fn share(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            least: 0.0,
            most: 1.0,
            is_log: false,
            is_share: true,
        }
    }

    /// How far along a value is, from 0 to 1.
    pub fn place(&self, value: f64) -> f64 {
        if self.is_log {
            let value = value.max(self.least * 1e-3);
            (value / self.least).ln() / (self.most / self.least).ln()
        } else {
            (value - self.least) / (self.most - self.least)
        }
    }

    /// Ticks, about so many at most: value and label.
    pub fn ticks(&self, about: usize) -> Vec<(f64, String)> {
        let values = if self.is_log {
            self.log_ticks(about)
        } else {
            self.linear_ticks(about)
        };
        let label = |v: f64| {
            if self.is_share {
                format!("{:.0} %", 100.0 * v)
            } else if v != 0.0 && v.abs() < 1.0 {
                format!("{}", (v * 1e6).round() / 1e6)
            } else if v.abs() < 10.0 && v.fract() != 0.0 {
                format!("{}", (v * 1e3).round() / 1e3)
            } else {
                round(&metric(v))
            }
        };
        values.into_iter().map(|v| (v, label(v))).collect()
    }

    fn linear_ticks(&self, about: usize) -> Vec<f64> {
        let rough = (self.most - self.least) / about.max(1) as f64;
        let decade = 10f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|s| s * decade);
        let step = steps
            .into_iter()
            .find(|s| *s >= rough)
            .unwrap_or(10.0 * decade);
        let first = (self.least / step).ceil() as i64;
        let last = (self.most / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }

    fn log_ticks(&self, about: usize) -> Vec<f64> {
        let (first, last) = (
            self.least.log10().floor() as i32,
            self.most.log10().ceil() as i32,
        );
        for digits in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
            let all = (first..=last).flat_map(|d| digits.iter().map(move |x| x * 10f64.powi(d)));
            let inside = |v: &f64| *v >= self.least && *v <= self.most;
            let ticks: Vec<f64> = all.filter(inside).collect();
            if ticks.len() <= about {
                // Less than an octave is as good as linear.
                return match ticks.len() {
                    0..=2 => self.linear_ticks(about),
                    _ => ticks,
                };
            }
        }
        let every = ((last - first) as usize).div_ceil(about.max(1)).max(1);
        let decades = (first..=last).step_by(every).map(|d| 10f64.powi(d));
        decades
            .filter(|v| *v >= self.least && *v <= self.most)
            .collect()
    }
}

/// Without digits that say nothing: 2.00k is 2k.
fn round(text: &str) -> String {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    let number = &text[..text.len() - unit.len()];
    if number.contains('.') {
        let number = number.trim_end_matches('0').trim_end_matches('.');
        format!("{number}{unit}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, about: usize) -> Vec<String> {
        axis.ticks(about)
            .into_iter()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let axis = Axis::log("", [120.0, 45e6].into_iter());
        assert_eq!(labels(&axis, 8), ["100", "1k", "10k", "100k", "1M", "10M"]);
        let axis = Axis::log("", [3.0, 40.0].into_iter());
        assert_eq!(labels(&axis, 8), ["5", "10", "20"]);
        let axis = Axis::log("", [584e3, 612e3].into_iter());
        assert_eq!(labels(&axis, 5), ["550k", "600k", "650k", "700k"]);
        assert_eq!(
            labels(&Axis::share(""), 4),
            ["0 %", "25 %", "50 %", "75 %", "100 %"]
        );
    }

    #[test]
    fn every_axis_has_ticks_that_differ() {
        for least in [1.0, 3.3, 47.0, 5.1e4, 9.9e5, 8.2e9] {
            for span in [1.0, 1.001, 1.3, 1.9, 2.4, 4.9, 9.9, 101.0, 3e6] {
                for about in [5, 7, 9] {
                    let axis = Axis::log("", [least, least * span].into_iter());
                    let mut labels = labels(&axis, about);
                    let count = labels.len();
                    assert!(count >= 2, "{least} x {span}: {labels:?}");
                    labels.dedup();
                    assert_eq!(labels.len(), count, "{least} x {span}: {labels:?}");
                }
            }
        }
    }

    #[test]
    fn places_are_in_proportion() {
        let axis = Axis::log("", [1.0, 100.0].into_iter());
        assert!((axis.place(10.0) - 0.5).abs() < 1e-12);
        assert!(axis.place(1.0) > 0.0 && axis.place(100.0) < 1.0);
        // The greatest number has an axis too.
        let great = Axis::log("", [1.0, 1e300].into_iter());
        assert!(
            (2..9).contains(&great.ticks(8).len()),
            "{:?}",
            great.ticks(8)
        );
        // Nothing to show is no reason to fail.
        let empty = Axis::log("", std::iter::empty());
        assert!(empty.place(1.0).is_finite() && !empty.ticks(5).is_empty());
    }
}
