//! Where the tiles of the operands lie in the banks of the global buffer.
//!
//! ```text
//! bank of row r of a tile in slot s = first bank + (first row + s * rows of a slot + r) mod banks
//! ```
//!
//! A row is what a bank reads or writes at a time; a slot holds a tile.

use stationary_arch::{Banks, Operand, Partition, PerOperand, Ports, Sharing};

use crate::mapping::Mapping;
use crate::tiling::Staging;

/// The place of an operand's tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// The partition's number.
    pub(crate) partition: usize,
    pub(crate) ports: Ports,
    /// Bits of a row, and of a word.
    pub(crate) row: u64,
    pub(crate) word: u64,
    first_bank: u64,
    /// Banks that the operand's rows go round.
    pub(crate) banks: u64,
    first_row: u64,
    rows_of_slot: u64,
    slots: u64,
}

impl Place {
    /// The bank that a row of the operand's tile number `tile` is in. Rows beyond the tile start it
    /// anew.
    pub(crate) fn bank(&self, tile: u64, row: u64) -> u64 {
        let slot = tile % self.slots;
        let row = self.first_row + slot * self.rows_of_slot + row % self.rows_of_slot;
        self.first_bank + row % self.banks
    }

    /// Whether another place's rows may lie in the same banks.
    pub(crate) fn shares_banks(&self, other: &Place) -> bool {
        self.partition == other.partition && self.first_bank == other.first_bank
    }

    /// Rows that so many words from a tile's start touch.
    pub(crate) fn rows(&self, words: u64) -> u64 {
        (words * self.word).div_ceil(self.row)
    }
}

/// The places of the operands whose partitions have banks.
pub(crate) fn places(m: &Mapping<'_>) -> PerOperand<Option<Place>> {
    let mut places = PerOperand::default();
    let partitions = m.accelerator.global_buffer.partitions.iter().enumerate();
    for (number, partition) in partitions {
        let Some(banks) = partition.banks else {
            continue;
        };
        let (mut first_bank, mut first_row) = (0, 0);
        for operand in &partition.operands {
            let rows_of_slot = rows(m, *operand, banks);
            let slots = m.copies_held(partition, *operand);
            let own = match banks.sharing {
                Sharing::Interleaved => u64::from(banks.count),
                Sharing::WholeBanks => whole_banks(m, partition, banks, *operand),
            };
            places[*operand] = Some(Place {
                partition: number,
                ports: banks.ports,
                row: u64::from(banks.width.0),
                word: m.buffer_bits(*operand),
                first_bank,
                banks: own,
                first_row,
                rows_of_slot,
                slots,
            });
            match banks.sharing {
                Sharing::Interleaved => first_row += slots * rows_of_slot,
                Sharing::WholeBanks => first_bank += own,
            }
        }
    }
    places
}

/// Banks that the tiles of an operand take if each bank holds one operand only.
pub(crate) fn whole_banks(
    m: &Mapping<'_>,
    partition: &Partition,
    banks: Banks,
    operand: Operand,
) -> u64 {
    let rows = m.copies_held(partition, operand) * rows(m, operand, banks);
    let rows_of_bank = 8 * partition.bytes / u64::from(banks.count) / u64::from(banks.width.0);
    rows.div_ceil(rows_of_bank.max(1))
}

fn rows(m: &Mapping<'_>, operand: Operand, banks: Banks) -> u64 {
    (8 * m.tile_bytes(operand))
        .div_ceil(u64::from(banks.width.0))
        .max(1)
}

impl Mapping<'_> {
    /// Tiles of an operand that its partition holds at a time.
    pub(crate) fn copies_held(&self, partition: &Partition, operand: Operand) -> u64 {
        let once = self.tiling.staging[operand] == Staging::Layer;
        if partition.double_buffered && !once {
            2
        } else {
            1
        }
    }
}
