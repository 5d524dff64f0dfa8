//! Causes of cycles without work and what bounds a layer, in words, as the simulator enumerates them.

use crate::arch::Operand;
use crate::sim::{Bound, Stall};

/// A cause: its name in documents, its words, and the class that colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    pub name: &'static str,
    pub words: &'static str,
    pub class: &'static str,
}

/// Every cause of both kinds of machine, in the order of reports, each name once.
pub fn causes() -> Vec<Cause> {
    let mut all: Vec<Cause> = Vec::new();
    let both = Stall::OF_SEQUENCER
        .into_iter()
        .chain(Stall::OF_INSTRUCTIONS);
    for cause in both.map(of_stall) {
        // Both machines wait for inputs from DRAM, for example.
        if all.iter().all(|known| known.name != cause.name) {
            all.push(cause);
        }
    }
    all
}

/// A cause in words; one that nothing is known of by its name.
pub fn words(name: &str) -> String {
    let found = causes().into_iter().find(|cause| cause.name == name);
    found.map_or(name, |cause| cause.words).to_owned()
}

fn of_stall(stall: Stall) -> Cause {
    let (class, words) = match stall {
        Stall::Dram(Operand::Input) => ("dram-1", "inputs from DRAM"),
        Stall::Dram(Operand::Weight) => ("dram-2", "weights from DRAM"),
        Stall::Dram(Operand::Output) => ("dram-3", "outputs to DRAM"),
        Stall::Network(Operand::Input) => ("net-1", "input network"),
        Stall::Network(Operand::Weight) => ("net-2", "weight network"),
        Stall::Network(Operand::Output) => ("net-3", "sums into the array"),
        Stall::PsumOut => ("net-4", "sums out of the array"),
        Stall::Bank(Operand::Input) => ("bank-1", "banks for inputs"),
        Stall::Bank(Operand::Weight) => ("bank-2", "banks for weights"),
        Stall::Bank(Operand::Output) => ("bank-3", "banks for outputs"),
        Stall::Delivery => ("out", "delivery"),
        Stall::Fill => ("fill", "fill"),
        Stall::Drain => ("drain", "drain"),
        Stall::Bias => ("dram-4", "biases from DRAM"),
        Stall::Addend => ("dram-5", "added operands from DRAM"),
        Stall::MicroOps => ("dram-6", "micro-ops from DRAM"),
        Stall::Fetch => ("dram-7", "instructions from DRAM"),
        Stall::Reset => ("core-1", "reset of sums"),
        Stall::Alu => ("core-2", "ALU at work"),
        Stall::Issue => ("core-3", "issue of instructions"),
        Stall::Dependency => ("wait", "dependency"),
    };
    let name = stall.name();
    Cause { name, words, class }
}

/// What bounds a layer of a machine with a sequencer, in words, with its class.
pub fn of_bound(bound: Bound) -> (&'static str, &'static str) {
    let of = |stall| {
        let Cause { class, words, .. } = of_stall(stall);
        (class, words)
    };
    match bound {
        Bound::Compute => ("work", "compute"),
        Bound::Dram => ("dram-2", "DRAM"),
        Bound::Buffer => ("bank-2", "buffer banks"),
        Bound::Delivery => of(Stall::Delivery),
        Bound::Network(operand) => of(Stall::Network(operand)),
        Bound::PsumOut => of(Stall::PsumOut),
        Bound::Ramp => ("drain", "fill and drain"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_of_both_machines_is_listed_once_with_its_own_words_and_colour() {
        let all = causes();
        for name in Stall::ALL.map(Stall::name) {
            let listed = all.iter().filter(|cause| cause.name == name).count();
            assert_eq!(listed, 1, "{name}");
        }
        let style = include_str!("html/drawing.css");
        for (at, cause) in all.iter().enumerate() {
            assert!(
                style.contains(&format!(".{} {{", cause.class)),
                "{} has no colour",
                cause.class
            );
            for other in &all[..at] {
                assert_ne!(cause.words, other.words);
                assert_ne!(cause.class, other.class, "{} {}", cause.name, other.name);
            }
        }
    }

    #[test]
    fn a_cause_that_is_not_known_is_shown_by_its_name() {
        assert_eq!(words("dram:micro_ops"), "micro-ops from DRAM");
        assert_eq!(words("gremlins"), "gremlins");
    }
}
