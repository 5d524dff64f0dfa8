//! Timeloop's built-in energies, in picojoules.
//!
//! ```text
//! SRAM, a row:  y width / 16,  y = 1 + (5 / 99.5) (rows width / 8192 - 0.5)
//! DRAM, a row:  200 width / 16
//! multiplier:   (bits / 16)^2
//! ```

use crate::arch::import::timeloop::{Arithmetic, Storage};

/// One word in or out.
pub(super) fn of_access(storage: &Storage) -> f64 {
    let width = (storage.word_bits * storage.block_words) as f64;
    let relative = if storage.is_dram {
        200.0
    } else {
        let rows = storage.rows.unwrap_or(1) as f64;
        1.0 + (5.0 / 99.5) * (rows * width / 8192.0 - 0.5)
    };
    relative * width / 16.0 / storage.block_words as f64
}

/// One multiply-accumulate.
pub(super) fn of_multiplication(arithmetic: &Arithmetic) -> f64 {
    (arithmetic.word_bits as f64 / 16.0).powi(2)
}
