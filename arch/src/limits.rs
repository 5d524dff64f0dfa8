//! The least and the greatest values of fields.
//!
//! They are far beyond any chip, and keep every product of counts that the simulator forms inside 64
//! bits.

use std::ops::RangeInclusive;

pub(crate) type Limits = RangeInclusive<u64>;
pub(crate) const SIDE: Limits = 1..=65_536;
pub(crate) const MACS: Limits = 1..=1 << 26;
pub(crate) const MAC_LATENCY: Limits = 0..=1024;
pub(crate) const SCRATCHPAD_WORDS: Limits = 1..=1 << 24;
pub(crate) const WIDTH: Limits = 1..=1 << 20;
pub(crate) const LATENCY: Limits = 0..=1 << 20;
pub(crate) const FIFO: Limits = 1..=1 << 20;
/// A PE without a FIFO takes a word where it is used.
pub(crate) const FIFO_WORDS: Limits = 0..=1 << 20;
pub(crate) const BUFFER_BYTES: Limits = 1..=1 << 40;
pub(crate) const CACHE_BYTES: Limits = 0..=1 << 40;
pub(crate) const BANKS: Limits = 1..=128;
pub(crate) const BANK_BITS: Limits = 1..=1 << 16;
pub(crate) const KILOHERTZ: Limits = 1..=100_000_000;
pub(crate) const WORD_BITS: Limits = 1..=64;
pub(crate) const DRAM_WORD_BITS: Limits = 1..=4096;
pub(crate) const BUS_BITS: Limits = 8..=4096;
/// Ten-thousandths.
pub(crate) const SHARE: Limits = 0..=10_000;
pub(crate) const RUN_BITS: Limits = 1..=16;
pub(crate) const PAIRS: Limits = 1..=64;
/// What our own tables of costs reach.
pub(crate) const PRICED_NM: Limits = 7..=130;
/// What any table could reach; other tools' files need no costs in every answer.
pub(crate) const TECHNOLOGY_NM: Limits = 1..=1000;
/// Steps of the ALU on each sum.
pub(crate) const STEPS: usize = 12;
