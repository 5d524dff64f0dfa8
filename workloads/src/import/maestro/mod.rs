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
//! Commas, colons and semicolons only separate, as in MAESTRO. The directives of a data flow are
//! checked for their form and not used: here a mapping is the mapper's, or a file of its own.

mod shape;
mod tokens;

use stationary_document::Diagnostic;

use self::shape::{DIMENSIONS, PLAIN, PRODUCTS, Sizes, UNMODELLED};
use self::tokens::{Token, tokens};
use super::plain::Plain;
use crate::coverage::LeftOut;
use crate::layer::Layer;

/// A recursive descent over words and marks.
struct Parser<'t> {
    file: &'t str,
    tokens: Vec<Token>,
    at: usize,
    constants: Vec<(String, u64)>,
    found: ParsedNetwork,
}

/// What has been read so far.
#[derive(Default)]
struct ParsedNetwork {
    name: Option<String>,
    layers: Vec<Layer>,
    plain: Plain,
    left_out: Vec<LeftOut>,
    /// The first data flow, and directives and layers in all.
    dataflows: Option<(Token, usize, usize)>,
    notes: Vec<Diagnostic>,
}

/// What a file holds.
pub(crate) struct Contents {
    /// The network's own name.
    pub(crate) name: Option<String>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) without_products: Vec<LeftOut>,
    pub(crate) notes: Vec<Diagnostic>,
}

pub(crate) fn read(file: &str, text: &str) -> Result<Contents, Vec<Diagnostic>> {
    let mut parser = Parser {
        file,
        tokens: tokens(text),
        at: 0,
        constants: Vec::new(),
        found: ParsedNetwork::default(),
    };
    parser.networks().map_err(|error| vec![error])?;
    let mut found = parser.found;
    if let Some((first, directives, layers)) = found.dataflows {
        let message =
            format!("Dataflow of {layers} layers, {directives} directives in all, is not used");
        found
            .notes
            .push(Diagnostic::new(file, first.place, message));
    }
    let plain = found.plain.note();
    found
        .notes
        .extend(plain.map(|plain| Diagnostic::remark(file, plain)));
    Ok(Contents {
        name: found.name,
        layers: found.layers,
        left_out: found.left_out,
        without_products: found.plain.entries(),
        notes: found.notes,
    })
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

    fn note(&mut self, token: &Token, message: String) {
        let note = Diagnostic::new(self.file, token.place, message);
        self.found.notes.push(note);
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
        let constant = self.constants.iter().rfind(|(name, _)| *name == token.text);
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

    /// The words up to a `{`, which is passed: a name, or none.
    fn name(&mut self) -> Parsed<Option<Token>> {
        let mut name: Option<Token> = None;
        loop {
            let token = self.next("a name and `{`")?;
            match (&mut name, token.text.as_str()) {
                (name, "{") => return Ok(name.take()),
                (_, "}") => return Err(self.wrong(&token, "a name and `{`")),
                (None, _) => name = Some(token),
                (Some(name), word) => {
                    name.text.push(' ');
                    name.text.push_str(word);
                }
            }
        }
    }

    /// Passes a block in braces, the first of which is next.
    fn block_over(&mut self) -> Parsed<()> {
        self.expect("{")?;
        let mut depth = 1;
        while depth > 0 {
            match self.next("`}`")?.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Constants and networks; the layers of several networks run one after the other.
    fn networks(&mut self) -> Parsed<()> {
        let mut has_network = false;
        while !self.peek().is_empty() {
            let token = self.next("Network")?;
            match token.text.as_str() {
                "Constant" => {
                    let constant = self.next("a name")?;
                    self.skip(&[":"]);
                    let value = self.number()?;
                    self.skip(&[";"]);
                    self.constants.push((constant.text, value));
                }
                "Network" => {
                    has_network = true;
                    let name = self.name()?.map(|token| token.text);
                    self.found.name = self.found.name.take().or(name);
                    self.network()?;
                }
                "Accelerator" => {
                    self.block_over()?;
                    self.note(&token, "Accelerator: not used".to_owned());
                }
                // MAESTRO passes over whatever else stands outside of a network.
                "}" if has_network => {
                    let message = "a `}` too many; passed over, as MAESTRO does";
                    self.note(&token, message.to_owned());
                }
                _ => return Err(self.wrong(&token, "`Constant` or `Network`")),
            }
        }
        if has_network {
            return Ok(());
        }
        let place = self.tokens.first().map(|token| token.place);
        Err(Diagnostic::new(self.file, place, "found no `Network`"))
    }

    fn network(&mut self) -> Parsed<()> {
        loop {
            let token = self.next("`Layer`, or `}`")?;
            match token.text.as_str() {
                "}" => return Ok(()),
                "Layer" => self.layer()?,
                // What tools around MAESTRO say of a network, such as Herald's `FPS: 30`.
                _ if self.peek() == ":" => {
                    self.skip(&[":"]);
                    self.next("a value")?;
                    self.skip(&[",", ";"]);
                    let message = format!("{}: not used", token.text);
                    self.note(&token, message);
                }
                _ => return Err(self.wrong(&token, "`Layer`, or `}`")),
            }
        }
    }

    fn layer(&mut self) -> Parsed<()> {
        let before = self.tokens[self.at - 1].clone();
        let name = self.name()?.unwrap_or_else(|| {
            let text = format!("layer{}", self.found.layers.len());
            Token { text, ..before }
        });
        let mut kind = None;
        let mut stride = [1; 2];
        let mut sizes: Option<Sizes> = None;
        loop {
            let token = self.next("a part of a layer, or `}`")?;
            match token.text.as_str() {
                "}" => break,
                "Type" => {
                    self.skip(&[":"]);
                    kind = Some(self.next("a type")?);
                    self.skip(&[",", ";"]);
                }
                "Stride" => {
                    for (axis, value) in self.block()? {
                        match axis.text.as_str() {
                            "Y" | "Y'" => stride[0] = value,
                            "X" | "X'" => stride[1] = value,
                            _ if value == 1 => {}
                            _ => return Err(self.wrong(&token, "strides of X and Y")),
                        }
                    }
                }
                "Dimensions" => {
                    let block = self.block()?;
                    self.note_repeated(&block);
                    sizes = Some(Sizes(block));
                }
                "Dataflow" => {
                    let count = self.dataflow()?;
                    let (_, directives, layers) = self.found.dataflows.get_or_insert((token, 0, 0));
                    *directives += count;
                    *layers += 1;
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
        let kind = kind.unwrap_or(Token {
            text: "CONV".to_owned(),
            place: name.place,
        });
        self.shaped(&name, &kind, stride, sizes)
    }

    /// `{ name: number, ... }`
    fn block(&mut self) -> Parsed<Vec<(Token, u64)>> {
        self.skip(&[":"]);
        self.expect("{")?;
        let mut values = Vec::new();
        while self.peek() != "}" {
            let name = self.next("a dimension")?;
            self.skip(&[":"]);
            values.push((name, self.number()?));
            self.skip(&[",", ";"]);
        }
        self.expect("}")?;
        self.skip(&[",", ";"]);
        Ok(values)
    }

    fn note_repeated(&mut self, block: &[(Token, u64)]) {
        for (at, (dim, _)) in block.iter().enumerate() {
            if block[..at].iter().any(|(known, _)| known.text == dim.text) {
                let message = format!("dimension {} stands here twice; the last counts", dim.text);
                self.note(dim, message);
            }
        }
    }

    /// Counts directives, each `Map(size, offset) Dim;` or `Cluster(n, P);`.
    fn dataflow(&mut self) -> Parsed<usize> {
        self.skip(&[":"]);
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
            self.skip(&[";", ","]);
            count += 1;
        }
        self.expect("}")?;
        Ok(count)
    }

    fn shaped(
        &mut self,
        name: &Token,
        kind: &Token,
        stride: [u64; 2],
        sizes: Option<Sizes>,
    ) -> Parsed<()> {
        let upper = kind.text.to_uppercase();
        if PLAIN.contains(&upper.as_str()) {
            self.found.plain.add(&kind.text);
            return Ok(());
        }
        if UNMODELLED.contains(&upper.as_str()) {
            let message = format!(
                "layer `{}`: {upper} is left out, as MAESTRO has no model of it; how many \
                 multiply-accumulates that is, is not known",
                name.text
            );
            self.note(name, message);
            self.found.left_out.push(LeftOut {
                operator: upper,
                reason: "MAESTRO has no model of it".to_owned(),
                count: 1,
                macs_unknown: 1,
                bytes_unknown: 1,
                ..LeftOut::default()
            });
            return Ok(());
        }
        if !PRODUCTS.contains(&upper.as_str()) {
            let allowed = [&PRODUCTS[..], &PLAIN, &UNMODELLED].concat();
            return Err(Diagnostic::unknown(
                self.file,
                kind.place,
                "unknown Type",
                &kind.text,
                &allowed,
            ));
        }
        let wrong = |message: String| {
            let message = format!("layer `{}`{message}", name.text);
            Diagnostic::new(self.file, name.place, message)
        };
        let Some(sizes) = sizes else {
            return Err(wrong(" has no Dimensions".to_owned()));
        };
        let is_known = |dim: &str| DIMENSIONS.contains(&dim);
        if let Some((other, _)) = sizes.0.iter().find(|(dim, _)| !is_known(&dim.text)) {
            let what = format!("layer `{}`: unknown dimension", name.text);
            return Err(Diagnostic::unknown(
                self.file,
                other.place,
                &what,
                &other.text,
                &DIMENSIONS,
            ));
        }
        for [input, output] in [["Y", "Y'"], ["X", "X'"]] {
            if sizes.get(input).is_some() && sizes.get(output).is_some() {
                return Err(wrong(format!(
                    " has both {input} and {output}; needed one of them"
                )));
            }
        }
        let layer = shape::layer(&name.text, &upper, stride, &sizes)
            .map_err(|error| wrong(format!(": {error}")))?;
        self.found.layers.push(layer);
        if upper == "TRCONV" {
            let message = format!(
                "layer `{}`: TRCONV is what MAESTRO counts for it, a convolution over Y x X as they \
                 stand; no zeros are inserted between the inputs",
                name.text
            );
            self.note(name, message);
        } else if !["NGCONV", "GEMM", "BMM"].contains(&upper.as_str())
            && sizes.get("G").is_some_and(|groups| groups > 1)
        {
            let message = format!("layer `{}`: G of a {upper} is taken as NGCONV's", name.text);
            self.note(name, message);
        }
        Ok(())
    }
}
