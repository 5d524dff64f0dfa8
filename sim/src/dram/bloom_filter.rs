//! A counting Bloom filter of one hash: a quick no to the question whether an address is queued.

/// For each hash, how many of the addresses have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct CountingBloomFilter {
    counts: Vec<u32>,
    /// Bits of a product that are no part of the hash.
    shift: u32,
}

impl CountingBloomFilter {
    /// Of no address yet, and mostly right among so many.
    pub(super) fn new(addresses: usize) -> Self {
        let hashes = (4 * addresses).next_power_of_two();
        Self {
            counts: vec![0; hashes],
            shift: u64::BITS - hashes.trailing_zeros(),
        }
    }

    /// Whether an address may have been added; if it has, true.
    pub(super) fn may_have(&self, address: u64) -> bool {
        self.counts[self.hash(address)] > 0
    }

    pub(super) fn add(&mut self, address: u64) {
        let hash = self.hash(address);
        self.counts[hash] += 1;
    }

    /// Takes back what was added.
    pub(super) fn remove(&mut self, address: u64) {
        let hash = self.hash(address);
        self.counts[hash] -= 1;
    }

    /// Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    fn hash(&self, address: u64) -> usize {
        (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever was added and not taken back is found; most of what was not is not.
    #[test]
    fn a_no_is_true_and_common() {
        let mut filter = CountingBloomFilter::new(100);
        for i in 0..200 {
            filter.add(64 * i);
        }
        for i in (0..200).step_by(2) {
            filter.remove(64 * i);
        }
        assert!((1..200).step_by(2).all(|i| filter.may_have(64 * i)));
        let wrong = (200..10_000).filter(|i| filter.may_have(64 * i)).count();
        assert!(wrong < 9_800 / 4, "{wrong} of 9800");
    }
}
