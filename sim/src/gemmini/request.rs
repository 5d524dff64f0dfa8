//! How the DMA cuts a row into requests (`DMA.scala`).
//!
//! ```text
//! while bytes are left: of the aligned requests of 16, 32 and 64 bytes around the address, the
//! smallest that carries the most of them
//! ```

use super::chip::{BEAT_BYTES, REQUEST_BYTES};

/// One request, and how many of its bytes the row uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) beats: u64,
    pub(super) useful: u64,
}

impl Request {
    /// The first request for `bytes` bytes from an address on.
    pub(super) fn new(address: u64, bytes: u64) -> Self {
        let mut size = BEAT_BYTES;
        let mut best = Self {
            beats: 1,
            useful: bytes.min(size - address % size),
        };
        while size < REQUEST_BYTES {
            size *= 2;
            let useful = bytes.min(size - address % size);
            if useful > best.useful {
                best = Self {
                    beats: size / BEAT_BYTES,
                    useful,
                };
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::Request;

    fn check(address: u64, bytes: u64, expected: &[(u64, u64)]) {
        let (mut at, mut left, mut found) = (address, bytes, Vec::new());
        while left > 0 {
            let request = Request::new(at, left);
            found.push((request.beats, request.useful));
            at += request.useful;
            left -= request.useful;
        }
        assert_eq!(found, expected, "{bytes} bytes from {address}");
    }

    #[test]
    fn rows_are_cut_into_aligned_requests() {
        check(0, 64, &[(4, 64)]);
        check(0, 16, &[(1, 16)]);
        check(0, 17, &[(2, 17)]);
        check(8, 64, &[(4, 56), (1, 8)]);
        check(8, 16, &[(2, 16)]);
        check(24, 16, &[(4, 16)]);
        check(40, 16, &[(2, 16)]);
        check(56, 16, &[(1, 8), (1, 8)]);
        check(60, 8, &[(1, 4), (1, 4)]);
    }
}
