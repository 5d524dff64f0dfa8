//! Names that the expressions of a file may use, and values with their expressions worked out.

use std::borrow::Cow;
use std::cell::Cell;

use crate::arithmetic::{Value, evaluate};
use crate::near::nearest;
use crate::number;
use crate::reader::Reader;
use crate::tree::{Node, NodeKind};

/// More names inside of names than anybody writes.
const MOST_LOOKUPS: usize = 4096;
const MOST_DEPTH: usize = 32;

/// The names that expressions of a file may use: scopes, each a mapping whose fields are names, and parts of
/// the file that have names of their own.
#[derive(Clone, Debug, Default)]
pub struct Variables<'n> {
    scopes: Vec<&'n Node>,
    parts: Vec<(&'n str, &'n Node)>,
}

/// One evaluation, which ends however names refer to each other.
struct Lookup<'v, 'n> {
    variables: &'v Variables<'n>,
    left: Cell<usize>,
}

impl<'n> Variables<'n> {
    /// Adds a scope, whose names hide those of earlier scopes.
    pub fn open(&mut self, scope: &'n Node) {
        self.scopes.push(scope);
    }

    /// Adds a part of the file, whose fields expressions may name.
    pub fn name(&mut self, name: &'n str, part: &'n Node) {
        self.parts.push((name, part));
    }

    /// The names with one more scope inside, if there is one.
    #[must_use]
    pub fn inside(&self, scope: Option<&'n Node>) -> Self {
        let mut inside = self.clone();
        inside.scopes.extend(scope);
        inside
    }

    /// The scopes, outermost first.
    #[must_use]
    pub fn scopes(&self) -> &[&'n Node] {
        &self.scopes
    }

    /// The value of a node with its expression worked out as a number. A text that is no expression is returned
    /// as it is; an expression that has no value is a problem of `reader`, and returns None.
    pub fn resolved<'a>(
        &self,
        reader: &mut Reader,
        node: &'a Node,
        path: &str,
    ) -> Option<Cow<'a, Node>> {
        let text = match node.text() {
            Some(text) if number::real(text).is_none() && !text.trim().is_empty() => text,
            _ => return Some(Cow::Borrowed(node)),
        };
        match self.value(text, self.scopes.len()) {
            Ok(value) => Some(Cow::Owned(Node {
                kind: NodeKind::Plain(value.to_string()),
                ..node.clone()
            })),
            Err(why) => {
                let found = node.describe();
                reader.problem(node, path, format!("found {found}; {why}"));
                None
            }
        }
    }

    fn value(&self, text: &str, scopes: usize) -> Result<Value, String> {
        let lookup = Lookup {
            variables: self,
            left: Cell::new(MOST_LOOKUPS),
        };
        lookup.value(text, scopes, None, 0)
    }
}

impl Lookup<'_, '_> {
    /// A text's value by the names of so many scopes, of which the last has another meaning for
    /// the name that the text itself stands under.
    fn value(
        &self,
        text: &str,
        scopes: usize,
        own: Option<&str>,
        depth: usize,
    ) -> Result<Value, String> {
        evaluate(text, &|path| {
            let left = self.left.get();
            self.left.set(left.saturating_sub(1));
            if left == 0 || depth >= MOST_DEPTH {
                return Err(format!("`{}` refers to itself, or to too much", path[0]));
            }
            let path = match path {
                [spec, variables, rest @ ..] if spec == "spec" && variables == "variables" => rest,
                [variables, rest @ ..] if variables == "variables" => rest,
                path => path,
            };
            let Some((name, fields)) = path.split_first() else {
                return Err("needed the name of a variable".to_owned());
            };
            let scopes_of = |name: &str| {
                let hidden = own
                    .filter(|own| *own == name)
                    .map(|_| scopes.saturating_sub(1));
                0..hidden.unwrap_or(scopes)
            };
            for at in scopes_of(name).rev() {
                if let Some(node) = self.variables.scopes[at].get(name) {
                    let node = inside(node, fields)?;
                    return self.of(node, at + 1, Some(name), depth);
                }
            }
            let part = self.variables.parts.iter().find(|(known, _)| known == name);
            let Some((_, part)) = part else {
                return Err(self.unknown(name));
            };
            if let [question] = fields
                && question == "get_fanout()"
            {
                return self.fanout(part, scopes, depth);
            }
            let node = inside(part, fields)?;
            self.of(node, scopes, None, depth)
        })
    }

    /// The value that stands at a node.
    fn of(
        &self,
        node: &Node,
        scopes: usize,
        own: Option<&str>,
        depth: usize,
    ) -> Result<Value, String> {
        match &node.kind {
            NodeKind::Plain(text) => match Value::of(text) {
                Value::Text(text) => self.value(&text, scopes, own, depth + 1),
                number => Ok(number),
            },
            NodeKind::Quoted(text) => Ok(Value::Text(text.clone())),
            NodeKind::List(items) if items.len() <= MOST_LOOKUPS => {
                let items = items.iter();
                let values = items.map(|item| self.of(item, scopes, own, depth + 1));
                Ok(Value::List(values.collect::<Result<_, _>>()?))
            }
            _ => Err(format!("found {}; needed a value", node.describe())),
        }
    }

    /// How many of a part stand side by side.
    fn fanout(&self, part: &Node, scopes: usize, depth: usize) -> Result<Value, String> {
        let mut fanout = Value::Whole(1);
        for axis in ["meshX", "meshY"] {
            if let Some(node) = part.get("spatial").and_then(|spatial| spatial.get(axis)) {
                let size = self.of(node, scopes, None, depth)?;
                fanout = evaluate(&format!("{fanout} * {size}"), &|_| {
                    Err(format!("{axis} is no number"))
                })?;
            }
        }
        Ok(fanout)
    }

    fn unknown(&self, name: &str) -> String {
        if self
            .variables
            .scopes
            .iter()
            .any(|scope| scope.get(name).is_some())
        {
            return format!("`{name}` refers to itself");
        }
        let scopes = self.variables.scopes.iter();
        let fields = scopes.flat_map(|scope| match &scope.kind {
            NodeKind::Mapping(fields) => fields.as_slice(),
            _ => &[],
        });
        let known = fields.filter_map(|(key, _)| key.text());
        let parts = self.variables.parts.iter().map(|(name, _)| *name);
        match nearest(name, known.chain(parts)) {
            Some(near) => format!("no variable is named `{name}`; did you mean `{near}`?"),
            None => format!("no variable is named `{name}`"),
        }
    }
}

/// The node that fields of fields lead to.
fn inside<'a>(mut node: &'a Node, fields: &[String]) -> Result<&'a Node, String> {
    for field in fields {
        // A part's attributes hold what stands beside them, too.
        let found = node.get(field);
        node = found.ok_or_else(|| format!("no field `{field}` is there"))?;
    }
    Ok(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, outer: &str, own: &str) -> Result<String, String> {
        let [outer, own] = [outer, own].map(|text| Node::parse("v.yaml", text).expect("YAML"));
        let part = Node::parse(
            "p.yaml",
            "{attributes: {width: 8 * 4}, spatial: {meshX: 3, meshY: A}}",
        );
        let part = part.expect("YAML");
        let mut variables = Variables::default();
        variables.open(&outer);
        variables.name("buffer", &part);
        let inside = variables.inside(Some(&own));
        let node = Node::parse("n.yaml", text).expect("YAML");
        let mut reader = Reader::new("n.yaml");
        let value = inside.resolved(&mut reader, &node, "depth");
        match value {
            Some(value) => Ok(value.text().unwrap_or_default().to_owned()),
            None => Err(reader.problems()[0].to_string()),
        }
    }

    #[test]
    fn names_are_those_of_the_innermost_scope() {
        let outer = "{A: 4, B: A * 2, width: 16, list: [1, A]}";
        for (text, own, expected) in [
            ("B + 1", "{}", "9"),
            ("A", "{A: 5}", "5"),
            ("B", "{A: 5}", "8"),
            ("width", "{width: width * 2}", "32"),
            ("list[1] * variables.A", "{}", "16"),
            ("spec.variables.get('C', 7)", "{}", "7"),
            (
                "buffer.attributes['width'] + buffer.get_fanout()",
                "{}",
                "44",
            ),
            ("64", "{}", "64"),
        ] {
            assert_eq!(
                resolved(text, outer, own).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_worked_out_is_named_at_its_place() {
        for (text, outer, expected) in [
            (
                "WIDHT",
                "{WIDTH: 4}",
                "n.yaml:1:1: depth: found `WIDHT`; no variable is named `WIDHT`; did you mean `WIDTH`?",
            ),
            ("A", "{A: B, B: A}", "refers to itself"),
            (
                "A0",
                "{A0: A1+A1, A1: A2+A2, A2: A3+A3, A3: A4+A4, A4: A5+A5, A5: A6+A6, A6: A7+A7, A7: A8+A8, A8: A9+A9, \
              A9: B0+B0, B0: B1+B1, B1: B2+B2, B2: B3+B3, B3: 1}",
                "too much",
            ),
            ("buffer.depth", "{}", "no field `depth` is there"),
            ("two words", "{two: 1}", "found `words`; needed an operator"),
        ] {
            let why = resolved(text, outer, "{}").expect_err(text);
            assert!(why.contains(expected), "{text}: {why}");
        }
    }
}
