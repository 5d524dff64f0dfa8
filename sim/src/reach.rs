//! How far the counts of a layer may go on a machine, whatever its mapping: what does not fit the
//! counters is refused before anything is counted.
//!
//! ```text
//! words of a counter <= MACs x elements stepped over x channels of an atom
//! cycles             <= MACs x the longest pass + words x the slowest word
//! ```
//!
//! No pass, transfer or sum does less than one MAC's share of the layer, so that there are no more of any of
//! them than MACs. The bounds are sums of products of non-negative floats: that they are rounded is of no
//! matter, as they are far above what a mapping does.

use stationary_arch::{Accelerator, Strides};
use stationary_workloads::{Dim, Layer};

use crate::bus::Bus;

/// Counts and cycles end below two to this.
const LIMIT: i32 = 62;

/// Upper bounds on the counts of every mapping of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    /// The upper bound on the bits of the words that any counter counts, and of those that lie in the buffer.
    pub bits: f64,
    /// The upper bound on array cycles.
    pub cycles: f64,
}

/// The error of a layer whose counts may exceed their range on an accelerator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{subject} on {accelerator}: {quantity} may come to 2^{exponent}; they are counted up to 2^{LIMIT}"
)]
pub struct OutOfReach {
    /// The layer, or the network as a whole, as messages name it.
    pub subject: String,
    /// The accelerator's name.
    pub accelerator: String,
    /// The name of the count that may be too large.
    pub quantity: &'static str,
    /// The upper bound of the count as the exponent of a power of two that is not below it.
    pub exponent: i32,
}

impl Reach {
    /// [`Reach::checked`] of one layer.
    pub(crate) fn of_layer(
        self,
        layer: &Layer,
        accelerator: &Accelerator,
    ) -> Result<Self, OutOfReach> {
        self.checked(|| format!("layer `{}`", layer.name()), accelerator)
    }

    /// Refuses what is beyond the counters.
    pub(crate) fn checked(
        self,
        subject: impl Fn() -> String,
        accelerator: &Accelerator,
    ) -> Result<Self, OutOfReach> {
        for (quantity, bound) in [("bits moved", self.bits), ("cycles", self.cycles)] {
            if bound >= f64::powi(2.0, LIMIT) {
                return Err(OutOfReach {
                    subject: subject(),
                    accelerator: accelerator.name.clone(),
                    quantity,
                    exponent: bound.log2().ceil() as i32,
                });
            }
        }
        Ok(self)
    }
}

/// Of a machine whose sequencer runs loops.
pub(crate) fn hardwired(layer: &Layer, accelerator: &Accelerator) -> Reach {
    let size = |d: Dim| layer.size(d) as f64;
    let macs: f64 = Dim::ALL.into_iter().map(size).product();
    let buffer = &accelerator.global_buffer;
    let windows = [layer.rows(), layer.cols()];
    let atom = f64::from(buffer.channel_atom);
    // Elements that a word of the input takes along with it.
    let spans: f64 = match buffer.strides {
        Strides::Stored => windows
            .iter()
            .map(|w| w.stride.min(w.input) as f64)
            .product(),
        Strides::Skipped => 1.0,
    };
    let words = macs * spans * atom;
    let rows = windows[0].reach(layer.size(Dim::P), layer.size(Dim::R));
    let cols = windows[1].reach(layer.size(Dim::Q), layer.size(Dim::S));
    let padded = rows.max(windows[0].input) as f64 * cols.max(windows[1].input) as f64;
    let inputs = size(Dim::N) * size(Dim::G) * size(Dim::C) * padded * atom;
    let p = &accelerator.precision;
    let widths = [p.input, p.weight, p.output, p.partial_sum];
    let widest = widths
        .iter()
        .map(|bits| f64::from(bits.0))
        .fold(1.0, f64::max);
    let bits = words.max(inputs) * widest;

    let networks = &accelerator.networks;
    let networks = [
        networks.input,
        networks.weight,
        networks.psum_in,
        networks.psum_out,
    ];
    let ways = networks
        .iter()
        .map(|n| f64::from(n.latency) + f64::from(n.fifo_words));
    let array = &accelerator.array;
    let [rows, cols] = [array.rows, array.cols].map(f64::from);
    let bus = Bus::new(accelerator);
    let delivery = buffer.delivery.map_or(0.0, |d| f64::from(d.latency));
    let pass = rows * (1.0 + f64::from(array.psum_hop))
        + cols
        + f64::from(array.mac_latency)
        + f64::from(array.mac_interval)
        + f64::from(array.pass_overhead)
        + f64::from(array.corner_overhead)
        + ways.sum::<f64>()
        + delivery
        + bus.latency() as f64;
    let (cycles, parts) = bus.cycles_of_part();
    let of_word = 1024.0 * widest * cycles as f64 / (parts as f64).max(1.0);
    let moved = words + inputs;
    Reach {
        bits,
        cycles: macs * (pass + 8.0) + moved * (8.0 + 2.0 * of_word),
    }
}
