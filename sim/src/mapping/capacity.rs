//! Whether tiles fit the scratchpads and the global buffer.

use stationary_arch::{Accelerator, Operand};

use crate::error::MappingError;
use crate::mapping::Mapping;
use crate::mapping::bank_allocation::banks_needed;

/// A memory that is too small. Cheap to make, since a mapper meets it for every other candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    Scratchpad {
        operand: Operand,
        needed: u64,
        available: u64,
    },
    /// A partition of the buffer, by its number.
    Partition { number: usize, needed: u64 },
    /// Banks of all operands of a partition.
    Banks {
        number: usize,
        needed: u64,
        available: u64,
    },
    /// Banks that the mapping gives an operand.
    OwnBanks {
        operand: Operand,
        needed: u64,
        available: u64,
    },
    /// Banks are given where there are none to give.
    NoBanks { operand: Operand },
}

impl Shortage {
    /// The error that says so.
    pub(crate) fn error(self, accelerator: &Accelerator) -> MappingError {
        let partitions = &accelerator.global_buffer.partitions;
        match self {
            Self::Scratchpad {
                operand,
                needed,
                available,
            } => MappingError::Scratchpad {
                operand,
                needed,
                available,
            },
            Self::Partition { number, needed } => MappingError::GlobalBuffer {
                operands: partitions[number].operands.clone(),
                needed,
                available: partitions[number].bytes,
            },
            Self::Banks {
                number,
                needed,
                available,
            } => MappingError::Banks {
                operands: partitions[number].operands.clone(),
                needed,
                available,
            },
            Self::OwnBanks {
                operand,
                needed,
                available,
            } => MappingError::Banks {
                operands: vec![operand],
                needed,
                available,
            },
            Self::NoBanks { operand } => MappingError::NoBanks { operand },
        }
    }
}

impl Mapping {
    /// Whether what a PE holds fits its scratchpads.
    pub(crate) fn check_scratchpads(&self) -> Result<(), Shortage> {
        for operand in Operand::ALL {
            let needed = self.scratchpad_words(operand);
            let available = self.accelerator.scratchpads[operand].words;
            if needed > available {
                return Err(Shortage::Scratchpad {
                    operand,
                    needed,
                    available,
                });
            }
        }
        Ok(())
    }

    /// Whether the tiles fit their partitions of the global buffer.
    pub(crate) fn check_buffer(&self) -> Result<(), Shortage> {
        let partitions = self.accelerator.global_buffer.partitions.iter();
        for (number, partition) in partitions.enumerate() {
            let operands = partition.operands.iter();
            let needed = operands
                .map(|o| self.copies_held(partition, *o) * self.tile_bytes(*o))
                .sum();
            if needed > partition.bytes {
                return Err(Shortage::Partition { number, needed });
            }
            let own = partition
                .banks
                .filter(|banks| banks.sharing.is_by_operand());
            let Some(banks) = own else {
                let given = |o: &&Operand| self.tiling.banks[**o] > 0;
                match partition.operands.iter().find(given) {
                    Some(&operand) => return Err(Shortage::NoBanks { operand }),
                    None => continue,
                }
            };
            let operands = partition.operands.iter();
            let needed = operands
                .map(|o| {
                    let given = u64::from(self.tiling.banks[*o]);
                    given.max(banks_needed(self, partition, banks, *o))
                })
                .sum();
            let available = banks.count.into();
            if needed > available {
                return Err(Shortage::Banks {
                    number,
                    needed,
                    available,
                });
            }
            for &operand in &partition.operands {
                let given = u64::from(self.tiling.banks[operand]);
                let needed = banks_needed(self, partition, banks, operand);
                if given > 0 && needed > given {
                    return Err(Shortage::OwnBanks {
                        operand,
                        needed,
                        available: given,
                    });
                }
            }
        }
        Ok(())
    }
}
