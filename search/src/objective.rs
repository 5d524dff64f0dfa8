//! What can be minimised.

use std::fmt;
use std::str::FromStr;

use crate::name::UnknownName;

/// The quantity that a search minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Objective {
    /// The sum of the layers' latencies, in cycles.
    Latency,
    /// The sum of the layers' energies, in nanojoules.
    Energy,
    /// The sum of latencies times the sum of energies, in cycles times nanojoules.
    Edp,
    /// The latency of the slowest layer, in cycles: in a pipeline of layers its
    /// inverse is the throughput.
    Throughput,
}

const OBJECTIVES: [(&str, Objective); 4] = [
    ("latency", Objective::Latency),
    ("energy", Objective::Energy),
    ("edp", Objective::Edp),
    ("throughput", Objective::Throughput),
];

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = OBJECTIVES.iter().find(|(_, objective)| objective == self);
        f.write_str(name.expect("every objective has a name").0)
    }
}

impl FromStr for Objective {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = OBJECTIVES.iter().find(|(name, _)| *name == text);
        let names = || OBJECTIVES.iter().map(|(name, _)| *name).collect();
        found
            .map(|&(_, o)| o)
            .ok_or_else(|| UnknownName::new("objective", text, names()))
    }
}
