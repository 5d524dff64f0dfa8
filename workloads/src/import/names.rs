//! Names of layers in other tools' files, which do not ask that names differ.

use std::collections::{HashMap, HashSet};

use crate::layer::Layer;

/// Gives each layer whose name an earlier one has a number behind it: `block`, `block#2`, `block#3`.
/// Returns the old and the new names, in order.
pub(super) fn tell_apart(layers: &mut [Layer]) -> Vec<(String, String)> {
    let given: HashSet<String> = layers.iter().map(|l| l.name().to_owned()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut counts = HashMap::<String, u64>::new();
    let mut renamed = Vec::new();
    for layer in layers {
        let old = layer.name().to_owned();
        if taken.insert(old.clone()) {
            continue;
        }
        let count = counts.entry(old.clone()).or_insert(1);
        let new = loop {
            *count += 1;
            let new = format!("{old}#{count}");
            // A name that the file itself gives stays with the layer that has it.
            if !given.contains(&new) && !taken.contains(&new) {
                break new;
            }
        };
        taken.insert(new.clone());
        *layer = layer.clone().named(new.clone());
        renamed.push((old, new));
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::RightOperand;

    #[test]
    fn each_gets_a_name_of_its_own() {
        let given = ["a", "b", "a", "a#2", "a", "b"];
        let layer = |name| Layer::matmul(name, 1, [1; 3], RightOperand::Parameters);
        let mut layers: Vec<_> = given.map(|name| layer(name).expect("a layer")).into();
        let renamed = tell_apart(&mut layers);
        let names: Vec<_> = layers.iter().map(Layer::name).collect();
        assert_eq!(names, ["a", "b", "a#3", "a#2", "a#4", "b#2"]);
        assert_eq!(renamed.len(), 3);
        assert_eq!(renamed[0], ("a".to_owned(), "a#3".to_owned()));
    }
}
