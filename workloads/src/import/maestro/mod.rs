//! MAESTRO's network files (`.m`).
//!
//! ```text
//! Constant Tile 3;
//! Network resnet { Layer conv1 {
//!     Type: CONV
//!     Stride { X: 2, Y: 2 }
//!     Dimensions { K: 64, C: 3, R: 7, S: 7, Y: 224, X: 224 }
//!     Dataflow { SpatialMap(1,1) K; TemporalMap(Sz(R),1) Y; Cluster(8, P); ... }
//! } }
//! ```
//!
//! `Y` and `X` are the input's sizes with its padding. The directives of a data flow are checked for
//! their form and not used: here a mapping is the mapper's, or a file of its own.

use stationary_document::{Diagnostic, Place};

use crate::convolution::Convolution;
use crate::layer::{Layer, RightOperand};

const TYPES: [&str; 6] = ["CONV", "DSCONV", "PWCONV", "NGCONV", "FC", "GEMM"];

#[derive(Clone, Debug)]
struct Token {
    text: String,
    place: Place,
}

/// A recursive descent over words and marks.
struct Parser<'t> {
    file: &'t str,
    tokens: Vec<Token>,
    at: usize,
    constants: Vec<(String, u64)>,
    notes: Vec<Diagnostic>,
}

/// What a file holds.
pub(crate) struct Contents {
    /// The network's own name.
    pub(crate) name: Option<String>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) notes: Vec<Diagnostic>,
}

pub(crate) fn read(file: &str, text: &str) -> Result<Contents, Vec<Diagnostic>> {
    let mut parser = Parser {
        file,
        tokens: tokens(text),
        at: 0,
        constants: Vec::new(),
        notes: Vec::new(),
    };
    match parser.network() {
        Ok((name, layers)) => Ok(Contents {
            name,
            layers,
            notes: parser.notes,
        }),
        Err(error) => Err(vec![error]),
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = 0;
    for (line, content) in text.split_inclusive('\n').enumerate() {
        let code = content.split("//").next().unwrap_or_default();
        let mut word_begins = true;
        for (column, c) in code.chars().enumerate() {
            let is_word = c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\'' | '/');
            if is_word && !word_begins {
                let last = tokens.last_mut().expect("a word has begun");
                last.text.push(c);
                last.place.end += 1;
            } else if !c.is_whitespace() {
                let place = Place {
                    line: line + 1,
                    column: column + 1,
                    start: start + column,
                    end: start + column + 1,
                };
                tokens.push(Token {
                    text: c.to_string(),
                    place,
                });
            }
            word_begins = !is_word;
        }
        start += content.chars().count();
    }
    tokens
}

type Parsed<T> = Result<T, Diagnostic>;

impl Parser<'_> {
    fn peek(&self) -> &str {
        self.tokens
            .get(self.at)
            .map_or("", |token| token.text.as_str())
    }

    fn next(&mut self, needed: &str) -> Parsed<Token> {
        let Some(token) = self.tokens.get(self.at) else {
            let place = self.tokens.last().map(|token| token.place);
            return Err(Diagnostic::new(
                self.file,
                place,
                format!("the text ends; needed {needed}"),
            ));
        };
        self.at += 1;
        Ok(token.clone())
    }

    fn wrong(&self, token: &Token, needed: &str) -> Diagnostic {
        Diagnostic::new(
            self.file,
            token.place,
            format!("found `{}`; needed {needed}", token.text),
        )
    }

    fn expect(&mut self, mark: &str) -> Parsed<()> {
        let token = self.next(&format!("`{mark}`"))?;
        if token.text == mark {
            Ok(())
        } else {
            Err(self.wrong(&token, &format!("`{mark}`")))
        }
    }

    fn skip(&mut self, marks: &[&str]) {
        while !self.peek().is_empty() && marks.contains(&self.peek()) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Parsed<u64> {
        let token = self.next("a number")?;
        let constant = self.constants.iter().find(|(name, _)| *name == token.text);
        match token
            .text
            .parse()
            .ok()
            .or(constant.map(|(_, value)| *value))
        {
            Some(value) if value > 0 => Ok(value),
            _ => Err(self.wrong(&token, "a whole number of at least 1, or a Constant")),
        }
    }

    fn network(&mut self) -> Parsed<(Option<String>, Vec<Layer>)> {
        let mut layers = Vec::new();
        let mut name = None;
        while !self.peek().is_empty() {
            let token = self.next("Network")?;
            match token.text.as_str() {
                "Constant" => {
                    let constant = self.next("a name")?;
                    let value = self.number()?;
                    self.skip(&[";"]);
                    self.constants.push((constant.text, value));
                }
                "Network" if name.is_none() => {
                    name = Some(self.next("the network's name")?.text);
                    self.expect("{")?;
                    while self.peek() == "Layer" {
                        layers.push(self.layer()?);
                    }
                    self.expect("}")?;
                }
                _ => return Err(self.wrong(&token, "`Constant`, or one `Network`")),
            }
        }
        Ok((name, layers))
    }

    fn layer(&mut self) -> Parsed<Layer> {
        self.expect("Layer")?;
        let name = self.next("the layer's name")?;
        self.expect("{")?;
        let mut kind = None;
        let mut stride = [1; 2];
        let mut sizes: Option<Vec<(String, u64)>> = None;
        loop {
            let token = self.next("a part of a layer, or `}`")?;
            match token.text.as_str() {
                "}" => break,
                "Type" => {
                    self.expect(":")?;
                    kind = Some(self.next("a type")?);
                    self.skip(&[",", ";"]);
                }
                "Stride" => {
                    for (axis, value) in self.block()? {
                        match axis.as_str() {
                            "Y" => stride[0] = value,
                            "X" => stride[1] = value,
                            _ => return Err(self.wrong(&token, "strides of X and Y")),
                        }
                    }
                }
                "Dimensions" => sizes = Some(self.block()?),
                "Dataflow" => {
                    let count = self.dataflow()?;
                    let message = format!(
                        "layer `{}`: Dataflow of {count} directives is not used",
                        name.text
                    );
                    self.notes
                        .push(Diagnostic::new(self.file, token.place, message));
                }
                other => {
                    let allowed = ["Type", "Stride", "Dimensions", "Dataflow"];
                    let what = "unknown part of a layer";
                    return Err(Diagnostic::unknown(
                        self.file,
                        token.place,
                        what,
                        other,
                        &allowed,
                    ));
                }
            }
        }
        let Some(sizes) = sizes else {
            return Err(Diagnostic::new(
                self.file,
                name.place,
                format!("layer `{}` has no Dimensions", name.text),
            ));
        };
        let kind = kind.unwrap_or(Token {
            text: "CONV".to_owned(),
            place: name.place,
        });
        self.shaped(&name, &kind, stride, &sizes)
    }

    /// `{ name: number, ... }`
    fn block(&mut self) -> Parsed<Vec<(String, u64)>> {
        self.expect("{")?;
        let mut values = Vec::new();
        while self.peek() != "}" {
            let name = self.next("a dimension")?;
            self.skip(&[":"]);
            values.push((name.text, self.number()?));
            self.skip(&[",", ";"]);
        }
        self.expect("}")?;
        Ok(values)
    }

    /// Counts directives, each `Map(size, offset) Dim;` or `Cluster(n, P);`.
    fn dataflow(&mut self) -> Parsed<usize> {
        self.expect("{")?;
        let mut count = 0;
        while self.peek() != "}" {
            let directive = self.next("a directive")?;
            let known = ["TemporalMap", "SpatialMap", "Cluster"];
            if !known.contains(&directive.text.as_str()) {
                let (place, found) = (directive.place, &directive.text);
                return Err(Diagnostic::unknown(
                    self.file,
                    place,
                    "unknown directive",
                    found,
                    &known,
                ));
            }
            self.expect("(")?;
            let mut depth = 1;
            while depth > 0 {
                match self.next("`)`")?.text.as_str() {
                    "(" => depth += 1,
                    ")" => depth -= 1,
                    _ => {}
                }
            }
            if directive.text != "Cluster" {
                self.next("a dimension")?;
            }
            self.expect(";")?;
            count += 1;
        }
        self.expect("}")?;
        Ok(count)
    }

    fn shaped(
        &self,
        name: &Token,
        kind: &Token,
        stride: [u64; 2],
        sizes: &[(String, u64)],
    ) -> Parsed<Layer> {
        let known = ["N", "G", "K", "C", "R", "S", "Y", "X", "M"];
        if let Some((other, _)) = sizes.iter().find(|(dim, _)| !known.contains(&dim.as_str())) {
            let what = format!("layer `{}`: unknown dimension", name.text);
            return Err(Diagnostic::unknown(
                self.file, name.place, &what, other, &known,
            ));
        }
        let size = |dim: &str| {
            sizes
                .iter()
                .find(|(known, _)| known == dim)
                .map_or(1, |(_, size)| *size)
        };
        let [k, c, g] = ["K", "C", "G"].map(size);
        let layer = match kind.text.to_uppercase().as_str() {
            // MAESTRO's GEMM is M x N over K.
            "GEMM" => {
                let product = [size("M"), size("N"), size("K")];
                Layer::matmul(&name.text, 1, product, RightOperand::Parameters)
            }
            "CONV" | "PWCONV" | "FC" | "DSCONV" | "NGCONV" => {
                let depthwise = kind.text.eq_ignore_ascii_case("DSCONV");
                let grouped = kind.text.eq_ignore_ascii_case("NGCONV");
                let groups = if depthwise {
                    c
                } else if grouped {
                    g
                } else {
                    1
                };
                let convolution = Convolution {
                    batch: size("N"),
                    groups,
                    in_channels: c,
                    // A depthwise layer's K is 1, the filters of each channel.
                    out_channels: if depthwise { c.saturating_mul(k) } else { k },
                    input: ["Y", "X"].map(size),
                    kernel: ["R", "S"].map(size),
                    stride,
                    dilation: [1; 2],
                    padding: [0; 4],
                };
                Layer::convolution(&name.text, convolution)
            }
            found => {
                return Err(Diagnostic::unknown(
                    self.file,
                    kind.place,
                    "unknown Type",
                    found,
                    &TYPES,
                ));
            }
        };
        layer.map_err(|error| {
            let message = format!("layer `{}`: {error}", name.text);
            Diagnostic::new(self.file, name.place, message)
        })
    }
}
