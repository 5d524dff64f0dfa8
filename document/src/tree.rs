//! A YAML tree in which every value knows its place.
//!
//! Aliases are copied where they stand. Depth and size are bounded, so that no text, however
//! malicious, takes more memory or stack than a large file would.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::diagnostic::Diagnostic;

/// Deeper than this, or with more values, is no file that anybody wrote.
const MOST_DEPTH: usize = 64;
const MOST_NODES: usize = 1_000_000;

/// Where something stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// First character, from 0.
    pub start: usize,
    /// Character after the last.
    pub end: usize,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub place: Place,
    /// Its own tag, without the `!`.
    pub tag: Option<String>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A word or number without quotes.
    Plain(String),
    /// A text in quotes or a block.
    Quoted(String),
    /// A list.
    List(Vec<Node>),
    /// Fields, in their order.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The tree of the first document in a text.
    ///
    /// # Errors
    /// Text that is no YAML, is nested too deep or is too large.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostic> {
        let mut builder = Builder {
            file,
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
            nodes: 0,
        };
        loop {
            match builder.next()? {
                (Event::StreamEnd, place) => {
                    return Ok(Self {
                        kind: Kind::Null,
                        place,
                        tag: None,
                    });
                }
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                event => return builder.node(event, 0),
            }
        }
    }

    /// The value of a field, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        let Kind::Mapping(fields) = &self.kind else {
            return None;
        };
        let field = fields.iter().find(|(key, _)| key.text() == Some(name));
        field.map(|(_, value)| value)
    }

    /// The text of a word, number or quoted text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Plain(text) | Kind::Quoted(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in words, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::Plain(text) | Kind::Quoted(text) => {
                let short: String = text.chars().take(60).collect();
                format!("`{short}`")
            }
            Kind::List(items) => format!("a list of {}", items.len()),
            Kind::Mapping(fields) => format!("a mapping of {} fields", fields.len()),
        }
    }
}

struct Builder<'t> {
    file: &'t str,
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Place), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, place(span))),
            Some(Err(error)) => {
                let at = error.marker();
                let place = Place {
                    line: at.line().max(1),
                    column: at.col() + 1,
                    start: at.index(),
                    end: at.index() + 1,
                };
                let message = format!("not YAML: {}", error.info());
                Err(Diagnostic::new(self.file, place, message))
            }
            None => Err(Diagnostic::new(self.file, None, "the text ends too early")),
        }
    }

    fn node(&mut self, (event, at): (Event<'t>, Place), depth: usize) -> Result<Node, Diagnostic> {
        self.nodes += 1;
        if depth > MOST_DEPTH || self.nodes > MOST_NODES {
            let message =
                format!("nested deeper than {MOST_DEPTH} levels, or more than {MOST_NODES} values");
            return Err(Diagnostic::new(self.file, at, message));
        }
        let (kind, tag, anchor, end) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = match style {
                    ScalarStyle::Plain if matches!(&*text, "" | "~" | "null") => Kind::Null,
                    ScalarStyle::Plain => Kind::Plain(text.into_owned()),
                    _ => Kind::Quoted(text.into_owned()),
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
                (Kind::List(items), tag, anchor, end)
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
                (Kind::Mapping(fields), tag, anchor, end)
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
            place: Place { end, ..at },
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

    /// A copy of what the anchor names, counted as if it were written out.
    fn alias(&mut self, anchor: usize, at: Place) -> Result<Node, Diagnostic> {
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

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Mapping(fields) => fields
            .iter()
            .map(|(key, value)| size(key) + size(value))
            .sum(),
        _ => 0,
    }
}

fn place(span: Span) -> Place {
    Place {
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
        let Kind::List(items) = &list.kind else {
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
    fn what_would_fill_the_memory_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            let list = vec![before; 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        let error = Node::parse("bomb.yaml", &bomb).expect_err("it stands for 10^12 values");
        assert!(error.message.contains("aliases"), "{error}");
        let deep = "[".repeat(100);
        let error = Node::parse("deep.yaml", &deep).expect_err("it is too deep");
        assert!(error.message.contains("nested deeper"), "{error}");
    }
}
