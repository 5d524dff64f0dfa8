//! The text of a file, to find a path in it.

use crate::position::Position;
use crate::tree::Node;

/// The text of a file, read once as a tree, in which places are looked up by path; without places if it is no
/// YAML.
#[derive(Debug)]
pub struct Source {
    root: Option<Node>,
}

impl Source {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            root: Node::parse("", text).ok(),
        }
    }

    /// The place of the longest part of a path that the text has; None if it has no part of it. A path joins
    /// fields and indices of lists, as in `global_buffer.partitions.0.kib` or `layers[3].conv`. Words in
    /// brackets or after a space, as in `array (rows x cols)`, do not belong to it.
    #[must_use]
    pub fn place(&self, path: &str) -> Option<Position> {
        let path = path.split(' ').next().unwrap_or_default();
        let names = path.split(['.', '[', ']']);
        self.root
            .as_ref()?
            .place_of(names.filter(|name| !name.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<(usize, usize)>) {
        let text = "name: x\nparts:\n  - {kib: 3}\n  - {kib: 4}\ntiming:\n  CL: 9\n";
        let place = Source::new(text).place(path);
        assert_eq!(place.map(|p| (p.line, p.column)), expected, "{path}");
    }

    #[test]
    fn paths_are_found_as_far_as_they_go() {
        check("parts.1.kib", Some((4, 11)));
        check("parts[1].kib (in bytes)", Some((4, 11)));
        check("parts[1].colour", Some((4, 5)));
        check("parts.colour", Some((3, 3)));
        check("timing.tRAS", Some((5, 1)));
        check("colour", None);
    }
}
