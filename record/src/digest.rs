//! What tells one file from another.

use hmac_sha256::Hash;

/// The SHA-256 of some bytes in hexadecimal, as `sha256sum` prints it.
///
/// ```
/// let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// assert_eq!(stationary_record::digest(b""), empty);
/// ```
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|d| char::from(b"0123456789abcdef"[usize::from(d)]));
    Hash::hash(bytes).iter().flat_map(digits).collect()
}
