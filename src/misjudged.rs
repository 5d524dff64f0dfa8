//! Layers whose mapping the model chose and is far off on: another mapping may be better there.

use crate::arch::Accelerator;
use crate::control;
use crate::evaluate::LayerResult;
use crate::format::{percent, signed_percent};
use crate::headline::{Headline, TOLERANCE};

/// The least share of the cycles that such layers take to be worth a word.
const LEAST_SHARE: f64 = 0.01;

/// On which layers the model is off by more than [`TOLERANCE`], what share of the cycles they take, and
/// who looks for better ones. `layers` are the machine's, by mappings that the model chose.
pub fn note(accelerator: &Accelerator, layers: &[LayerResult]) -> Option<String> {
    let judged = layers.iter().map(|layer| Judged {
        name: layer.layer.name(),
        figure: Headline::cycles(layer.cycles, layer.model_cycles),
    });
    let judged: Vec<Judged<'_>> = judged.collect();
    let found = found(&judged)?;
    Some(format!(
        "the model that chose the mappings is off by more than 3 % {found}; {}",
        control::of(accelerator).searched_by()
    ))
}

/// A layer's cycles by model and machine.
struct Judged<'a> {
    name: &'a str,
    figure: Headline,
}

fn found(layers: &[Judged<'_>]) -> Option<String> {
    let sum = |layers: &mut dyn Iterator<Item = &Judged<'_>>| -> f64 {
        layers.map(|layer| layer.figure.machine).sum()
    };
    let is_off = |layer: &&Judged<'_>| layer.figure.error().abs() > TOLERANCE;
    let off: Vec<&Judged<'_>> = layers.iter().filter(is_off).collect();
    let share = sum(&mut off.iter().copied()) / sum(&mut layers.iter());
    let by_error = |a: &&&Judged<'_>, b: &&&Judged<'_>| {
        let [a, b] = [a, b].map(|layer| layer.figure.error().abs());
        a.total_cmp(&b)
    };
    let worst = off.iter().max_by(by_error)?;
    if share < LEAST_SHARE {
        return None;
    }
    let most = format!("{} ({})", worst.name, signed_percent(worst.figure.error()));
    Some(match off.len() {
        1 => format!("on layer {most}, {} of the cycles", percent(share)),
        n => format!(
            "on {n} of {} layers, {} of the cycles, most on {most}",
            layers.len(),
            percent(share)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cycles: &[(u64, u64)], expected: Option<&str>) {
        let names = ["a", "b", "c"].into_iter();
        let layers = names.zip(cycles).map(|(name, (machine, model))| Judged {
            name,
            figure: Headline::cycles(*machine, *model),
        });
        assert_eq!(found(&layers.collect::<Vec<_>>()).as_deref(), expected);
    }

    #[test]
    fn the_layers_the_worst_and_their_share_are_told() {
        check(&[(1000, 1030)], None);
        check(
            &[(1000, 969)],
            Some("on layer a (-3.1 %), 100.0 % of the cycles"),
        );
        check(
            &[(1000, 1100), (2000, 2000), (1000, 1040)],
            Some("on 2 of 3 layers, 50.0 % of the cycles, most on a (+10.0 %)"),
        );
    }

    #[test]
    fn a_share_below_one_per_cent_is_not_worth_a_word() {
        check(&[(10, 20), (991, 991)], None);
        check(
            &[(10, 20), (990, 990)],
            Some("on layer a (+100.0 %), 1.0 % of the cycles"),
        );
    }
}
