//! How far the model is off, and how well it orders the mappings of a layer.

use super::{Compared, ComparedLayer};

/// Statistics of the model's errors over the mappings of a dataflow; errors are `model / machine - 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The number of mappings.
    pub mappings: usize,
    /// The mean of the absolute errors in cycles.
    pub mean: f64,
    /// The greatest absolute error in cycles.
    pub greatest: f64,
    /// The name of the layer with the greatest error.
    pub greatest_at: String,
    /// The mean of the signed errors in cycles.
    pub bias: f64,
    /// The number of mappings that took fewer cycles than their lower bound; 0 in a sound model.
    pub violations: usize,
    /// The number of mappings of which model and machine count different words; 0 in a sound model.
    pub miscounts: usize,
    /// The mean and the greatest absolute error in energy.
    pub energy: [f64; 2],
    /// Kendall's tau-b, the mean over layers with more than one mapping.
    pub tau: Option<f64>,
    /// Mean regret where the model's best 1, 5 and 10 ([`Summary::TOPS`]) are simulated.
    pub regret: [Option<f64>; 3],
}

impl Summary {
    /// Of how many of the model's best the regret is told.
    pub const TOPS: [usize; 3] = [1, 5, 10];

    /// The statistics over all mappings of some layers.
    #[must_use]
    pub fn of(layers: &[ComparedLayer]) -> Self {
        let all: Vec<(&str, &Compared)> = layers
            .iter()
            .flat_map(|l| l.mappings.iter().map(|m| (l.layer.name(), m)))
            .collect();
        let n = all.len() as f64;
        let worst = all
            .iter()
            .max_by(|a, b| a.1.error().abs().total_cmp(&b.1.error().abs()));
        let several: Vec<_> = layers.iter().filter(|l| l.mappings.len() > 1).collect();
        let mean = |values: Vec<f64>| {
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        Self {
            mappings: all.len(),
            mean: all.iter().map(|(_, m)| m.error().abs()).sum::<f64>() / n,
            greatest: worst.map_or(0.0, |(_, m)| m.error().abs()),
            greatest_at: worst.map_or(String::new(), |(name, _)| (*name).to_owned()),
            bias: all.iter().map(|(_, m)| m.error()).sum::<f64>() / n,
            violations: all
                .iter()
                .filter(|(_, m)| m.lower_bound > m.machine)
                .count(),
            energy: {
                let errors = all.iter().map(|(_, m)| m.energy_error().abs());
                [errors.clone().sum::<f64>() / n, errors.fold(0.0, f64::max)]
            },
            miscounts: all.iter().filter(|(_, m)| !m.counts_agree).count(),
            tau: mean(
                several
                    .iter()
                    .filter_map(|l| kendall(&l.mappings))
                    .collect(),
            ),
            regret: Self::TOPS
                .map(|k| mean(several.iter().map(|l| regret(&l.mappings, k)).collect())),
        }
    }
}

/// Kendall's tau-b between model and machine; `None` where one of them is the same for all.
fn kendall(mappings: &[Compared]) -> Option<f64> {
    let (mut agree, mut ties_model, mut ties_machine, mut pairs) = (0i64, 0i64, 0i64, 0i64);
    for (i, a) in mappings.iter().enumerate() {
        for b in &mappings[i + 1..] {
            let (x, y) = (
                a.model.cmp(&b.model) as i64,
                a.machine.cmp(&b.machine) as i64,
            );
            agree += x * y;
            ties_model += i64::from(x == 0);
            ties_machine += i64::from(y == 0);
            pairs += 1;
        }
    }
    let scale = ((pairs - ties_model) as f64 * (pairs - ties_machine) as f64).sqrt();
    (scale > 0.0).then(|| agree as f64 / scale)
}

/// What choosing the machine's best of the model's `k` best costs over the best of all.
fn regret(mappings: &[Compared], k: usize) -> f64 {
    let mut ranked: Vec<_> = mappings.iter().collect();
    ranked.sort_by_key(|m| m.model);
    let chosen = ranked.iter().take(k).map(|m| m.machine).min().unwrap_or(0);
    let best = mappings.iter().map(|m| m.machine).min().unwrap_or(1);
    chosen as f64 / best as f64 - 1.0
}

#[cfg(test)]
mod tests {
    use crate::sim::{Energy, Stalls};

    use super::*;

    fn mappings(pairs: &[(u64, u64)]) -> Vec<Compared> {
        let of = |&(model, machine): &(u64, u64)| Compared {
            model,
            machine,
            lower_bound: 0,
            busy: 0,
            stalls: Stalls::default(),
            counts_agree: true,
            model_energy: Energy::default(),
            machine_energy: Energy::default(),
        };
        pairs.iter().map(of).collect()
    }

    #[test]
    fn tau_is_one_for_the_same_order_and_minus_one_for_the_reverse() {
        assert_eq!(kendall(&mappings(&[(1, 10), (2, 20), (3, 30)])), Some(1.0));
        assert_eq!(kendall(&mappings(&[(1, 30), (2, 20), (3, 10)])), Some(-1.0));
        assert_eq!(kendall(&mappings(&[(1, 30), (1, 20)])), None);
    }

    #[test]
    fn regret_vanishes_when_the_best_is_among_those_simulated() {
        let m = mappings(&[(1, 30), (2, 20), (3, 40)]);
        assert_eq!(regret(&m, 1), 0.5);
        assert_eq!(regret(&m, 2), 0.0);
    }
}
