//! Drawings: shapes with classes, which the page's style sheet colours for light and dark.

use std::fmt::Write as _;

use stationary_document::{is_hidden, visible};

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// A drawing in pixels.
#[derive(Clone, Debug)]
pub struct Svg {
    pub width: f64,
    pub height: f64,
    body: String,
}

impl Svg {
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    /// A rectangle; the hint is shown where the mouse rests.
    pub fn rect(&mut self, [x, y, width, height]: [f64; 4], class: &str, hint: &str) {
        self.shape(
            &format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.2}\" height=\"{height:.1}\""),
            class,
            hint,
        );
    }

    pub fn circle(&mut self, x: f64, y: f64, radius: f64, class: &str, hint: &str) {
        self.shape(
            &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\""),
            class,
            hint,
        );
    }

    /// A line through points.
    pub fn line(&mut self, points: &[[f64; 2]], class: &str) {
        let mut path = String::new();
        for (i, [x, y]) in points.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
        let _ = writeln!(self.body, "<path d=\"{path}\" class=\"{class}\"/>");
    }

    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{}\" class=\"{class}\">{}</text>",
            anchor.name(),
            escape(text)
        );
    }

    /// The element, with a name for those who cannot see it.
    pub fn finish(self, class: &str, id: &str, title: &str) -> String {
        let Self {
            width,
            height,
            body,
        } = self;
        format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
             aria-labelledby=\"{id}\">\n<title id=\"{id}\">{}</title>\n{body}</svg>",
            escape(title)
        )
    }

    /// What is inside of the element.
    pub fn body(&self) -> &str {
        &self.body
    }

    fn shape(&mut self, start: &str, class: &str, hint: &str) {
        let hint = if hint.is_empty() {
            "/>".to_owned()
        } else {
            let element = start[1..].split(' ').next().unwrap_or("g");
            format!("><title>{}</title></{element}>", escape(hint))
        };
        let _ = writeln!(self.body, "{start} class=\"{class}\"{hint}");
    }
}

/// Text as it stands in XML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // What XML has no place for.
            c if c.is_control() => escaped.push(' '),
            c if is_hidden(c) => escaped.push_str(&visible(c.encode_utf8(&mut [0; 4]))),
            c => escaped.push(c),
        }
    }
    escaped
}

/// About how wide a text is in the size of labels.
pub fn text_width(text: &str) -> f64 {
    6.9 * text.chars().count() as f64
}

/// A text cut to a width.
pub fn cut(text: &str, width: f64) -> String {
    let most = (width / text_width("x")) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept + "\u{2026}"
}
