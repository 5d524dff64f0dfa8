//! Types of a file's elements against the words that an accelerator counts.

use crate::arch::Accelerator;
use crate::workloads::{ElementType, ElementTypes, Network};

/// What the file's layers multiply, where it has other widths than the accelerator's words, a line an
/// operand and type. Types of 32 bits and more say only that a model was exported as it was trained,
/// and are no matter.
pub fn differing(network: &Network, accelerator: &Accelerator) -> Vec<String> {
    type Side = fn(&ElementTypes) -> Option<ElementType>;
    let precision = &accelerator.precision;
    let sides: [(&str, &str, Side, u32); 2] = [
        ("inputs", "input", |types| types.input, precision.input.0),
        (
            "weights",
            "weight",
            |types| types.weight,
            precision.weight.0,
        ),
    ];
    let all: u64 = network.element_types().iter().map(|t| t.layers).sum();
    let mut lines = Vec::new();
    for (plural, field, of, bits) in sides {
        let mut found: Vec<(ElementType, u64)> = Vec::new();
        for types in network.element_types() {
            let Some(element) = of(types).filter(|e| e.bits < 32 && e.bits != bits) else {
                continue;
            };
            match found.iter_mut().find(|(known, _)| *known == element) {
                Some((_, layers)) => *layers += types.layers,
                None => found.push((element, types.layers)),
            }
        }
        for (ElementType { name, bits: own }, layers) in found {
            lines.push(format!(
                "{plural} are {name} in {layers} of {all} layers of the file; {} counts {bits} bits each, in \
                 traffic and energy (--set precision.{field}={own} would count {own})",
                accelerator.name
            ));
        }
    }
    lines
}
