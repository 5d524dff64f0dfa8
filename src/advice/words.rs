//! Advice in words and as a document.

use crate::sim::mapper::Objective;

use crate::advice::{Advice, Advised, Bottleneck, Change};
use crate::documents;
use crate::evaluate::Reading;
use crate::format::{percent, signed_percent};

/// The advice for a terminal: what cycles go by, and a line for each change that helps.
pub fn lines(arch: &str, advised: &Advised) -> String {
    let mut text = format!("{arch}: cycles go by {}\n", bottlenecks(advised));
    if advised.advice.is_empty() {
        text.push_str(&format!("{}\n", nothing(advised)));
        return text;
    }
    for (at, advice) in advised.advice.iter().enumerate() {
        let first = if at == 0 { "try" } else { " or" };
        text.push_str(&format!("{first} {}: {}\n", advice.change, gain(advice)));
    }
    text.push_str(&format!("{}, {}\n", by(advised), over(advised)));
    text
}

/// The advice in sentences, for a page.
#[must_use]
pub fn sentences(advised: &Advised) -> String {
    if advised.advice.is_empty() {
        return nothing(advised);
    }
    let one = |advice: &Advice| format!("{} ({})", advice.change, gain(advice));
    let all: Vec<String> = advised.advice.iter().map(one).collect();
    format!(
        "try {}; {}, {}",
        all.join(", or "),
        by(advised),
        over(advised)
    )
}

/// The advice for documents: each change as it is typed, and its effect on the run.
pub fn document(advised: &Advised) -> documents::Advised {
    let one = |advice: &Advice| documents::Advice {
        flags: advice.change.flags().to_vec(),
        metric: metric(advised.objective).to_owned(),
        by: advised.by.name().to_owned(),
        change: advice.gain.of(advised.objective),
        cycles_change: advice.gain.cycles,
        energy_change: advice.gain.energy,
        area_change: advice.area,
    };
    let share = |(bottleneck, share): &(Bottleneck, f64)| documents::Share {
        of: bottleneck.words().to_owned(),
        share: *share,
    };
    documents::Advised {
        cycles_go_by: advised.bottlenecks.iter().map(share).collect(),
        changes: advised.advice.iter().map(one).collect(),
        tried: advised
            .tried
            .iter()
            .map(|change| change.flags().to_vec())
            .collect(),
        share_of_cycles: advised.share,
    }
}

fn bottlenecks(advised: &Advised) -> String {
    const MOST: usize = 4;
    let shares = advised.bottlenecks.iter().take(MOST);
    let mut listed: Vec<String> = shares
        .map(|(bottleneck, share)| format!("{} {}", bottleneck.words(), percent(*share)))
        .collect();
    let others = advised.bottlenecks.iter().skip(MOST);
    let others: f64 = others.map(|(_, share)| share).sum();
    if advised.bottlenecks.len() > MOST {
        listed.push(format!("others {}", percent(others)));
    }
    listed.join(", ")
}

/// What changes lower, as a document has it.
const fn metric(objective: Objective) -> &'static str {
    match objective {
        Objective::Cycles => "cycles_per_image",
        Objective::Energy => "energy_per_image",
        Objective::Edp => "edp_per_image",
    }
}

fn gain(advice: &Advice) -> String {
    let image = match advice.change {
        Change::Batch(_) => " an image",
        Change::Set { .. } | Change::Dataflow(_) => "",
    };
    let area = match advice.area {
        // Less than what is printed is no change.
        area if area.abs() < 5e-4 => String::new(),
        area => format!(", area {}", signed_percent(area)),
    };
    format!(
        "{} cycles, {} energy{image}{area}",
        signed_percent(advice.gain.cycles),
        signed_percent(advice.gain.energy)
    )
}

const fn by(advised: &Advised) -> &'static str {
    match advised.by {
        Reading::Model => "by the model",
        Reading::Machine(_) => "on the machine",
    }
}

fn over(advised: &Advised) -> String {
    match advised.share {
        share if share > 0.9999 => "over all layers".to_owned(),
        share => format!(
            "over the layers that take {} of the cycles, the others taken to change alike",
            percent(share)
        ),
    }
}

fn nothing(advised: &Advised) -> String {
    let tried: Vec<String> = advised.tried.iter().map(Change::to_string).collect();
    match tried.len() {
        0 => "nothing that could be changed stands out".to_owned(),
        _ => format!(
            "no single change that was tried saves 3 % of the {}{}: {}",
            match advised.objective {
                Objective::Cycles => "cycles",
                Objective::Energy => "energy",
                Objective::Edp => "energy-delay product",
            },
            match advised.by {
                Reading::Model => " by the model",
                Reading::Machine(_) => " (all by the model, the best of them on the machine)",
            },
            tried.join(", ")
        ),
    }
}
