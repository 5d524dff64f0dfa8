//! A page: what is on it, and its text from the template.

use indexmap::IndexSet;
use minijinja::{Environment, Value, context};

use crate::format::signed_percent;
use crate::html::bars::BarKind;
use crate::html::chart::Size;
use crate::html::drawing::{Drawing, STYLE};
use crate::html::svg::Svg;

/// Everything on a page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What kind of answer it is.
    pub kind: &'static str,
    pub title: String,
    pub subtitle: String,
    pub cards: Vec<Card>,
    /// Sentences: what was found, and what to try.
    pub findings: Vec<Finding>,
    pub sections: Vec<Section>,
    /// How it came about.
    pub facts: Vec<(&'static str, String)>,
}

impl Page {
    /// With what a document says beside its figures, each once, last among the findings.
    pub fn said<'a>(
        mut self,
        head: &'static str,
        texts: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let texts: IndexSet<&String> = texts.into_iter().collect();
        self.findings.extend(texts.into_iter().map(|text| Finding {
            head,
            text: text.clone(),
        }));
        self
    }
}

/// A figure of merit.
#[derive(Clone, Debug)]
pub struct Card {
    pub label: String,
    pub value: String,
    pub note: String,
}

impl Card {
    pub fn new(label: &str, value: String, note: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            value,
            note: note.into(),
        }
    }
}

/// A sentence of the page with a heading.
#[derive(Clone, Debug)]
pub struct Finding {
    pub head: &'static str,
    pub text: String,
}

/// A plot with its legend and its numbers as a table.
#[derive(Clone, Debug)]
pub struct Section {
    pub title: String,
    /// What the plot shows, in a sentence.
    pub lead: String,
    pub legend: Vec<BarKind>,
    /// Names of the drawings, for those who cannot see them, and what draws them.
    pub drawings: Vec<(String, [Svg; 2])>,
    pub table: Table,
}

/// A table of text and numbers: the first `texts` columns are text, the others numbers.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The number of columns of text, which stand first.
    pub texts: usize,
}

impl Table {
    pub fn new(caption: impl Into<String>, head: &[&str], texts: usize) -> Self {
        Self {
            caption: caption.into(),
            head: head.iter().map(|h| (*h).to_owned()).collect(),
            rows: Vec::new(),
            texts,
        }
    }
}

/// A section that has a table and no plot.
pub fn tabled(title: &str, lead: &str, table: Table) -> Section {
    Section {
        title: title.to_owned(),
        lead: lead.to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}

/// The sum of counts, or the greatest `u64` where it does not fit, as a document may come from anybody.
pub fn sum(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

/// A signed share as a percentage, with the minus sign of print.
pub fn signed(share: f64) -> String {
    signed_percent(share).replace('-', "\u{2212}")
}

/// A drawing in two sizes: for a desk and for a phone.
pub fn drawings(draw: impl Fn(Size) -> Svg) -> [Svg; 2] {
    Size::BOTH.map(draw)
}

/// The drawings of a page as files of their own, each for a desk.
pub fn alone(page: Page) -> Vec<Drawing> {
    let of_section = |section: Section| {
        let (title, legend) = (section.title, section.legend);
        let drawings = section.drawings.into_iter();
        drawings.map(move |(name, [wide, _])| Drawing::new(&title, name, &wide, &legend))
    };
    page.sections.into_iter().flat_map(of_section).collect()
}

/// The page as a text of HTML.
///
/// # Errors
/// If the template does not take the page: a fault of this crate.
pub fn render(page: Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("page.html", include_str!("page.html"))?;
    let sections: Vec<Value> = (page.sections.into_iter().enumerate())
        .map(|(i, section)| self::section(i, section))
        .collect();
    let cards: Vec<Value> = page
        .cards
        .into_iter()
        .map(|c| context! { label => c.label, value => c.value, note => c.note })
        .collect();
    let findings: Vec<Value> = page
        .findings
        .into_iter()
        .map(|f| context! { head => f.head, text => unbroken(&f.text) })
        .collect();
    let template = environment.get_template("page.html")?;
    let values = context! {
        kind => page.kind, title => page.title, subtitle => page.subtitle, cards, findings,
        sections, facts => page.facts,
        style => Value::from_safe_string([STYLE, include_str!("style.css")].concat()),
    };
    template.render(values)
}

fn section(index: usize, section: Section) -> Value {
    let drawings: Vec<Value> = (section.drawings.into_iter().enumerate())
        .map(|(i, (name, drawings))| {
            let svgs = drawings.into_iter().zip(Size::BOTH).map(|(svg, size)| {
                let id = format!("drawing-{index}-{i}-{}", size.class());
                svg.finish(size.class(), &id, &name)
            });
            Value::from_safe_string(svgs.collect())
        })
        .collect();
    let legend: Vec<Value> = section
        .legend
        .into_iter()
        .map(|k| context! { class => k.class, label => k.label })
        .collect();
    let table = section.table;
    context! {
        id => format!("section-{index}"), title => section.title, lead => unbroken(&section.lead),
        legend,
        drawings,
        table => context! {
            caption => table.caption, head => table.head, rows => table.rows, texts => table.texts,
        },
    }
}

/// A text whose percentages are not broken between lines.
fn unbroken(text: &str) -> String {
    text.replace(" %", "\u{a0}%")
}
