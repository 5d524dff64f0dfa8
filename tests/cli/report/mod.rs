//! `report`: pages that work offline, with and without a browser.

mod browser;
mod checks;
mod kinds;
mod parts;
mod searches;

use serde_json::Value;

use crate::{file, json, stationary, text};

/// Writes the answer of a command as JSON, and the page of it.
fn page(name: &str, arguments: &[&str]) -> (Value, String) {
    let output = stationary(&[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let run = file(&format!("{name}.json"), &text(&output.stdout));
    let to = run.replace(".json", ".html");
    let output = stationary(&["report", &run, "-o", &to]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty(), "only the page is written");
    let page = std::fs::read_to_string(&to).expect("the page is written");
    let answer = std::fs::read_to_string(&run).expect("it was written");
    let answer = serde_json::from_str(&answer).expect("JSON");
    remarks_are_shown(&answer, &page);
    (answer, page)
}

/// What an answer says beside its figures stands on its page.
fn remarks_are_shown(answer: &Value, page: &str) {
    for field in ["notes", "caveats"] {
        let remarks = answer[field].as_array();
        for remark in remarks.into_iter().flatten().filter_map(Value::as_str) {
            let escaped = remark.replace(" %", "\u{a0}%").replace('\'', "&#x27;");
            assert!(page.contains(&escaped), "{field}: {remark}");
        }
    }
}

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "link", "!doctype"];

/// The page is well-formed, and needs nothing from elsewhere.
fn check(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let without_style = {
        let (before, rest) = page.split_once("<style>").expect("a style");
        let (style, after) = rest.split_once("</style>").expect("it ends");
        assert!(
            !style.contains("url(") && !style.contains("@import"),
            "fonts and images are not loaded"
        );
        format!("{before}{after}")
    };
    for part in without_style.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("every tag ends");
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| !c.is_whitespace() && *c != '/')
            .collect();
        let name = name.to_lowercase();
        if tag.starts_with('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name.as_str()),
                "</{tag}> ends what was opened last"
            );
        } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
        let quotes = tag.matches('"').count();
        assert!(quotes.is_multiple_of(2), "<{tag}>: attributes are quoted");
    }
    assert!(open.is_empty(), "{open:?} is left open");
    for outside in ["http:", "https:", "src=", "<script", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for drawing in page.split("<figure>").skip(1) {
        for svg in drawing.split("<svg class=").skip(1) {
            let (svg, _) = svg.split_once("</svg>").expect("it ends");
            let marks = ["<rect", "<circle", "class=\"line s"];
            assert!(
                marks.iter().any(|mark| svg.contains(mark)),
                "nothing is drawn: {svg}"
            );
            assert!(!svg.contains("height=\"0.0\""), "a bar of no height: {svg}");
        }
    }
    let drawings = page.matches("<svg class=").count();
    let titles = page.matches("aria-labelledby").count();
    assert_eq!(drawings, titles, "every drawing has a name");
    assert!(
        !page.contains("NaN") && !page.contains("inf\""),
        "every place is a number"
    );
}

/// Every layer is in the tables.
fn names_layers(page: &str, answer: &Value, layers: &str) {
    for layer in answer
        .pointer(layers)
        .and_then(Value::as_array)
        .expect("layers")
    {
        let name = layer["name"].as_str().expect("a name");
        assert!(
            page.contains(&format!("<th scope=\"row\">{name}</th>")),
            "{name}"
        );
    }
}

fn simulated() -> (Value, String) {
    let arguments = ["simulate", "--arch", "tpu-v1", "--network", "resnet18"];
    page("simulated", &arguments)
}

#[test]
fn a_run_has_its_roofline_cycles_energy_and_parity() {
    let (answer, page) = simulated();
    check(&page);
    names_layers(&page, &answer, "/layers");
    for title in [
        "Roofline",
        "Where the cycles go",
        "Where the energy goes",
        "Model against machine",
        "What bounds it",
        "What to try next",
    ] {
        assert!(page.contains(&format!(">{title}</h2>")), "{title}");
    }
    let cycles = answer["total"]["cycles"].as_u64().expect("a number");
    let shown: String = page.chars().filter(|c| *c != ',').collect();
    assert!(shown.contains(&format!("{cycles} cycles")), "{cycles}");
}

/// The table of a caption: its head, and its rows.
fn table(page: &str, caption: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let (_, rest) = page
        .split_once(&format!("<summary>{caption}</summary>"))
        .unwrap_or_else(|| panic!("a table of {caption}"));
    let (table, _) = rest.split_once("</table>").expect("it ends");
    let cells = |row: &str| -> Vec<String> {
        let cells = row.split("</th>").flat_map(|part| part.split("</td>"));
        let cells = cells.filter_map(|cell| cell.rsplit_once('>'));
        cells.map(|(_, cell)| cell.to_owned()).collect()
    };
    let rows: Vec<&str> = table.split("</tr>").collect();
    let mut rows: Vec<Vec<String>> = rows[..rows.len() - 1].iter().map(|r| cells(r)).collect();
    (rows.remove(0), rows)
}

/// A cell as a number: cycles and words as they are, energies in pJ.
fn figure(cell: &str) -> f64 {
    let (number, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    let scale = match unit {
        "" | "pJ" => 1.0,
        "nJ" => 1e3,
        "uJ" => 1e6,
        "mJ" => 1e9,
        "J" => 1e12,
        other => panic!("{cell}: {other}"),
    };
    let number: f64 = number.replace(',', "").parse().expect("a number");
    number * scale
}

/// The document of one layer on the machine, to be changed.
fn one_layer() -> Value {
    json(&[
        "simulate",
        "-q",
        "--arch",
        "shidiannao",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
        "--format",
        "json",
    ])
}
