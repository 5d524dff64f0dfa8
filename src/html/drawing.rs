//! A drawing that stands by itself: a file with its style, its legend and a background.

use crate::html::bars::BarKind;
use crate::html::svg::{Anchor, Svg, escape, text_width};

/// The colours of drawings, light and dark, and what classes look like.
pub const STYLE: &str = include_str!("drawing.css");

/// Room around it.
const MARGIN: f64 = 12.0;
/// Height of a line of its legend.
const LINE: f64 = 20.0;

/// A drawing of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The title of the section that it stands in.
    pub section: String,
    /// What is to be seen.
    pub name: String,
    /// The file's text.
    pub svg: String,
}

impl Drawing {
    /// Of a section's drawing, with its legend above it.
    pub fn new(section: &str, name: String, drawn: &Svg, legend: &[BarKind]) -> Self {
        let key = key(legend, drawn.width);
        let above = match key.height {
            0.0 => 0.0,
            height => height + 4.0,
        };
        let [width, height] = [drawn.width, drawn.height + above].map(|size| size + 2.0 * MARGIN);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{}</title>\n<style>\n\
             svg {{ font-family: system-ui, \"DejaVu Sans\", sans-serif; }}\n{}</style>\n\
             <rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n\
             <g transform=\"translate({MARGIN} {MARGIN})\">\n{}</g>\n\
             <g transform=\"translate({MARGIN} {:.0})\">\n{}</g>\n</svg>\n",
            escape(&name),
            without_names(&format!("{STYLE}.paper {{ fill: var(--paper); }}\n")),
            key.body(),
            MARGIN + above,
            drawn.body()
        );
        Self {
            section: section.to_owned(),
            name,
            svg,
        }
    }
}

/// A legend, in as many lines as it needs.
fn key(legend: &[BarKind], width: f64) -> Svg {
    let mut key = Svg::new(width, 0.0);
    let [mut x, mut line] = [0.0, 0.0];
    for kind in legend {
        let wide = 17.0 + text_width(&kind.label);
        if x > 0.0 && x + wide > width {
            [x, line] = [0.0, line + LINE];
        }
        key.rect([x, line, 11.0, 11.0], kind.class, "");
        key.text(x + 17.0, line + 10.0, Anchor::Start, "", &kind.label);
        x += wide + 16.0;
        key.height = line + LINE;
    }
    key
}

/// The style of drawings with each colour in the place of its name, which few programs but browsers know: light,
/// and dark where that is asked for.
fn without_names(style: &str) -> String {
    let (light, rest) = style.split_once("}\n").unwrap_or_default();
    let (dark, shapes) = rest.split_once("}\n}\n").unwrap_or_default();
    let colours = |block: &str| -> Vec<(String, String)> {
        let pairs = block
            .split(['{', ';'])
            .filter_map(|pair| pair.trim().split_once(": "));
        let pairs = pairs.filter(|(name, _)| name.starts_with("--"));
        pairs
            .map(|(name, colour)| (format!("var({name})"), colour.to_owned()))
            .collect()
    };
    let coloured = |block: &str| {
        let replace = |text: String, (name, colour): &(String, String)| text.replace(name, colour);
        colours(block).iter().fold(shapes.to_owned(), replace)
    };
    let head = dark.split('{').next().unwrap_or_default().trim();
    format!("{}{head} {{\n{}}}\n", coloured(light), coloured(dark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stand_in_the_place_of_their_names() {
        let style = ":root {\n --a: #123; --b: #456;\n}\n@media dark {\n :root {\n --a: #aaa; --b: #bbb;\n }\n}\n\
                     .x { fill: var(--a); stroke: var(--b); }\n";
        let expected = ".x { fill: #123; stroke: #456; }\n@media dark {\n.x { fill: #aaa; stroke: #bbb; }\n}\n";
        assert_eq!(without_names(style), expected);
        let whole = without_names(STYLE);
        assert!(!whole.contains("var("), "{whole}");
        for colour in ["#2f5d8a", "#6fa3d4"] {
            assert!(whole.contains(&format!(".work {{ fill: {colour}; }}")));
        }
    }
}
