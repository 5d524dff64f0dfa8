//! A YAML tree in which every value knows its place.
//!
//! Aliases are copied where they stand, and what a merge (`<<: *base`) brings stands before a mapping's
//! own fields; `<<<` merges mappings and lists inside of mappings too, as Timeloop's readers do. Depth and size
//! are bounded, so that no text, however malicious, takes more memory, stack or time than a large file
//! would.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};

use crate::diagnostic::Diagnostic;
use crate::loose::Loosened;
use crate::position::Position;
use crate::wording::OPEN_QUOTE;

/// Deeper than this, or with more values, is no file that anybody wrote.
pub(crate) const MOST_DEPTH: usize = 128;
const MOST_NODES: usize = 1_000_000;

/// A value of a YAML tree, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value itself.
    pub kind: NodeKind,
    /// The place of the value in the text.
    pub place: Position,
    /// The value's own tag, without the `!`; None if it has none.
    pub tag: Option<String>,
}

/// A value of a YAML tree by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// An empty value or `null`.
    Null,
    /// A word or number without quotes, as it is written.
    Plain(String),
    /// A text in quotes or a block, without them.
    Quoted(String),
    /// The elements of a list.
    List(Vec<Node>),
    /// The fields of a mapping as pairs of name and value, in the text's order.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// Reads the tree of a text with one YAML document. `file` is the name that errors carry.
    ///
    /// # Errors
    /// A [`Diagnostic`], if the text is no YAML, holds a second document, is nested too deep or is too large.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostic> {
        // A tab behind a colon is as good as a space, also for libyaml.
        let spaced = text.replace(":\t", ": ");
        Self::strictly(file, &spaced, None).or_else(|error| {
            let loosened = Loosened::of(&spaced).ok_or_else(|| error.clone())?;
            let read = Self::strictly(file, &loosened.text, Some(&loosened));
            // A quote that is not closed ends at the next one, wherever that stands.
            read.map_err(|loose| {
                if error.message == OPEN_QUOTE {
                    error
                } else {
                    loose
                }
            })
        })
    }

    fn strictly(file: &str, text: &str, loosened: Option<&Loosened>) -> Result<Self, Diagnostic> {
        let mut builder = Builder {
            file,
            parser: Parser::new_from_str(text),
            loosened,
            anchors: HashMap::new(),
            nodes: 0,
        };
        loop {
            match builder.next()? {
                (Event::StreamEnd, place) => {
                    return Ok(Self {
                        kind: NodeKind::Null,
                        place,
                        tag: None,
                    });
                }
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                event => {
                    let node = builder.node(event, 0)?;
                    builder.end()?;
                    return Ok(node);
                }
            }
        }
    }

    /// The place of the longest part of a path that the tree has: the path's parts are names of fields, and
    /// indices of lists from 0. Where a field is missing, it is the place of the name that the field belongs
    /// to.
    #[must_use]
    pub fn place_of<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Option<Position> {
        let (mut node, mut found, mut belongs) = (self, None, None);
        for name in path {
            let next = match &node.kind {
                NodeKind::List(items) => {
                    let item = name.parse::<usize>().ok().and_then(|at| items.get(at));
                    item.map(|item| (None, item))
                }
                _ => node
                    .field(name)
                    .map(|(key, value)| (Some(key.place), value)),
            };
            let Some((key, next)) = next else {
                return match &node.kind {
                    NodeKind::Mapping(_) => belongs.or(found),
                    _ => found,
                };
            };
            (node, belongs, found) = (next, key, Some(next.place));
        }
        found
    }

    /// The value of a field; None if this is no mapping or lacks the field. Of several with the name it is the
    /// last.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.field(name).map(|(_, value)| value)
    }

    fn field(&self, name: &str) -> Option<&(Node, Node)> {
        let NodeKind::Mapping(fields) = &self.kind else {
            return None;
        };
        fields.iter().rfind(|(key, _)| key.text() == Some(name))
    }

    /// The text of a word, number or quoted text; None for other values.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Plain(text) | NodeKind::Quoted(text) => Some(text),
            _ => None,
        }
    }

    /// The kind of the value in words, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Null => "nothing".to_owned(),
            NodeKind::Plain(text) | NodeKind::Quoted(text) => {
                let short: String = text.chars().take(60).collect();
                format!("`{short}`")
            }
            NodeKind::List(items) => format!("a list of {}", items.len()),
            NodeKind::Mapping(fields) => format!("a mapping of {} fields", fields.len()),
        }
    }
}

/// The fields of a mapping.
type Fields = Vec<(Node, Node)>;

struct Builder<'t> {
    file: &'t str,
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    /// What the text was made of, if its lines have been moved.
    loosened: Option<&'t Loosened>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Position), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.original(place(span)))),
            Some(Err(error)) => {
                let place = self.original(at(*error.marker()));
                let message = if is_too_deep(&error) {
                    format!("nested deeper than {MOST_DEPTH} levels")
                } else if error.info().contains("quoted scalar") {
                    OPEN_QUOTE.to_owned()
                } else {
                    format!("not YAML: {}", error.info())
                };
                Err(Diagnostic::new(self.file, place, message))
            }
            None => Err(Diagnostic::new(self.file, None, "the text ends too early")),
        }
    }

    fn original(&self, place: Position) -> Position {
        self.loosened
            .map_or(place, |loosened| loosened.original(place))
    }

    /// Nothing but the end of the text is left.
    fn end(&mut self) -> Result<(), Diagnostic> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(_), at) => {
                    let message = "a second document begins here; a file holds one";
                    return Err(Diagnostic::new(self.file, at, message));
                }
                _ => {}
            }
        }
    }

    fn node(
        &mut self,
        (event, at): (Event<'t>, Position),
        depth: usize,
    ) -> Result<Node, Diagnostic> {
        self.nodes += 1;
        if depth > MOST_DEPTH || self.nodes > MOST_NODES {
            let message =
                format!("nested deeper than {MOST_DEPTH} levels, or more than {MOST_NODES} values");
            return Err(Diagnostic::new(self.file, at, message));
        }
        let (kind, tag, anchor, end) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = match style {
                    ScalarStyle::Plain if matches!(&*text, "" | "~" | "null" | "Null" | "NULL") => {
                        NodeKind::Null
                    }
                    ScalarStyle::Plain => NodeKind::Plain(text.into_owned()),
                    _ => NodeKind::Quoted(text.into_owned()),
                };
                (kind, tag, anchor, at.end)
            }
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end.end,
                        event => items.push(self.node(event, depth + 1)?),
                    }
                };
                (NodeKind::List(items), tag, anchor, end)
            }
            Event::MappingStart(anchor, tag) => {
                let mut fields = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::MappingEnd, end) => break end.end,
                        event => {
                            let key = self.node(event, depth + 1)?;
                            let value = self.next()?;
                            fields.push((key, self.node(value, depth + 1)?));
                        }
                    }
                };
                (NodeKind::Mapping(self.merged(fields)?), tag, anchor, end)
            }
            Event::Alias(anchor) => return self.alias(anchor, at),
            _ => {
                return Err(Diagnostic::new(
                    self.file,
                    at,
                    "not YAML: a value is missing",
                ));
            }
        };
        let node = Node {
            kind,
            place: Position { end, ..at },
            tag: tag
                .as_deref()
                .map(Tag::to_string)
                .map(|tag| tag.trim_start_matches('!').to_owned()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// The fields with those of merges in their place: the merged ones first, each with the value that
    /// the mapping gives it itself, if it does.
    fn merged(&self, fields: Fields) -> Result<Fields, Diagnostic> {
        if !fields.iter().any(|(key, _)| merge(key).is_some()) {
            return Ok(fields);
        }
        let mut merged = Fields::new();
        let mut names: HashSet<String> = HashSet::new();
        let (mut own, mut is_deep) = (Vec::new(), false);
        for (key, value) in fields {
            let Some(deep) = merge(&key) else {
                own.push((key, value));
                continue;
            };
            is_deep |= deep;
            let bases = match value.kind {
                NodeKind::Null => Vec::new(),
                NodeKind::List(items) => items,
                _ => vec![value],
            };
            for base in bases {
                let NodeKind::Mapping(fields) = base.kind else {
                    let message = format!("found {} to merge; needed a mapping", base.describe());
                    return Err(Diagnostic::new(self.file, key.place, message));
                };
                for (key, value) in fields {
                    // Of several that are merged the first counts.
                    if names.insert(key.text().unwrap_or_default().to_owned()) {
                        merged.push((key, value));
                    }
                }
            }
        }
        Ok(over(merged, own, is_deep))
    }

    /// A copy of what the anchor names, counted as if it were written out.
    fn alias(&mut self, anchor: usize, at: Position) -> Result<Node, Diagnostic> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Diagnostic::new(self.file, at, "an alias of no anchor"));
        };
        self.nodes += size(node);
        if self.nodes > MOST_NODES {
            let message = format!("aliases that stand for more than {MOST_NODES} values");
            return Err(Diagnostic::new(self.file, at, message));
        }
        Ok(node.clone())
    }
}

/// One character.
pub(crate) fn at(marker: Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
        start: marker.index(),
        end: marker.index() + 1,
    }
}

/// Whether the parser's own limit was met, which it may look ahead to before ours.
pub(crate) fn is_too_deep(error: &ScanError) -> bool {
    error.info().contains("recursion limit")
}

/// Whether a key merges, and then whether mappings inside of mappings too.
fn merge(key: &Node) -> Option<bool> {
    match &key.kind {
        NodeKind::Plain(text) if text == "<<" => Some(false),
        NodeKind::Plain(text) if text == "<<<" => Some(true),
        _ => None,
    }
}

/// Fields over those that they are merged with: each in the place of its base, if it has one. Deep,
/// mappings are merged field by field.
fn over(mut base: Fields, own: Fields, is_deep: bool) -> Fields {
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, (key, _)) in base.iter().enumerate() {
        places.insert(key.text().unwrap_or_default().to_owned(), at);
    }
    for (key, value) in own {
        // What the mapping says twice itself stays there twice.
        match places.remove(key.text().unwrap_or_default()) {
            Some(at) => base[at] = (key, deepened(base[at].1.kind.clone(), value, is_deep)),
            None => base.push((key, value)),
        }
    }
    base
}

fn deepened(base: NodeKind, own: Node, is_deep: bool) -> Node {
    match (base, own.kind) {
        (NodeKind::Mapping(base), NodeKind::Mapping(fields)) if is_deep => Node {
            kind: NodeKind::Mapping(over(base, fields, true)),
            ..own
        },
        // Timeloop's readers put a base's elements behind a list's own, unless it says `!nomerge`.
        (NodeKind::List(base), NodeKind::List(mut items))
            if is_deep && own.tag.as_deref() != Some("nomerge") =>
        {
            items.extend(base);
            Node {
                kind: NodeKind::List(items),
                ..own
            }
        }
        (_, kind) => Node { kind, ..own },
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        NodeKind::List(items) => items.iter().map(size).sum(),
        NodeKind::Mapping(fields) => fields
            .iter()
            .map(|(key, value)| size(key) + size(value))
            .sum(),
        _ => 0,
    }
}

pub(crate) fn place(span: Span) -> Position {
    Position {
        line: span.start.line().max(1),
        column: span.start.col() + 1,
        start: span.start.index(),
        end: span.end.index().max(span.start.index()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_places_and_tags() {
        let root = Node::parse("a.yaml", "a: 1\nb: !Thing\n  - {c: 'x y'}\n").expect("it is YAML");
        let list = root.get("b").expect("the field is there");
        assert_eq!(list.tag.as_deref(), Some("Thing"));
        let NodeKind::List(items) = &list.kind else {
            panic!("{list:?}")
        };
        let text = items[0].get("c").expect("the field is there");
        assert_eq!((text.place.line, text.place.column), (3, 9));
        assert_eq!(
            (text.text(), text.place.end - text.place.start),
            (Some("x y"), 5)
        );
    }

    #[test]
    fn a_tab_may_stand_behind_a_colon() {
        let root = Node::parse("a.yaml", "a:\t1\nb:\t\t{c:\t2}\n").expect("it is YAML");
        let b = root.get("b").expect("the field is there");
        assert_eq!(root.get("a").and_then(Node::text), Some("1"));
        assert_eq!(b.get("c").and_then(Node::text), Some("2"));
        assert_eq!((b.place.line, b.place.column), (2, 5));
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            let list = vec![before; 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        let error = Node::parse("bomb.yaml", &bomb).expect_err("it stands for 10^12 values");
        assert!(error.message.contains("aliases"), "{error}");
        let deep = "[".repeat(200);
        let error = Node::parse("deep.yaml", &deep).expect_err("it is too deep");
        assert!(error.message.contains("nested deeper"), "{error}");
    }

    /// A text's tree without its places.
    fn shown(text: &str) -> String {
        fn of(node: &Node) -> String {
            match &node.kind {
                NodeKind::Null => "-".to_owned(),
                NodeKind::Plain(text) | NodeKind::Quoted(text) => text.clone(),
                NodeKind::List(items) => {
                    let items: Vec<_> = items.iter().map(of).collect();
                    format!("[{}]", items.join(" "))
                }
                NodeKind::Mapping(fields) => {
                    let field = |(k, v): &(Node, Node)| format!("{}:{}", of(k), of(v));
                    let fields: Vec<_> = fields.iter().map(field).collect();
                    format!("{{{}}}", fields.join(" "))
                }
            }
        }
        Node::parse("a.yaml", text).map_or_else(|e| e.to_string(), |root| of(&root))
    }

    #[test]
    fn merges_bring_what_a_mapping_does_not_say_itself() {
        let base = "b: &b {x: 1, in: {p: 1, q: 2}}\nc: &c {x: 5, y: 6}\n";
        for (own, expected) in [
            ("d: {<<: *b, x: 2}", "{x:2 in:{p:1 q:2}}"),
            ("d: {x: 2, <<: *b}", "{x:2 in:{p:1 q:2}}"),
            ("d: {<<: [*b, *c]}", "{x:1 in:{p:1 q:2} y:6}"),
            ("d: {<<: *b, in: {q: 3}}", "{x:1 in:{q:3}}"),
            ("d: {<<<: *b, in: {q: 3, r: 4}}", "{x:1 in:{p:1 q:3 r:4}}"),
            ("e: &e {l: [1]}\nd: {<<<: *e, l: [2]}", "{l:[2 1]}"),
            ("e: &e {l: [1]}\nd: {<<<: *e, l: !nomerge [2]}", "{l:[2]}"),
            ("e: &e {l: [1]}\nd: {<<: *e, l: [2]}", "{l:[2]}"),
            ("d: {<<: ~, x: 2}", "{x:2}"),
            ("d: {'<<': 1}", "{<<:1}"),
        ] {
            let root = shown(&format!("{base}{own}"));
            let found = root.split(" d:").nth(1).map(|d| d.trim_end_matches('}'));
            assert_eq!(found, Some(expected.trim_end_matches('}')), "{own}: {root}");
        }
        assert!(shown("d: {<<: 1}").starts_with("a.yaml:1:5: found `1` to merge"));
    }

    #[test]
    fn what_yaml_readers_take_is_taken() {
        for (text, expected) in [
            ("a: 1\t\nb: 2\t# after a tab\n", "{a:1 b:2}"),
            ("a: [1,\t2]\t\n", "{a:[1 2]}"),
            ("%YAML 1.1\n---\na: 1\n...\n", "{a:1}"),
            ("a: !Thing {b: !!str 1}\r\nc: NULL\r\n", "{a:{b:1} c:-}"),
            ("a: 1\n\t\nb: 2\n", "{a:1 b:2}"),
            ("a: 1\n\t# a comment\nb: 2\n", "{a:1 b:2}"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_second_document_is_named_with_its_line() {
        let error = shown("a: 1\n---\nb: 2\n");
        assert!(
            error.starts_with("a.yaml:2:1: a second document"),
            "{error}"
        );
    }

    #[test]
    fn depth_ends_at_128() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Node::parse("a.yaml", &nested(128)).is_ok());
        let error = Node::parse("a.yaml", &nested(200_000)).expect_err("it is too deep");
        assert!(
            error.to_string().contains("nested deeper than 128 levels"),
            "{error}"
        );
    }
}
