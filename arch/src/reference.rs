//! The reference of an accelerator's fields, which their declarations make.

use crate::accelerator::Accelerator;
use crate::declaration::{At, Node};
use crate::field::Field;

/// Every field of the accelerator file in the order of the file, sections before what is in them.
///
/// ```
/// let fields = stationary_arch::fields();
/// let rows = fields.iter().find(|field| field.path == "array.rows").expect("an array has rows");
/// assert_eq!((rows.default.as_deref(), rows.range), (None, Some([1.0, 65536.0])));
/// ```
#[must_use]
pub fn fields() -> Vec<Field> {
    let mut all = Vec::new();
    Accelerator::fields(&At::ROOT, &Accelerator::base(), &mut all);
    // The file itself is none of its fields.
    all.remove(0);
    all
}
