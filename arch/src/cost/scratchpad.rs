//! What a PE's scratchpad costs.
//!
//! ```text
//! up to 64 words    latches: a bit is a latch with its gate to a tree of multiplexers. A write takes
//!                   a register's energy, a read that of a register for the word and for each level
//!                   of the tree
//! above             an SRAM of that capacity with a register at its output, and its overhead
//! overhead          what 64 words of latches cost more than the table says of 64 words of SRAM
//! ```
//!
//! CACTI has no organisation of fewer than 32 words, and no ring, test or redundancy around small
//! ones, so that its smallest are a tenth of the latches that chips use in their place. The overhead
//! makes the two meet.

use super::sram::Sram;
use super::technology::Technology;

/// The most words that latches hold.
const LATCH_WORDS: f64 = 64.0;

/// A scratchpad of so many words of so many bits; energies per bit.
pub(super) fn scratchpad(technology: Technology<'_>, words: f64, bits: f64) -> Sram {
    if words <= LATCH_WORDS {
        return latches(technology, words, bits);
    }
    let largest = latches(technology, LATCH_WORDS, bits);
    let smallest = registered(technology, LATCH_WORDS, bits);
    let overhead = largest.map(smallest, |latches, sram| (latches - sram).max(0.0));
    registered(technology, words, bits).map(overhead, |sram, overhead| sram + overhead)
}

fn latches(technology: Technology<'_>, words: f64, bits: f64) -> Sram {
    let register = technology.register();
    Sram {
        read: register * (1.0 + words.log2()),
        write: register,
        leakage: words * bits * technology.register_leakage(),
        area: words * bits * technology.register_area(),
    }
}

/// An SRAM with a register at its output.
fn registered(technology: Technology<'_>, words: f64, bits: f64) -> Sram {
    let sram = Sram::of(technology, words * bits / 8.0, bits);
    Sram {
        read: sram.read + technology.register(),
        write: sram.write + technology.register(),
        leakage: sram.leakage + bits * technology.register_leakage(),
        area: sram.area + bits * technology.register_area(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_more_costs_more() {
        for nm in [7, 22, 45, 65, 130] {
            let node = Technology::at(nm);
            for bits in [1.0, 4.0, 8.0, 16.0, 20.0, 32.0] {
                for words in 1..=600 {
                    let [here, next] =
                        [words, words + 1].map(|words| scratchpad(node, f64::from(words), bits));
                    let place = format!("{nm} nm, {words} words of {bits} bits");
                    assert!(
                        next.area > here.area && next.leakage > here.leakage,
                        "{place}"
                    );
                    assert!(
                        next.read >= here.read && next.write >= here.write,
                        "{place}"
                    );
                }
            }
        }
    }

    /// One pJ for 16 bits of 520 bytes in nn_dataflow's test_eyeriss_isscc16, 0.6 for 512 bytes in
    /// its TETRIS T-16, both at 65 nm; one MAC, 2 pJ, for 0.5 kB in the ISCA 2016 paper's Table IV.
    #[test]
    fn half_a_kilobyte_lies_among_published_figures() {
        let node = Technology::at(65);
        let pad = scratchpad(node, 256.0, 16.0);
        let access = 16.0 * (pad.read + pad.write) / 2.0;
        assert!((0.6..2.5).contains(&access), "{access} pJ");
    }
}
