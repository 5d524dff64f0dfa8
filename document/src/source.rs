//! The text of a file, to find a path in it.

use crate::position::Position;
use crate::tree::Node;

/// A text, read once as a tree; empty if it is no YAML.
#[derive(Debug)]
pub struct Source {
    root: Option<Node>,
}

impl Source {
    /// Of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            root: Node::parse("", text).ok(),
        }
    }

    /// Where the longest part of a path stands that is in the text. A path joins fields and places
    /// in lists, as in `global_buffer.partitions.0.kib` or `layers[3].conv`. What stands in
    /// brackets or after a space, as in `array (rows x cols)`, is not part of it.
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
