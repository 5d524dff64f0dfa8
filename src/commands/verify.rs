//! `verify`: a certificate, checked again.

use anyhow::{Context, Result};
use serde_json::Value;
use stationary::assign;
use stationary::codesign;
use stationary::documents::Verified;
use stationary::proof::{self, Certificate, SHOWN, Trust, Unread, Verdict};

use crate::Answer;
use crate::cli::{Common, Format, Verify};
use crate::inputs;
use crate::output;
use crate::patience::Patience;
use crate::report::table::{page, table};

/// What takes less than to verify everything.
const LESS: &str = "--quick runs only what is called the best, Ctrl-C ends it";

/// Checks a certificate; the answer is no if a line of it does not hold.
pub fn verify(args: &Verify, common: &Common) -> Result<Answer> {
    // The folder of a run stands for the certificate that was kept in it.
    let path = match args.certificate.is_dir() {
        true => args.certificate.join("certificate.json"),
        false => args.certificate.clone(),
    };
    let text = inputs::read(&path)?;
    let shown = path.display();
    let trust = match args.quick {
        true => Trust::Runs,
        false => Trust::Nothing,
    };
    let (verdict, version) = match Certificate::read(&text) {
        Ok((certificate, document)) => {
            let verdict = match &certificate {
                Certificate::Assign(read) => assignment(read, &document, trust, common),
                Certificate::Map(read) => mappings(read, &document, trust, common),
                Certificate::Codesign(read) => chip(read, &document, trust, common),
            };
            let version = document["version"].as_str().unwrap_or_default();
            (
                verdict.with_context(|| format!("{shown}"))?,
                version.to_owned(),
            )
        }
        // It claims what no certificate claims: the answer is no.
        Err(Unread::Malformed(what)) => (Verdict::malformed(what), String::new()),
        Err(other) => return Err(other).with_context(|| format!("{shown}")),
    };
    let holds = verdict.checks.hold();
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&Verified::of(&verdict, &version))?,
        Format::Csv => verdict.checks.csv(),
        Format::Table => page(&to_table(&verdict, &version)),
    };
    output::print(&text)?;
    Ok(match holds {
        true => Answer::Yes,
        false => Answer::No,
    })
}

/// Checks a certificate of an assignment.
fn assignment(
    read: &assign::Certificate,
    document: &Value,
    trust: Trust,
    common: &Common,
) -> Result<Verdict> {
    let unpriced = read.unpriced()?;
    inputs::tell(&unpriced.remarks);
    let less = "fewer layers or levels take less, Ctrl-C ends it";
    let pricing = Patience::new(common, "cost table", unpriced.layers.len() as u64, less);
    let running = Patience::new(common, "verify", read.simulated.len() as u64, LESS);
    Ok(read.verify(document, unpriced, trust, [&pricing, &running])?)
}

/// Checks a certificate of a chip.
fn chip(
    read: &codesign::Certificate,
    document: &Value,
    trust: Trust,
    common: &Common,
) -> Result<Verdict> {
    let setting = read.setting()?;
    inputs::tell(&setting.loaded.remarks);
    let patience = Patience::new(common, "verify", read.runs(), LESS);
    Ok(read.verify(document, &setting, trust, &patience)?)
}

/// Checks a certificate of mappings.
fn mappings(
    read: &proof::map::MappingCertificate,
    document: &Value,
    trust: Trust,
    common: &Common,
) -> Result<Verdict> {
    let target = read.target()?;
    inputs::tell(&target.remarks);
    let patience = Patience::new(common, "verify", read.runs(), LESS);
    Ok(read.verify(document, &target, trust, &patience)?)
}

fn to_table(verdict: &Verdict, version: &str) -> String {
    let mut text = String::new();
    if let Some(origin) = verdict.origin.sentence(version) {
        text.push_str(&format!("{origin}.\n"));
    }
    for (name, value) in &verdict.about {
        text.push_str(&format!("{name}: {value}\n"));
    }
    let mut rows = table(&["check", "holds", "found"], 3);
    let mut flaws = 0;
    for check in &verdict.checks.0 {
        flaws += usize::from(!check.holds);
        if check.holds || flaws <= SHOWN {
            let holds = if check.holds { "yes" } else { "NO" };
            rows.add_row([&check.check, holds, &check.detail]);
        }
    }
    if flaws > SHOWN {
        let more = format!("{} more; --format json has all", flaws - SHOWN);
        rows.add_row(["others", "NO", &more]);
    }
    let Verdict {
        runs, again, claim, ..
    } = verdict;
    let sentence = match (verdict.checks.hold(), runs - again) {
        (false, _) => "the certificate does not hold".to_owned(),
        (true, 0) => {
            let were = if *again == 1 { "was" } else { "were" };
            format!("the certificate holds: {claim}; {again} of {runs} runs {were} made again")
        }
        (true, trusted) => format!(
            "the certificate holds if {trusted} of its {runs} runs {} as it says: {claim}; {again} {} made again \
             (--quick)",
            if trusted == 1 { "is" } else { "are" },
            if *again == 1 { "was" } else { "were" },
        ),
    };
    format!("{text}{rows}\n{sentence}\n")
}
