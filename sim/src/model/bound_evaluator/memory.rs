//! Whether tiles fit the global buffer, how many of each it has places for, and how long its banks
//! are busy: what [`capacity`](crate::mapping) and [`placement`](crate::mapping::placement) say, with all that
//! the accelerator decides computed before.

use stationary_arch::{Operand, PerOperand, Ports, Sharing};

use crate::mapping::Mapping;
use crate::mapping::bank_allocation::share_of;
use crate::model::bound_evaluator::divisor::Divisor;
use crate::model::bound_evaluator::program::Orders;
use crate::tiling::Staging;

/// The global buffer of an accelerator.
#[derive(Clone, Debug)]
pub(in crate::model) struct BufferLimits {
    homes: PerOperand<Home>,
    partitions: Vec<Room>,
}

/// Where an operand's tiles are.
#[derive(Clone, Copy, Debug)]
struct Home {
    partition: usize,
    /// Bits of a word.
    bits: u64,
    /// Copies of a tile that is exchanged.
    copies: u64,
}

/// A partition that holds something.
#[derive(Clone, Debug)]
struct Room {
    operands: Vec<Operand>,
    bytes: u64,
    banks: Option<PartitionBanks>,
}

#[derive(Clone, Debug)]
struct PartitionBanks {
    count: u64,
    ports: Ports,
    sharing: Sharing,
    /// Bits of a row.
    row: Divisor,
    /// Rows of a bank.
    rows: Divisor,
    /// By how many banks there are.
    shares: Vec<Divisor>,
}

/// What the buffer has of each operand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) slots: PerOperand<u64>,
    /// Banks of its own, where none is shared.
    banks: PerOperand<u64>,
}

impl BufferLimits {
    pub(in crate::model) fn new(m: &Mapping) -> Self {
        let all = &m.accelerator.global_buffer.partitions;
        let partitions = all.iter().map(|partition| Room {
            operands: partition.operands.clone(),
            bytes: partition.bytes,
            banks: partition.banks.map(|banks| PartitionBanks {
                count: banks.count.into(),
                ports: banks.ports,
                sharing: banks.sharing,
                row: Divisor::new(banks.width.0.into()),
                rows: Divisor::new(crate::mapping::bank_allocation::rows_of_bank(
                    partition, banks,
                )),
                shares: (0..=u64::from(banks.count))
                    .map(|count| Divisor::new(count.max(1)))
                    .collect(),
            }),
        });
        Self {
            partitions: partitions.collect(),
            homes: PerOperand::from_fn(|o| {
                let holds = |room: &stationary_arch::Partition| room.operands.contains(&o);
                let partition = all.iter().position(holds);
                let partition = partition.expect("a checked accelerator holds each operand");
                Home {
                    partition,
                    bits: m.buffer_bits(o),
                    copies: if all[partition].double_buffered { 2 } else { 1 },
                }
            }),
        }
    }

    /// Whether banks are given only where there are banks to give.
    pub(super) fn has_banks(&self, given: &PerOperand<u32>) -> bool {
        Operand::ALL.into_iter().all(|o| {
            let banks = &self.partitions[self.homes[o].partition].banks;
            given[o] == 0 || banks.as_ref().is_some_and(|b| b.sharing.is_by_operand())
        })
    }

    /// What the buffer has of each operand if a tile has so many words and so many loops exchange
    /// it; `None` if the tiles do not fit.
    #[inline]
    pub(super) fn hold(
        &self,
        orders: &Orders,
        words: &PerOperand<u64>,
        depth: &PerOperand<usize>,
    ) -> Option<Held> {
        let bytes = PerOperand::from_fn(|o| (words[o] * self.homes[o].bits).div_ceil(8));
        let copies = PerOperand::from_fn(|o| {
            let once = orders.staging[o] == Staging::Layer && depth[o] == 0;
            if once { 1 } else { self.homes[o].copies }
        });
        let mut held = Held {
            slots: copies,
            banks: PerOperand::default(),
        };
        for room in &self.partitions {
            let operands = room.operands.iter();
            let needed: u64 = operands.map(|o| copies[*o] * bytes[*o]).sum();
            if needed > room.bytes {
                return None;
            }
        }
        for room in &self.partitions {
            if let Some(banks) = &room.banks
                && banks.sharing.is_by_operand()
                && !banks.share(&room.operands, orders, (&bytes, depth), &mut held)
            {
                return None;
            }
        }
        Some(held)
    }

    /// Copies that the buffer has of an operand's tile that is exchanged; `None` where they are as many as
    /// there is room for.
    pub(in crate::model) fn copies(&self, operand: Operand) -> Option<u64> {
        (!self.has_ring(operand)).then_some(self.homes[operand].copies)
    }

    /// Whether there is room for tiles of so many words, of which some are never exchanged.
    pub(in crate::model) fn has_room(
        &self,
        words: &PerOperand<u64>,
        is_kept: &PerOperand<bool>,
    ) -> bool {
        let bytes = |o: Operand| {
            let copies = if is_kept[o] { 1 } else { self.homes[o].copies };
            copies * (words[o] * self.homes[o].bits).div_ceil(8)
        };
        let mut rooms = self.partitions.iter();
        rooms.all(|room| room.operands.iter().map(|o| bytes(*o)).sum::<u64>() <= room.bytes)
    }

    /// How often the buffer could be halved, and tiles of so many words would still fit.
    pub(super) fn halvings(&self, words: &PerOperand<u64>) -> u32 {
        let bytes = |o: Operand| self.homes[o].copies * (words[o] * self.homes[o].bits).div_ceil(8);
        let rooms = self.partitions.iter().map(|room| {
            let needed: u64 = room.operands.iter().map(|o| bytes(*o)).sum();
            (room.bytes / needed.max(1)).max(1).ilog2()
        });
        rooms.min().unwrap_or(0)
    }

    /// Whether an operand has banks of its own in a ring that it shares.
    pub(super) fn has_ring(&self, operand: Operand) -> bool {
        let banks = &self.partitions[self.homes[operand].partition].banks;
        banks.as_ref().is_some_and(|b| b.sharing == Sharing::Ring)
    }

    /// Banks that so many copies of an operand's tile take; `None` where the operands have no banks of
    /// their own in a ring, or there is one tile only.
    pub(super) fn banks_for(
        &self,
        operand: Operand,
        copies: u64,
        words: &PerOperand<u64>,
        depth: &PerOperand<usize>,
    ) -> Option<u32> {
        let home = self.homes[operand];
        let banks = self.partitions[home.partition].banks.as_ref()?;
        if banks.sharing != Sharing::Ring || depth[operand] == 0 {
            return None;
        }
        let rows = banks.row.ceil(words[operand] * home.bits).max(1);
        u32::try_from(banks.rows.ceil(copies * rows)).ok()
    }

    /// Cycles in which the busiest banks serve the array's accesses.
    #[inline]
    pub(super) fn cycles(
        &self,
        held: &Held,
        reads: &PerOperand<u64>,
        writes: &PerOperand<u64>,
    ) -> u64 {
        let mut greatest = 0;
        for room in &self.partitions {
            let Some(banks) = &room.banks else {
                continue;
            };
            let accesses = |o: Operand| {
                let rows = |words: u64| banks.row.floor(words * self.homes[o].bits);
                [rows(reads[o]), rows(writes[o])]
            };
            let mut all = [0, 0];
            for o in &room.operands {
                let own = accesses(*o);
                if banks.sharing.is_by_operand() {
                    greatest = greatest.max(banks.serve(own, held.banks[*o]));
                } else {
                    all = [all[0] + own[0], all[1] + own[1]];
                }
            }
            if !banks.sharing.is_by_operand() {
                greatest = greatest.max(banks.serve(all, banks.count));
            }
        }
        greatest
    }
}

impl PartitionBanks {
    /// Gives each operand the banks that it needs or that the mapping says; whether there are enough.
    #[inline]
    fn share(
        &self,
        operands: &[Operand],
        orders: &Orders,
        (bytes, depth): (&PerOperand<u64>, &PerOperand<usize>),
        held: &mut Held,
    ) -> bool {
        let rows = |o: Operand| self.row.ceil(8 * bytes[o]).max(1);
        let mut taken = 0;
        for &o in operands {
            let needed = self.rows.ceil(held.slots[o] * rows(o));
            let given = u64::from(orders.banks[o]);
            if given > 0 && needed > given {
                return false;
            }
            held.banks[o] = needed.max(given);
            taken += held.banks[o];
        }
        if taken > self.count {
            return false;
        }
        if self.sharing != Sharing::Ring {
            let is_free = |o: &&Operand| orders.banks[**o] == 0;
            let free = operands.iter().filter(is_free).count() as u64;
            for (o, place) in operands.iter().filter(is_free).zip(0..) {
                held.banks[*o] += share_of(self.count - taken, place, free);
            }
            return true;
        }
        // The last operand that has several tiles gets what is left.
        let several = |o: &Operand| *o != Operand::Output && depth[*o] > 0;
        let mut takes = operands.iter().rev().filter(|o| several(o));
        if let Some(o) = takes.find(|o| orders.banks[**o] == 0) {
            held.banks[*o] += self.count - taken;
        }
        for &o in operands.iter().filter(|o| several(o)) {
            held.slots[o] = (held.banks[o] * self.rows.by() / rows(o)).max(1);
        }
        true
    }

    /// Cycles in which so many banks serve reads and writes of rows.
    #[inline]
    fn serve(&self, [reads, writes]: [u64; 2], count: u64) -> u64 {
        let accesses = match self.ports {
            Ports::One => reads + writes,
            Ports::ReadWrite => reads.max(writes),
        };
        self.shares[count as usize].ceil(accesses)
    }
}
