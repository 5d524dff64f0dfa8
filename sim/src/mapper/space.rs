//! What the mapper's candidates are, and what they leave out: so that what is proved of them is not
//! taken for more.

use std::fmt;

use stationary_arch::Accelerator;

use crate::mapper::MapperEffort;
use crate::mapper::orders::ORDERS;

/// The size of the mapper's list of candidates for a layer, and what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingSpace {
    /// The number of candidates that [`candidates`](crate::mapper::candidates) visits.
    pub candidates: u64,
    /// The choices of which the candidates have some values only.
    pub left_out: Vec<LeftOut>,
}

/// A choice that a legal mapping has and of which the candidates try some values only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// A short name that stays the same: `unrollings`, `local`, `blocks`, `kernels`, `orders`,
    /// `residency`, `parts`, `banks`.
    pub choice: &'static str,
    /// The values that are tried, in words.
    pub tried: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.choice, self.tried)
    }
}

pub(super) fn left_out(
    accelerator: &Accelerator,
    effort: &MapperEffort,
    [kept, all]: [usize; 2],
) -> Vec<LeftOut> {
    let sequencer = &accelerator.sequencer;
    let mut left = Vec::new();
    let mut add = |choice, tried: String| left.push(LeftOut { choice, tried });
    let factors = match sequencer.stripe {
        Some(_) => "as many PEs along a dimension as it fills",
        None => {
            "of each dimension none, as many PEs as it fills, and even shares of all, a half and a third"
        }
    };
    add(
        "unrollings",
        format!(
            "{factors}; {kept} of {all}: the best by the array's time without memory, for the buffer and for \
             halves of it, and by energy"
        ),
    );
    add(
        "local",
        "in a PE 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48 or 64 of a dimension, or its share"
            .to_owned(),
    );
    add(
        "blocks",
        match sequencer.stripe {
            Some(_) => {
                "the stripes of the least time of all positions and of half of them; \
                        a kernel's channels, and halves of them"
            }
            None => "tiles of a pass, twice, four times it and so on, and whole dimensions",
        }
        .to_owned(),
    );
    add(
        "kernels",
        "rows and columns of a kernel stay together in the buffer if any such tile fits".to_owned(),
    );
    if sequencer.order.is_none() {
        let count = ORDERS.len() * ORDERS.len();
        let blocks = match effort.blocks {
            usize::MAX => String::new(),
            blocks => format!(", with the {blocks} most promising blocks of each residency"),
        };
        add("orders", format!("{count} pairs of loop orders{blocks}"));
    }
    if !sequencer.staging.is_empty() {
        add("residency", "what the sequencer holds".to_owned());
    }
    add(
        "parts",
        if sequencer.staging.is_empty() {
            "all images (or heads) at once, half of them, a quarter and so on; nothing else is divided".to_owned()
        } else {
            "halves of groups and images, one group of kernels, rows in the fewest parts that fit \
             and some of the numbers up to 64 times as many"
                .to_owned()
        },
    );
    let partitions = &mut accelerator.global_buffer.partitions.iter();
    if partitions.any(|p| p.banks.is_some_and(|banks| banks.sharing.is_by_operand())) {
        add(
            "banks",
            "as many for each operand as its tiles need or as were given, and for two and four tiles \
             of inputs"
                .to_owned(),
        );
    }
    left
}
