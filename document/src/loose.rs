//! What libyaml, and so PyYAML, takes and YAML's text does not: inside of brackets and quotes, lines that begin
//! further left than what surrounds them.
//!
//! ```text
//! a:
//!   b: [1,
//! 2
//! ]           both lines are read as if they were indented behind the bracket
//! ```

use crate::position::Position;

/// Further right than this no line is moved, so that no text grows without bounds.
const MOST_SPACES: usize = 256;

/// A text whose lines inside of brackets and quotes stand further right, and where they stood.
pub(crate) struct Loosened {
    pub(crate) text: String,
    moved: Vec<Moved>,
}

/// A line that was moved.
struct Moved {
    line: usize,
    /// Character of the loosened text at which the line begins behind the new spaces.
    from: usize,
    spaces: usize,
    /// Spaces of this and all lines before.
    all: usize,
}

impl Loosened {
    /// Of a text; `None` if no line has to be moved.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (mut loosened, mut moved) = (String::new(), Vec::new());
        let (mut context, mut index, mut all) = (Context::default(), 0, 0);
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let indent = line.len() - line.trim_start_matches(' ').len();
            if let Some(behind) = context.opened {
                let spaces = behind.min(MOST_SPACES).saturating_sub(indent);
                if spaces > 0 {
                    loosened.extend(std::iter::repeat_n(' ', spaces));
                    index += spaces;
                    all += spaces;
                    moved.push(Moved {
                        line: at + 1,
                        from: index,
                        spaces,
                        all,
                    });
                }
            }
            loosened.push_str(line);
            index += line.chars().count();
            context.pass(line);
        }
        (!moved.is_empty()).then_some(Self {
            text: loosened,
            moved,
        })
    }

    /// A place of the loosened text in the text that it was made of.
    pub(crate) fn original(&self, place: Position) -> Position {
        let spaces = self
            .moved
            .binary_search_by_key(&place.line, |moved| moved.line);
        let spaces = spaces.map_or(0, |at| self.moved[at].spaces);
        Position {
            line: place.line,
            column: place.column.saturating_sub(spaces).max(1),
            start: self.index(place.start),
            end: self.index(place.end),
        }
    }

    fn index(&self, index: usize) -> usize {
        let before = self.moved.partition_point(|moved| moved.from <= index);
        let all = before.checked_sub(1).map_or(0, |at| self.moved[at].all);
        index - all
    }
}

/// What a line begins in.
#[derive(Default)]
struct Context {
    depth: usize,
    quote: Option<char>,
    /// The column behind the outermost bracket or quote that is open.
    opened: Option<usize>,
}

impl Context {
    fn pass(&mut self, line: &str) {
        let mut before = ' ';
        let mut letters = line.char_indices().enumerate().peekable();
        while let Some((column, (at, c))) = letters.next() {
            match self.quote {
                Some('"') if c == '\\' => {
                    letters.next();
                }
                Some('\'') if c == '\'' && letters.peek().is_some_and(|next| next.1.1 == '\'') => {
                    letters.next();
                }
                Some(quote) if c == quote => self.quote = None,
                Some(_) => {}
                None if c == '#' && before.is_whitespace() => break,
                None => match c {
                    '"' | '\'' if self.may_open(&line[..at], before) => {
                        self.quote = Some(c);
                        self.opened = self.opened.or(Some(column + 1));
                    }
                    '[' | '{' if self.depth > 0 || self.may_open(&line[..at], before) => {
                        self.depth += 1;
                        self.opened = self.opened.or(Some(column + 1));
                    }
                    ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                },
            }
            if self.depth == 0 && self.quote.is_none() {
                self.opened = None;
            }
            before = c;
        }
    }

    /// Whether a value may begin behind this part of a line.
    fn may_open(&self, line: &str, before: char) -> bool {
        if self.depth > 0 {
            return before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':');
        }
        let last = line.split_whitespace().last();
        before.is_whitespace()
            && last.is_none_or(|word| {
                word.ends_with(':') || matches!(word, "-" | "?") || word.starts_with(['&', '!'])
            })
    }
}

#[cfg(test)]
mod tests {
    use crate::Node;

    /// Where the last field of the mapping in `a` stands, in line and column.
    #[track_caller]
    fn check(text: &str, field: &str, expected: (usize, usize)) {
        let root = Node::parse("a.yaml", text).unwrap_or_else(|error| panic!("{text}{error}"));
        let found = root.get("a").and_then(|a| a.get(field));
        let place = found.expect("the field is there").place;
        assert_eq!((place.line, place.column), expected, "{text}");
        let lines: Vec<&str> = text.lines().take(expected.0 - 1).collect();
        let before: usize = lines.iter().map(|line| line.chars().count() + 1).sum();
        assert_eq!(place.start, before + expected.1 - 1, "{text}");
    }

    #[test]
    fn lines_inside_of_brackets_and_quotes_may_begin_anywhere() {
        check("a:\n  b: [1,\n    2\n]\n  c: 3\n", "c", (5, 6));
        check("a:\n  b: {x: 1,\ny: [2,\n3\n]}\n  c: 3 # ]\n", "c", (6, 6));
        check("a: {\nb: 1,\n c: 2\n}\n", "b", (2, 4));
        check("a: {\nb: 1,\n c: 2\n}\n", "c", (3, 5));
        check("a:\n  b: 'x ''\ny'\n  c: it's [\n", "c", (4, 6));
        check("a:\n  b: \"x\\\"\ny\"\n  c: 3\n", "c", (4, 6));
    }

    #[test]
    fn what_is_no_yaml_is_named_where_it_stands() {
        for (text, expected) in [
            ("a: [1,\n2\n", "a.yaml:3:1"),
            ("a: &p [*q]\n", "a.yaml:1:8"),
            ("a:\n  b: [\n]\n c: 3\n", "a.yaml:"),
        ] {
            let error = Node::parse("a.yaml", text).expect_err(text).to_string();
            assert!(error.starts_with(expected), "{text}{error}");
        }
    }
}
