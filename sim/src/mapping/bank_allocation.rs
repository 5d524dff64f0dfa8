//! Bank allocation: where the tiles of the operands lie in the banks of the global buffer.
//!
//! ```text
//! bank of row r of a tile = first bank + (first row + r) mod banks
//! ```
//!
//! A row is what a bank reads or writes at a time. Every tile begins in the same bank, and one that
//! is gone through again goes on round the banks.

use stationary_arch::{Banks, DramKind, Operand, Partition, PerOperand, Ports, Sharing};

use crate::mapping::Mapping;
use crate::tiling::Staging;

/// The banks that are allocated to an operand's tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct BankAllocation {
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
}

impl BankAllocation {
    /// The bank that comes after another in the round.
    pub(crate) fn next_bank(&self, bank: u64) -> u64 {
        let next = bank + 1;
        if next == self.first_bank + self.banks {
            self.first_bank
        } else {
            next
        }
    }

    /// The bank that a row of the operand's tiles is in.
    pub(crate) fn bank(&self, row: u64) -> u64 {
        self.first_bank + (self.first_row + row) % self.banks
    }

    /// Whether another place's rows may lie in the same banks.
    pub(crate) fn shares_banks(&self, other: &BankAllocation) -> bool {
        self.partition == other.partition && self.first_bank == other.first_bank
    }

    /// Rows that so many words from a tile's start touch.
    pub(crate) fn rows(&self, words: u64) -> u64 {
        (words * self.word).div_ceil(self.row)
    }
}

/// The places of the operands whose partitions have banks.
pub(crate) fn places(m: &Mapping) -> PerOperand<Option<BankAllocation>> {
    let mut places = PerOperand::default();
    let partitions = m.accelerator.global_buffer.partitions.iter().enumerate();
    for (number, partition) in partitions {
        let Some(banks) = partition.banks else {
            continue;
        };
        let shares = shares(m, partition, banks);
        let (mut first_bank, mut first_row) = (0, 0);
        for operand in &partition.operands {
            let is_own = banks.sharing.is_by_operand();
            let own = if is_own {
                shares[*operand]
            } else {
                u64::from(banks.count)
            };
            places[*operand] = Some(BankAllocation {
                partition: number,
                ports: banks.ports,
                row: u64::from(banks.width.0),
                word: m.buffer_bits(*operand),
                first_bank,
                banks: own,
                first_row,
            });
            if is_own {
                first_bank += own;
            } else {
                first_row += m.slots[*operand] * rows(m, *operand, banks);
            }
        }
    }
    places
}

/// The places whose banks more than one of the streams may want at a time. Elsewhere ports are never
/// in the way: a single stream goes on by a row a cycle at most.
pub(crate) fn contended(m: &Mapping) -> PerOperand<Option<BankAllocation>> {
    let all = places(m);
    let is_ideal = m.accelerator.dram.kind == DramKind::Ideal;
    PerOperand::from_fn(|operand| {
        let place = all[operand]?;
        let (mut reads, mut writes, mut is_wide) = (0, 0, false);
        for o in Operand::ALL {
            if !all[o].is_some_and(|other| other.shares_banks(&place)) {
                continue;
            }
            let out = m.accelerator.networks.psum_out.words_per_cycle;
            let (stores, results, widest) = match o {
                Operand::Output => (u64::from(!is_ideal), 1, out),
                _ => (0, 0, 0),
            };
            reads += 1 + stores;
            writes += u64::from(!is_ideal) + results;
            let width = m.feed_network(o).words_per_cycle.max(widest);
            is_wide |= u64::from(width) * m.buffer_bits(o) > place.row;
        }
        let is_contended = match place.ports {
            Ports::One => reads + writes > 1,
            Ports::ReadWrite => reads > 1 || writes > 1,
        };
        (is_contended || is_wide).then_some(place)
    })
}

/// Tiles of each operand that the global buffer has places for.
pub(crate) fn slots(m: &Mapping) -> PerOperand<u64> {
    let mut slots = PerOperand::default();
    for partition in &m.accelerator.global_buffer.partitions {
        let ring = partition.banks.filter(|b| b.sharing == Sharing::Ring);
        for &operand in &partition.operands {
            slots[operand] = match ring {
                // Sums that were spilled come back when all tiles but the last have been stored.
                Some(banks) if operand != Operand::Output && m.staging_depth(operand) > 0 => {
                    let rows_there = shares(m, partition, banks)[operand];
                    let rows_there = rows_there * rows_of_bank(partition, banks);
                    (rows_there / rows(m, operand, banks)).max(1)
                }
                _ => m.copies_held(partition, operand),
            };
        }
    }
    slots
}

/// Banks that each operand gets where none is shared: what the mapping says or its tiles need. What is
/// left is shared out, so that their rows go round more banks; in a ring the last operand with several
/// tiles gets it.
fn shares(m: &Mapping, partition: &Partition, banks: Banks) -> PerOperand<u64> {
    let mut shares = PerOperand::default();
    for &operand in &partition.operands {
        shares[operand] = match m.tiling.banks[operand] {
            0 => banks_needed(m, partition, banks, operand),
            given => given.into(),
        };
    }
    let taken: u64 = partition.operands.iter().map(|o| shares[*o]).sum();
    let left = u64::from(banks.count).saturating_sub(taken);
    if banks.sharing == Sharing::WholeBanks {
        let is_free = |o: &&Operand| m.tiling.banks[**o] == 0;
        let free = partition.operands.iter().filter(is_free).count() as u64;
        for (operand, place) in partition.operands.iter().filter(is_free).zip(0..) {
            shares[*operand] += share_of(left, place, free);
        }
    }
    if banks.sharing == Sharing::Ring {
        let mut operands = partition.operands.iter().rev();
        let takes = operands.find(|o| {
            **o != Operand::Output && m.tiling.banks[**o] == 0 && m.staging_depth(**o) > 0
        });
        if let Some(operand) = takes {
            shares[*operand] += left;
        }
    }
    shares
}

/// What the one in a place gets of so much that goes round so many.
pub(crate) fn share_of(left: u64, place: u64, all: u64) -> u64 {
    left / all + u64::from(place < left % all)
}

/// Banks that the tiles of an operand take at least if each bank holds one operand only.
pub(crate) fn banks_needed(
    m: &Mapping,
    partition: &Partition,
    banks: Banks,
    operand: Operand,
) -> u64 {
    let rows = m.copies_held(partition, operand) * rows(m, operand, banks);
    rows.div_ceil(rows_of_bank(partition, banks))
}

pub(crate) fn rows_of_bank(partition: &Partition, banks: Banks) -> u64 {
    (8 * partition.bytes / u64::from(banks.count) / u64::from(banks.width.0)).max(1)
}

fn rows(m: &Mapping, operand: Operand, banks: Banks) -> u64 {
    (8 * m.tile_bytes(operand))
        .div_ceil(u64::from(banks.width.0))
        .max(1)
}

impl Mapping {
    /// Tiles of an operand that its partition holds at a time.
    pub(crate) fn copies_held(&self, partition: &Partition, operand: Operand) -> u64 {
        let once = self.tiling.staging[operand] == Staging::Layer && self.part_depth[operand] == 0;
        if partition.double_buffered && !once {
            2
        } else {
            1
        }
    }
}
