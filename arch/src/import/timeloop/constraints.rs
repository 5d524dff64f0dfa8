//! What storages keep, by the constraints that stand beside an architecture.
//!
//! ```text
//! mapspace: {constraints: [{target: RF, type: datatype, keep: [Weights], bypass: [Inputs]}]}     # 0.1
//! architecture_constraints: {targets: [{target: RF, type: bypass, keep: [Weights]}]}             # 0.2, 0.3
//! ```

use stationary_document::{Node, NodeKind, Reader};

use super::Architecture;
use super::operands::operand;

/// Fields of a file that may hold constraints.
pub(super) const FIELDS: [&str; 4] = [
    "mapspace",
    "architecture_constraints",
    "mapspace_constraints",
    "constraints",
];

/// What a constraint of what is kept is called.
const TYPES: [&str; 4] = ["datatype", "bypass", "bypassing", "dataspace"];

/// The data spaces of Timeloop's convolutions.
const OF_CONVOLUTION: [&str; 3] = ["Inputs", "Weights", "Outputs"];

/// Puts what the constraints of a file keep on their storages.
pub(super) fn apply(architecture: &mut Architecture, reader: &mut Reader, root: &Node) {
    for field in FIELDS {
        let Some(node) = root.get(field) else {
            continue;
        };
        let mut is_used = false;
        for constraint in list(node) {
            let text = |name: &str| constraint.get(name).and_then(Node::text);
            let is_kept = text("type").is_some_and(|kind| TYPES.contains(&kind));
            let mut storages = architecture.storages.iter_mut();
            let target = storages.find(|storage| text("target") == Some(&storage.name));
            if let Some(storage) = target.filter(|_| is_kept) {
                storage.keep = storage.keep.take().or(kept(constraint));
                is_used = true;
            }
        }
        let message = if is_used {
            "only what storages keep is used"
        } else {
            "not used"
        };
        reader.note(node, field, message);
    }
}

/// The constraints in a field: a list, `targets`, or those whose name `constraints` gives.
fn list(node: &Node) -> &[Node] {
    let inside = match node.get("constraints") {
        Some(named) => match named.text() {
            Some(name) => node.get(&format!("constraints_{name}")),
            None => Some(named),
        },
        None => node.get("targets"),
    };
    match &inside.unwrap_or(node).kind {
        NodeKind::List(constraints) => constraints,
        _ => &[],
    }
}

/// The data spaces that a constraint keeps, by name: those it says, or else all that it does not
/// bypass; nothing where it says neither.
pub(super) fn kept(constraint: &Node) -> Option<Vec<String>> {
    let names = |field: &str| match &constraint.get(field)?.kind {
        NodeKind::List(names) => {
            let names = names.iter().filter_map(|name| name.text());
            Some(names.map(str::to_owned).collect::<Vec<_>>())
        }
        _ => None,
    };
    let said = names("keep_only").or_else(|| names("keep"));
    said.or_else(|| {
        let bypassed: Vec<_> = names("bypass")?.iter().map(|name| operand(name)).collect();
        let mut others = OF_CONVOLUTION.map(str::to_owned).to_vec();
        others.retain(|name| !bypassed.contains(&operand(name)));
        Some(others)
    })
}
