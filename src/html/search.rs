//! `search assign` as a page.

use crate::documents::{Best, BestFound, BestMissing, EnergyByComponent, Search, SearchChoice};
use crate::format::{beside_limit, joules, percent, thousands};
use crate::headline::TOLERANCE;
use crate::html::bars::{Columns, columns};
use crate::html::breakdown::{self, Spent};
use crate::html::curve::{self, Curve, float};
use crate::html::front::{self, budgeted};
use crate::html::page::{Card, Finding, Page, Section, Table, drawings, signed, tabled};
use crate::html::parity::{Pair, parity};

/// The page of a search for hardware.
pub fn page(run: &Search) -> Page {
    let found = run.best.found().map(|best| best.choices.as_slice());
    let layers = found.unwrap_or_default();
    let mut sections = Vec::new();
    sections.extend(anytime(run));
    sections.extend(front::section(run));
    sections.extend(choices(run, layers));
    sections.extend(energy(layers));
    sections.extend(readings(layers));
    sections.extend(checked(run));
    let network = run.network.as_deref().filter(|name| !name.is_empty());
    let network = network.unwrap_or("an assignment");
    let [optimizer, objective, deployment] = [&run.optimizer, &run.objective, &run.deployment];
    Page {
        kind: "Search",
        title: format!("Hardware for {network}"),
        subtitle: format!("Least {objective} by {optimizer}, {deployment} deployment."),
        cards: cards(run),
        findings: findings(run),
        sections,
        facts: vec![
            ("Optimiser", optimizer.clone()),
            ("Objective", objective.clone()),
            ("Deployment", deployment.clone()),
            ("Stopped by", run.stop.clone()),
        ],
    }
    .covering(&run.coverage)
    .said("Note", &run.notes)
    .said("Costs", &run.caveats)
    .said("Note", &run.recheck.note)
}

/// A value of the objective, with its unit.
fn show(run: &Search, value: f64) -> String {
    curve::show(&run.objective, value)
}

fn cards(run: &Search) -> Vec<Card> {
    let mut cards = Vec::new();
    let unit = match run.objective.as_str() {
        "throughput" => "for the slowest stage",
        _ => "a run",
    };
    // Whose costs the search saw: the model's, the machine's or a table's.
    let costs = run.certificate.costs.as_str();
    let found = run.best.found();
    let best = found.filter(|best| best.feasible);
    let (best, note) = match best.map(|best| (best, confirmed(best))) {
        None => ("none".to_owned(), "no design fits the budgets".to_owned()),
        Some((_, Some((machine, model)))) => (
            show(run, machine),
            format!(
                "{unit} on the machine; the model says {} ({})",
                show(run, model),
                signed(model / machine - 1.0)
            ),
        ),
        Some((best, None)) => (
            show(run, float(&best.objective)),
            match costs {
                "machine" => format!("{unit} on the machine"),
                "table" => {
                    format!("{unit} by the table; it has no machine behind it to re-check with")
                }
                _ => format!("{unit} by the model; nothing was re-checked on the machine"),
            },
        ),
    };
    cards.push(Card::new(&format!("Best {}", run.objective), best, note));
    let certificate = &run.certificate;
    let note = certificate.lower_bound.map_or(String::new(), |bound| {
        format!(
            "of the {costs}: no choice of these options is below {}",
            show(run, bound)
        )
    });
    cards.push(Card::new("Proof", certificate.kind.clone(), note));
    if let Some(gap) = certificate.gap {
        cards.push(Card::new(
            "Gap to the bound",
            percent(gap),
            "how far below the best the optimum can be",
        ));
    }
    let used = found.map(|best| best.used).unwrap_or_default();
    for (resource, limit) in &run.budgets {
        let (name, used, scale, unit) = match resource.as_str() {
            "area_um2" => ("Area used", used.area_um2, 1e6, "mm\u{b2}"),
            _ => ("Power used", used.power_mw, 1.0, "mW"),
        };
        let [below, allowed] = beside_limit(used / scale, limit / scale);
        let note = format!("{below} of {allowed} {unit}");
        cards.push(Card::new(name, percent(used / limit), note));
    }
    let machine = run.machine_energy_pj.as_ref().and_then(Option::as_ref);
    let machine = machine.map(|energy| (energy.total, "machine"));
    let energy = run.energy_pj.as_ref().map(|energy| (energy.total(), costs));
    let energy = machine.or(energy);
    if let Some((spent, by)) = energy {
        let note = match by {
            "machine" => "in the time that the machine takes".to_owned(),
            by => format!("by the {by}"),
        };
        cards.push(Card::new("Energy a run", joules(spent), note));
    }
    cards.push(Card::new(
        "Distinct evaluations",
        thousands(run.evaluations.distinct),
        format!("{} in all", thousands(run.evaluations.calls)),
    ));
    cards
}

/// What the machine and the model say of the winner, if it ran on the machine.
fn confirmed(best: &BestFound) -> Option<(f64, f64)> {
    let both = best.machine.as_ref().zip(best.model.as_ref());
    let both = both.map(|(machine, model)| (float(machine), float(model)));
    both.filter(|(machine, _)| *machine > 0.0)
}

fn findings(run: &Search) -> Vec<Finding> {
    let (found, next) = match &run.best {
        Best::Found(best) if best.feasible => (held_back(best), prices(run)),
        Best::Found(_) => Default::default(),
        Best::Nothing(missing) => lacking(missing),
    };
    let sentences = [("What bounds it", found), ("What to try next", next)];
    let kept = sentences.into_iter().filter(|(_, text)| !text.is_empty());
    kept.map(|(head, text)| Finding { head, text }).collect()
}

/// What no assignment keeps, and what would do.
fn lacking(missing: &BestMissing) -> (String, String) {
    let mut found = String::new();
    for s in &missing.shortfalls {
        found.push_str(&format!(
            "The {} budget is {}; the least that any assignment takes is {}. ",
            s.resource,
            budgeted(&s.resource, s.limit),
            budgeted(&s.resource, s.least)
        ));
    }
    let next = missing.relaxation.map_or(String::new(), |relaxation| {
        let factor = relaxation.factor;
        format!("Every budget multiplied by {factor:.4} would admit a design.")
    });
    (found, next)
}

/// The stages that budgets hold back, and how far the model is off.
fn held_back(best: &BestFound) -> String {
    let stages = best.binding.iter().take(3);
    let stages = stages.map(|binding| stage_name(best, binding.stage));
    let stages: Vec<String> = stages.collect();
    let mut found = if stages.is_empty() {
        "No budget holds a stage back.".to_owned()
    } else {
        format!(
            "The budgets hold back {} of the stages, most of all {}.",
            best.binding.len(),
            stages.join(", ")
        )
    };
    let error = confirmed(best).map(|(machine, model)| model / machine - 1.0);
    if let Some(error) = error.filter(|error| error.abs() > TOLERANCE) {
        found.push_str(&format!(
            " The model is {} off on the machine: what it proves or ranks may not hold there.",
            signed(error)
        ));
    }
    found
}

/// What a little more of each budget is worth, and what would prove it.
fn prices(run: &Search) -> String {
    let mut next = String::new();
    for ((resource, limit), price) in run.budgets.iter().zip(&run.certificate.multipliers) {
        let name = resource.split('_').next().unwrap_or("");
        if *price > 0.0 {
            next.push_str(&format!(
                "By the {}, one per cent more {name} is worth about {} of {}. ",
                run.certificate.costs,
                show(run, price * limit / 100.0),
                run.objective
            ));
        }
    }
    if run.certificate.kind != "proved" {
        next.push_str(
            "Search with --optimizer exact for the optimum of these options and its proof.",
        );
    }
    next
}

fn stage_name(best: &BestFound, stage: u64) -> String {
    let own = best.choices.iter().find(|choice| choice.stage == stage);
    own.map_or(stage.to_string(), layer_name)
}

fn layer_name(choice: &SearchChoice) -> String {
    name(choice).unwrap_or_else(|| format!("layer {}", choice.layer))
}

/// As little as tells layers apart below a plot.
fn axis_name(choice: &SearchChoice) -> String {
    name(choice).unwrap_or_else(|| choice.layer.to_string())
}

fn name(choice: &SearchChoice) -> Option<String> {
    choice.name.clone().filter(|name| !name.is_empty())
}

/// The best over evaluations.
fn anytime(run: &Search) -> Option<Section> {
    let points = run.curve.iter();
    curve::section(&Curve {
        optimizer: &run.optimizer,
        objective: &run.objective,
        points: points.map(|(n, best)| [*n as f64, float(best)]).collect(),
        spent: Some(run.evaluations.distinct),
        bound: run.certificate.lower_bound,
    })
}

fn choices(run: &Search, choices: &[SearchChoice]) -> Option<Section> {
    if choices.is_empty() {
        return None;
    }
    let group = |title: &str, class, of: fn(&SearchChoice) -> u64| Columns {
        title: title.to_owned(),
        class,
        values: choices
            .iter()
            .map(|c| (axis_name(c), of(c) as f64))
            .collect(),
    };
    let groups = [
        group("PEs", "s1", |choice| choice.pe),
        group("tile", "s2", |choice| choice.tile),
    ];
    let costs = match run.certificate.costs.as_str() {
        // What the machine proves is chosen from what the model says, layer by layer.
        "machine" => "model",
        costs => costs,
    };
    let mut table = Table::new(
        "The choice of every layer",
        &[
            "layer", "dataflow", "PEs", "tile", "stage", costs, "machine", "energy",
        ],
        2,
    );
    for c in choices {
        table.rows.push(vec![
            layer_name(c),
            c.dataflow.clone().unwrap_or_default(),
            thousands(c.pe),
            thousands(c.tile),
            thousands(c.stage),
            thousands(c.cycles),
            c.machine_cycles.map_or("-".to_owned(), thousands),
            joules(components(c).map_or(c.energy_pj.total(), |energy| energy.total)),
        ]);
    }
    Some(Section {
        title: "Choices by layer".to_owned(),
        lead:
            "Processing elements and the tile that each keeps, layer by layer, and what they cost: \
               cycles, and energy in the machine's time where it ran."
                .to_owned(),
        legend: Vec::new(),
        drawings: vec![(
            "PEs and tile chosen for each layer".to_owned(),
            drawings(|size| columns(&groups, size)),
        )],
        table,
    })
}

/// The energy of a choice by component: in the machine's time, if it ran; a table tells sums alone.
fn components(choice: &SearchChoice) -> Option<&EnergyByComponent> {
    (choice.machine_energy_pj.as_ref()).or(choice.energy_pj.components())
}

/// The energy of each layer by component, where that is known.
fn energy(choices: &[SearchChoice]) -> Option<Section> {
    let spent = |choice| {
        Some(Spent {
            name: layer_name(choice),
            energy: components(choice)?,
            least: None,
        })
    };
    let layers: Vec<Spent<'_>> = choices.iter().filter_map(spent).collect();
    (!layers.is_empty()).then(|| breakdown::energy(&layers))
}

/// The model against the machine, layer by layer.
fn readings(choices: &[SearchChoice]) -> Option<Section> {
    let pair = |choice: &SearchChoice| {
        Some(Pair {
            name: layer_name(choice),
            model: choice.cycles,
            machine: choice.machine_cycles?,
            causes: String::new(),
        })
    };
    let pairs: Vec<Pair> = choices.iter().filter_map(pair).collect();
    (!pairs.is_empty()).then(|| parity(&pairs, "", "a layer"))
}

fn checked(run: &Search) -> Option<Section> {
    let checked = &run.checked;
    if checked.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "The best, run on the machine",
        &[
            "rank",
            "within budget",
            "rank by the model",
            "model",
            "machine",
            "model off by",
        ],
        2,
    );
    let turned = run.ranking.as_ref().map_or(String::new(), |ranking| {
        format!(
            " Of {} pairs of these the machine ranks {} the other way round than the model.",
            thousands(ranking.pairs),
            thousands(ranking.turned_pairs)
        )
    });
    for (i, c) in checked.iter().enumerate() {
        let within = if c.feasible { "yes" } else { "no" };
        table.rows.push(vec![
            (i + 1).to_string(),
            within.to_owned(),
            thousands(c.model_rank),
            show(run, float(&c.model)),
            show(run, float(&c.machine)),
            signed(c.error),
        ]);
    }
    let lead = format!(
        "No winner escapes the simulator: what the model promised, and what it measured.{turned}"
    );
    Some(tabled("Re-checked on the machine", &lead, table))
}
