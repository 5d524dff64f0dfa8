//! `verify`: a certificate, checked again.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::Answer;
use crate::cli::{Common, Format, Verify};
use crate::inputs;
use crate::output;
use crate::proof::{self, Checks};
use crate::report::table::{page, table};

/// Checks a certificate; the answer is no if a line of it does not hold.
pub fn verify(args: &Verify, common: &Common) -> Result<Answer> {
    let text = inputs::read(&args.certificate)?;
    let shown = args.certificate.display();
    let document: Value = serde_json::from_str(&text).with_context(|| format!("{shown}"))?;
    if document["schema"] != proof::SCHEMA {
        bail!(
            "{shown}: schema: found {}; expected \"{}\", as --certificate writes it",
            document["schema"],
            proof::SCHEMA
        );
    }
    let checks = match document["claims"].as_str() {
        Some("assign") => proof::assign::parse(&text)
            .and_then(|document| document.verify(args.all, common))
            .with_context(|| format!("{shown}"))?,
        Some("map") => proof::map::parse(&text)
            .and_then(|document| document.verify(args.all))
            .with_context(|| format!("{shown}"))?,
        _ => bail!(
            "{shown}: claims: found {}; expected \"assign\" or \"map\"",
            document["claims"]
        ),
    };
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&json!({
            "schema": "stationary/verify/1", "holds": checks.hold(), "checks": checks.0,
        }))?,
        Format::Csv => csv(&checks)?,
        Format::Table => page(&shown_checks(&checks)),
    };
    output::print(&text)?;
    Ok(match checks.hold() {
        true => Answer::Yes,
        false => Answer::No,
    })
}

fn csv(checks: &Checks) -> Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["check", "holds", "detail"])?;
    for check in &checks.0 {
        out.write_record([&check.check, &check.holds.to_string(), &check.detail])?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

fn shown_checks(checks: &Checks) -> String {
    let mut rows = table(&["check", "holds", "found"], 3);
    for check in &checks.0 {
        let holds = if check.holds { "yes" } else { "NO" };
        rows.add_row([&check.check, holds, &check.detail]);
    }
    let verdict = match checks.hold() {
        true => "the certificate holds",
        false => "the certificate does not hold",
    };
    format!("{rows}\n{verdict}\n")
}
