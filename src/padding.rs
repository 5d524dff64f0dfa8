//! Extents with few divisors, on a machine whose tiles divide their loops: what a padded layer takes.

use std::collections::HashSet;

use crate::control::{self, ControlKind};
use crate::evaluate::LayerResult;
use crate::target::Target;
use crate::workloads::{Dim, Layer};

/// Layers that are tried, those of the most work first.
const LAYERS: usize = 8;
/// Rows and columns of outputs are padded to multiples of these.
const MULTIPLES: [u64; 4] = [4, 8, 16, 32];
/// So many times the cycles of the padded layer are worth a word.
const SEEN: f64 = 1.25;

/// A note on the layer that loses most by not being padded, by the model; nothing where schedules are given, or
/// where tiles need not divide.
pub fn note(target: &Target, control: &ControlKind, layers: &[LayerResult]) -> Option<String> {
    if !control::of(target.accelerator()).has_dividing_tiles() || target.has_file() {
        return None;
    }
    let mut shapes = HashSet::new();
    let each = layers.iter().map(|result| &result.layer);
    let awkward = each.filter(|layer| {
        [Dim::P, Dim::Q]
            .into_iter()
            .any(|dim| is_awkward(layer.size(dim)))
    });
    let distinct =
        awkward.filter(|layer| shapes.insert((layer.sizes(), layer.rows(), layer.cols())));
    let mut distinct: Vec<&Layer> = distinct.collect();
    distinct.sort_by_key(|layer| std::cmp::Reverse(layer.macs()));
    let cycles = |layer: &Layer| Some(target.plan(layer, control).ok()?.estimate().cycles);
    let tried = distinct.iter().take(LAYERS).filter_map(|layer| {
        let own = cycles(layer)?;
        let padded = MULTIPLES.iter().filter_map(|of| {
            let sizes = [Dim::P, Dim::Q].map(|dim| layer.size(dim));
            let larger = sizes.map(|size| {
                if size == 1 {
                    1
                } else {
                    size.next_multiple_of(*of)
                }
            });
            let padded = layer.padded_to(larger).ok().filter(|_| larger != sizes)?;
            Some((cycles(&padded)?, larger))
        });
        let (least, sizes) = padded.min()?;
        Some((own as f64 / least as f64, *layer, sizes))
    });
    let (times, layer, [rows, cols]) = tried.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let to = match layer.size(Dim::Q) {
        1 => format!("{rows} rows"),
        _ => format!("{rows} x {cols} outputs"),
    };
    (times >= SEEN).then(|| {
        format!(
            "{} takes {times:.1} times the cycles that it would take padded to {to}, by the model: tiles divide \
             their loops, and its extents have few divisors",
            layer.name()
        )
    })
}

/// Whether a prime above 7 divides an extent, so that it has few divisors for its size.
fn is_awkward(extent: u64) -> bool {
    let without = |rest: u64, prime: u64| {
        let mut rest = rest;
        while rest.is_multiple_of(prime) {
            rest /= prime;
        }
        rest
    };
    [2, 3, 5, 7].into_iter().fold(extent, without) > 1
}
