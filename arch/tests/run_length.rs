//! Run-length compression: the formula against an encoder.

use stationary_arch::units::Bits;
use stationary_arch::{Accelerator, RunLength};

/// xorshift64*, so that the tests need no random source.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Pairs of a run of zeros and the value after it, as the Eyeriss chip writes them: a run that is as
/// long as its field can say ends with whatever comes next, also with a zero.
fn encode(packing: RunLength, values: &[u16]) -> Vec<(u32, u16)> {
    let longest = (1 << packing.run_bits) - 1;
    let (mut pairs, mut run) = (Vec::new(), 0);
    for (place, &value) in values.iter().enumerate() {
        let is_last = place + 1 == values.len();
        if value == 0 && run < longest && !is_last {
            run += 1;
        } else {
            pairs.push((run, value));
            run = 0;
        }
    }
    pairs
}

fn decode(pairs: &[(u32, u16)]) -> Vec<u16> {
    let mut values = Vec::new();
    for &(run, value) in pairs {
        values.extend((0..run).map(|_| 0));
        values.push(value);
    }
    values
}

/// Bits of whole words.
fn bits(packing: RunLength, pairs: usize) -> u64 {
    (pairs as u64).div_ceil(packing.pairs.into()) * u64::from(packing.word.0)
}

/// The encoder says what the formula says, to two per cent of a hundred thousand values, and loses
/// nothing.
#[test]
fn the_formula_is_what_an_encoder_finds() {
    let mut random = Random(7);
    for (run_bits, pairs) in [(5, 3), (2, 3), (1, 2), (8, 2)] {
        let packing = RunLength {
            run_bits,
            pairs,
            word: Bits(64),
        };
        for zeros in [0.0, 0.2, 0.387, 0.5, 0.725, 0.793, 0.95, 1.0] {
            let draw = |_| {
                if random.share() < zeros {
                    0
                } else {
                    1 + (random.share() * 65_534.0) as u16
                }
            };
            let values: Vec<u16> = (0..100_000).map(draw).collect();
            let code = encode(packing, &values);
            assert_eq!(decode(&code), values);
            let found = bits(packing, code.len()) as f64 / values.len() as f64;
            let drawn = values.iter().filter(|value| **value == 0).count() as f64;
            let formula = packing.bits_per_value(f64::INFINITY, drawn / values.len() as f64);
            assert!(
                (found / formula - 1.0).abs() < 0.02,
                "runs of {run_bits} bits, {zeros} zeros: {found} bits a value, by the formula {formula}"
            );
            // What would grow is sent as it is.
            assert!(packing.bits_per_value(16.0, zeros) <= 16.0);
        }
    }
}

/// Zeros side by side, in runs longer than the field can say, pack worse than the formula says.
#[test]
fn long_runs_take_more_bits() {
    let eyeriss = RunLength {
        run_bits: 5,
        pairs: 3,
        word: Bits(64),
    };
    let values: Vec<u16> = (0..64_000)
        .map(|place| u16::from(place % 128 >= 64))
        .collect();
    let found = bits(eyeriss, encode(eyeriss, &values).len()) as f64 / values.len() as f64;
    let formula = eyeriss.bits_per_value(16.0, 0.5);
    assert!(
        (1.0..1.1).contains(&(found / formula)),
        "{found} and {formula}"
    );
}

#[test]
fn pairs_fit_their_word() {
    let read = |sets: &[(&str, &str)]| Accelerator::preset("eyeriss", sets);
    assert!(read(&[("dram.run_length.pairs", "3")]).is_ok());
    let error = read(&[("dram.run_length.pairs", "4")])
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "preset eyeriss: --set dram.run_length.pairs=4: dram.run_length: found 4 pairs of 5 and 16 bits in 64; allowed: as many pairs \
         of a run and a value as a word has room for"
    );
    let share = read(&[("zeros.input", "1.5")]).unwrap_err().to_string();
    assert!(share.ends_with("zeros.input: found 1.5; allowed: a share of words between 0 and 1"));
}
