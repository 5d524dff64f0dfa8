//! From bytes to text.

use crate::diagnostic::Diagnostic;
use crate::position::Position;

/// The text of a file's bytes: UTF-8, or UTF-16 with a byte order mark, as spreadsheets save it. `file` is the
/// name that errors carry.
///
/// # Errors
/// A [`Diagnostic`], if the bytes are neither, with the line and column of the first that is wrong.
///
/// ```
/// use stationary_document::text;
///
/// assert_eq!(text("a.csv", b"rows".to_vec())?, "rows");
/// let error = text("a.csv", b"one\ntw\xf6".to_vec()).expect_err("Latin-1");
/// assert_eq!(error.to_string(), "a.csv:2:3: byte 0xf6 is not UTF-8 text");
/// # Ok::<(), stationary_document::Diagnostic>(())
/// ```
pub fn text(file: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    if let [0xff, 0xfe, rest @ ..] = bytes.as_slice() {
        return wide(file, rest, u16::from_le_bytes);
    }
    if let [0xfe, 0xff, rest @ ..] = bytes.as_slice() {
        return wide(file, rest, u16::from_be_bytes);
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
    let byte = error.as_bytes()[valid];
    let message = format!("byte 0x{byte:02x} is not UTF-8 text");
    Err(Diagnostic::new(file, end_of(&before), message))
}

fn wide(file: &str, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Diagnostic> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::new();
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.push(character),
            Err(error) => {
                let unit = error.unpaired_surrogate();
                let message = format!("0x{unit:04x} is not UTF-16 text");
                return Err(Diagnostic::new(file, end_of(&text), message));
            }
        }
    }
    if bytes.len() % 2 == 1 {
        let message = "the text ends in half a UTF-16 character";
        return Err(Diagnostic::new(file, end_of(&text), message));
    }
    Ok(text)
}

/// The place behind a text.
fn end_of(text: &str) -> Position {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let start = text.chars().count();
    Position {
        line: text.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        start,
        end: start + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_with_a_mark_is_text() {
        let wide = |unit: fn(u16) -> [u8; 2], mark: u16| {
            let units = [mark].into_iter().chain("M,ö😀\n".encode_utf16());
            units.flat_map(unit).collect::<Vec<u8>>()
        };
        for bytes in [
            wide(u16::to_le_bytes, 0xfeff),
            wide(u16::to_be_bytes, 0xfeff),
        ] {
            assert_eq!(text("a", bytes), Ok("M,ö😀\n".to_owned()));
        }
        let error = text("a", vec![0xff, 0xfe, b'a', 0, b'\n', 0, 0, 0xd8]).unwrap_err();
        assert_eq!(error.to_string(), "a:2:1: 0xd800 is not UTF-16 text");
        let error = text("a", vec![0xff, 0xfe, b'a']).unwrap_err();
        assert!(
            error.to_string().starts_with("a:1:1: the text ends"),
            "{error}"
        );
    }
}
