//! The reference of an accelerator's fields, and `docs/fields.md`, which is made of it.
//!
//! `STATIONARY_GUIDE=write` writes the page anew, which is then read in the diff before it is kept.

use std::fmt::Write;

use stationary_arch::{Accelerator, Field, Takes, fields};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fields.md");

const HEAD: &str = "# Fields of an accelerator\n
Each field of an accelerator file, as `stationary show fields` prints them. `--set PATH=VALUE` sets one of \
them; `N` in a path is a place in a list, from 0. What has no default is required, or is a section that may be \
left out.
";

fn page() -> String {
    let all = fields();
    let mut page = HEAD.to_owned();
    let own = |section: &str| -> Vec<&Field> {
        let is_own = |field: &&Field| match field.path.rsplit_once('.') {
            Some((above, _)) => above == section,
            None => section.is_empty(),
        };
        all.iter().filter(is_own).collect()
    };
    page.push_str(&table(&own("")));
    let mut seen: Vec<(String, &str)> = Vec::new();
    for section in &all {
        // The elements of a list have fields as well.
        let fields = match &section.takes {
            Takes::Section => own(&section.path),
            Takes::List(_) => own(&format!("{}.N", section.path)),
            _ => continue,
        };
        if fields.is_empty() {
            continue;
        }
        let path = fields[0].path.rsplit_once('.').expect("a section").0;
        write!(page, "\n## `{path}`\n\n{}\n", section.about).expect("text");
        let table = table(&fields);
        match seen.iter().find(|(other, _)| *other == table) {
            Some((_, other)) => {
                write!(page, "\nThe fields are those of `{other}`.\n").expect("text")
            }
            None => page.push_str(&table),
        }
        seen.push((table, path));
    }
    page
}

fn table(fields: &[&Field]) -> String {
    let mut page = String::from(
        "\n| field | takes | default | range | unit | what it is |\n|---|---|---|---|---|---|\n",
    );
    for field in fields {
        let name = field.path.rsplit('.').next().expect("a name");
        let takes = match &field.takes {
            Takes::Section => format!("[fields](#{})", field.path.replace('.', "")),
            Takes::Words(words) => {
                let names = words.iter().map(|(word, _)| format!("`{word}`"));
                names.collect::<Vec<_>>().join(", ")
            }
            takes => takes.to_string(),
        };
        let default = match (&field.default, field.is_required) {
            (Some(default), _) => default.clone(),
            (None, true) => "required".to_owned(),
            (None, false) => String::new(),
        };
        let range = field
            .range
            .map(|[least, most]| format!("{least} to {most}"));
        let mut about = field.about.clone();
        if let Takes::Words(words) = &field.takes {
            for (word, meaning) in words.iter().filter(|(_, meaning)| !meaning.is_empty()) {
                write!(about, "<br>`{word}`: {meaning}").expect("text");
            }
        }
        let (range, unit) = (range.unwrap_or_default(), field.unit.unwrap_or_default());
        writeln!(
            page,
            "| `{name}` | {takes} | {default} | {range} | {unit} | {about} |"
        )
        .expect("text");
    }
    page
}

#[test]
fn the_page_is_what_the_declarations_say() {
    let page = page();
    if std::env::var("STATIONARY_GUIDE").is_ok_and(|mode| mode == "write") {
        std::fs::write(PAGE, page).expect("docs can be written");
        return;
    }
    let kept = std::fs::read_to_string(PAGE).expect("docs/fields.md");
    assert!(
        kept == page,
        "docs/fields.md is not what the declarations say; STATIONARY_GUIDE=write writes it"
    );
}

#[test]
fn every_field_says_what_it_is() {
    for field in fields() {
        assert!(
            field.about.ends_with('.'),
            "{}: {}",
            field.path,
            field.about
        );
        if field.takes == Takes::Whole {
            assert!(
                field.range.is_some() && field.unit.is_some(),
                "{}",
                field.path
            );
        }
    }
}

/// What the reference says of a default and of limits is what reading a file makes of it.
#[test]
fn a_default_that_is_given_changes_nothing() {
    let text = "{name: toy, dataflows: [ws], array: {rows: 4, cols: 8}}";
    let plain = Accelerator::from_yaml("toy", text).expect("a machine");
    let mut tried = 0;
    for field in fields() {
        let Some(default) = field.default.as_deref().filter(|it| *it != "none") else {
            continue;
        };
        let is_value = serde_yaml::from_str::<serde_yaml::Value>(default).is_ok();
        let is_elsewhere = [
            "decoupled",
            "delivery",
            "run_length",
            "banks",
            "partitions",
            "cost",
        ];
        if !is_value || is_elsewhere.iter().any(|part| field.path.contains(part)) {
            continue;
        }
        let sets = [(field.path.as_str(), default)];
        if let Ok(set) = Accelerator::from_yaml_with("toy", text, &sets) {
            assert_eq!(set, plain, "{}", field.path);
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn limits_are_those_of_the_reference() {
    let text = "{name: toy, dataflows: [ws], array: {rows: 4, cols: 8}}";
    let mut tried = 0;
    for field in fields() {
        let Some([_, most]) = field.range.filter(|_| field.takes == Takes::Whole) else {
            continue;
        };
        // What the tables of costs reach is asked for when a machine is priced.
        if field.path == "technology_nm"
            || field.path.contains(".N.")
            || field.path.contains("banks")
        {
            continue;
        }
        let above = (most + 1.0).to_string();
        let sets = [(field.path.as_str(), above.as_str())];
        let error = Accelerator::from_yaml_with("toy", text, &sets).expect_err("above its limit");
        let message = error.to_string();
        assert!(
            message.contains(&field.path) && message.contains(&above),
            "{message}"
        );
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
}
