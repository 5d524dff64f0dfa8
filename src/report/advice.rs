//! What bounds a design, and what to try next.

use stationary::arch::{Accelerator, DramKind, Operand};
use stationary::sim::Bound;

use crate::report::format::percent;

/// One or two sentences on the resource that most cycles go by, with an override to try.
pub fn advise(accelerator: &Accelerator, shares: &[(Bound, f64)], utilization: f64) -> String {
    let Some((bound, share)) = most(shares) else {
        return String::new();
    };
    let preset = &accelerator.name;
    let head = format!(
        "{} of the cycles are in layers bound by {}.",
        percent(share),
        bound.name()
    );
    format!("{preset}: {head} {}", next(accelerator, bound, utilization))
}

/// What to try next.
pub fn try_next(accelerator: &Accelerator, shares: &[(Bound, f64)], utilization: f64) -> String {
    most(shares).map_or(String::new(), |(bound, _)| {
        next(accelerator, bound, utilization)
    })
}

fn most(shares: &[(Bound, f64)]) -> Option<(Bound, f64)> {
    shares.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))
}

fn next(accelerator: &Accelerator, bound: Bound, utilization: f64) -> String {
    let widen = |network: &str, width: u32| {
        format!("try --set networks.{network}.words_per_cycle={}", 2 * width)
    };
    let n = &accelerator.networks;
    match bound {
        Bound::Compute if utilization > 0.8 => {
            format!(
                "The array is well used; more PEs are what helps: try --set array.cols={}",
                2 * accelerator.array.cols
            )
        }
        Bound::Compute => format!(
            "Only {} of the MAC slots do work: the layers do not fill the array; another dataflow \
             or a smaller array may do as well",
            percent(utilization)
        ),
        Bound::Dram => match &accelerator.dram.kind {
            DramKind::Bandwidth {
                words_per_cycle, ..
            } => format!(
                "try --set dram.words_per_cycle={}, a larger global buffer, or --batch 4 to reuse \
                 weights",
                2 * words_per_cycle
            ),
            DramKind::Ideal => String::new(),
            DramKind::Standard(standard) => format!(
                "try a faster standard than {} (list drams), a larger global buffer, or --batch 4 to \
                 reuse weights",
                standard.name()
            ),
        },
        Bound::Buffer => "Streams wait for banks of the global buffer: more banks, wider rows or \
                          banks with a port for each direction (global_buffer ... banks) help"
            .to_owned(),
        Bound::Network(Operand::Input) => widen("input", n.input.words_per_cycle),
        Bound::Network(Operand::Weight) => widen("weight", n.weight.words_per_cycle),
        Bound::Network(Operand::Output) => widen("psum_in", n.psum_in.words_per_cycle),
        Bound::PsumOut => widen("psum_out", n.psum_out.words_per_cycle),
        Bound::Delivery => "Finished outputs wait for the output processor: try --set \
                            global_buffer.delivery.words_per_cycle, or a larger delivery buffer"
            .to_owned(),
        Bound::Ramp => "Filling and draining the array costs more than its work: passes are too \
                        short; try --set array.passes=overlapped, or a smaller array"
            .to_owned(),
    }
}
