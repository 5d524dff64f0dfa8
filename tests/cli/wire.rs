//! Protobuf's wire format, for reading what was written by other code.

/// A field's content.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    Number(u64),
    Double(f64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    pub fn number(self) -> u64 {
        match self {
            Field::Number(number) => number,
            other => panic!("{other:?} is no number"),
        }
    }

    pub fn double(self) -> f64 {
        match self {
            Field::Double(number) => number,
            other => panic!("{other:?} is no double"),
        }
    }

    pub fn bytes(self) -> &'a [u8] {
        match self {
            Field::Bytes(bytes) => bytes,
            other => panic!("{other:?} is no message"),
        }
    }

    pub fn text(self) -> String {
        String::from_utf8(self.bytes().to_vec()).expect("text")
    }
}

/// The fields of a message in their order.
pub fn fields(mut bytes: &[u8]) -> impl Iterator<Item = (u32, Field<'_>)> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let key = varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => {
                let (double, rest) = bytes.split_at(8);
                bytes = rest;
                Field::Double(f64::from_le_bytes(double.try_into().expect("8 bytes")))
            }
            2 => {
                let length = varint(&mut bytes) as usize;
                let (field, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(field)
            }
            kind => panic!("fields of kind {kind} are not written"),
        };
        Some(((key >> 3) as u32, field))
    })
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (first, rest) = bytes.split_first().expect("a whole number");
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        shift += 7;
        if first & 0x80 == 0 {
            return value;
        }
    }
}
