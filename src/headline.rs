//! A winner's figure: the machine's, with the model's beside it.

use serde_json::Number;

use crate::documents;
use crate::format::{percent, signed_percent};

/// The greatest error of the model that goes without a warning.
pub const TOLERANCE: f64 = 0.03;

/// One figure by model and machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headline {
    pub machine: f64,
    pub model: f64,
}

impl Headline {
    /// Whole numbers.
    pub fn cycles(machine: u64, model: u64) -> Self {
        Self {
            machine: machine as f64,
            model: model as f64,
        }
    }

    /// The model's error, relative to the machine.
    pub fn error(&self) -> f64 {
        (self.model - self.machine) / self.machine
    }

    /// In words; `unit` follows the first figure.
    pub fn text(&self, unit: &str, show: impl Fn(f64) -> String) -> String {
        format!(
            "{}{unit} on the machine, {} by the model ({})",
            show(self.machine),
            show(self.model),
            signed_percent(self.error()),
        )
    }

    /// A warning where the model is off by more than [`TOLERANCE`]; `advice` says what would tell more.
    pub fn warning(&self, show: impl Fn(f64) -> String, advice: &str) -> Option<String> {
        let error = self.error();
        if error.abs() <= TOLERANCE {
            return None;
        }
        let side = if error < 0.0 { "below" } else { "above" };
        Some(format!(
            "the model is {} {side} the machine on what was found ({} against {}){advice}",
            percent(error.abs()),
            show(self.model),
            show(self.machine),
        ))
    }

    /// As documents say it; `number` writes a figure, null where it gives none.
    pub fn document(&self, number: impl Fn(f64) -> Option<Number>) -> documents::Headline {
        documents::Headline {
            of: "machine".to_owned(),
            value: number(self.machine),
            model: number(self.model),
            error: Some(self.error()),
        }
    }

    /// Of whole numbers.
    pub fn whole(&self) -> documents::Headline {
        self.document(|figure| Some(Number::from(figure as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_comes_first_and_a_model_far_off_is_warned_of() {
        let show = |number: f64| number.to_string();
        let near = Headline::cycles(100, 97);
        assert_eq!(
            near.text(" cycles", show),
            "100 cycles on the machine, 97 by the model (-3.0 %)"
        );
        assert_eq!(near.warning(show, ""), None);
        let far = Headline::cycles(1000, 969).warning(show, "; try more");
        let far = far.expect("3.1 % is more than 3 %");
        assert_eq!(
            far,
            "the model is 3.1 % below the machine on what was found (969 against 1000); try more"
        );
        assert!(Headline::cycles(1000, 1031).warning(show, "").is_some());
    }
}
