//! `search assign` as a page.

use serde_json::{Value, json};

use crate::format::{area, beside_limit, joules, percent, thousands, watts};
use crate::headline::TOLERANCE;
use crate::html::axis::Axis;
use crate::html::bars::{Columns, columns};
use crate::html::breakdown;
use crate::html::chart::{Chart, Dot, Line};
use crate::html::page::{Card, Finding, Page, Section, Table, drawings};
use crate::html::parity::{Pair, parity};
use crate::html::read::{amount, at, list, number, signed, text};

/// The page of a search for hardware.
pub fn page(run: &Value) -> Page {
    let feasible = run["best"]["feasible"] == true;
    let mut sections = Vec::new();
    sections.extend(curve(run));
    sections.extend(front(run));
    sections.extend(choices(run));
    sections.extend(energy(run));
    sections.extend(readings(run));
    sections.extend(checked(run));
    let network = match text(run, "network") {
        "" => "an assignment",
        network => network,
    };
    Page {
        kind: "Search",
        title: format!("Hardware for {network}"),
        subtitle: format!(
            "Least {} by {}, {} deployment.",
            text(run, "objective"),
            text(run, "optimizer"),
            text(run, "deployment")
        ),
        cards: cards(run, feasible),
        findings: findings(run, feasible),
        sections,
        facts: facts(run),
    }
}

/// A value of the objective, with its unit.
fn show(run: &Value, value: f64) -> String {
    match text(run, "objective") {
        "energy" => joules(1e3 * value),
        "edp" => format!("{} cycles", joules(1e3 * value)),
        _ => format!("{} cycles", thousands(value.round() as u64)),
    }
}

/// An amount of a resource, with its unit.
fn budgeted(resource: &str, value: f64) -> String {
    match resource.starts_with("area") {
        true => area(value),
        false => watts(value),
    }
}

/// Whose costs the search saw: the model's, the machine's or a table's.
fn whose(run: &Value) -> &str {
    match text(run, "certificate.costs") {
        "" => text(run, "certificate.of"),
        costs => costs,
    }
}

fn cards(run: &Value, feasible: bool) -> Vec<Card> {
    let mut cards = Vec::new();
    let unit = match text(run, "objective") {
        "throughput" => "for the slowest stage",
        _ => "a run",
    };
    let model = number(run, "best.objective").filter(|_| feasible);
    let (best, note) = match (confirmed(run), model) {
        (Some((machine, model)), Some(_)) => (
            show(run, machine),
            format!(
                "{unit} on the machine; the model says {} ({})",
                show(run, model),
                signed(model / machine - 1.0)
            ),
        ),
        (None, Some(model)) => (
            show(run, model),
            match whose(run) {
                "machine" => format!("{unit} on the machine"),
                "table" => {
                    format!("{unit} by the table; it has no machine behind it to re-check with")
                }
                _ => format!("{unit} by the model; nothing was re-checked on the machine"),
            },
        ),
        (_, None) => ("none".to_owned(), "no design fits the budgets".to_owned()),
    };
    cards.push(Card::new(
        &format!("Best {}", text(run, "objective")),
        best,
        note,
    ));
    let kind = match text(run, "certificate.kind") {
        "proved" => "proved",
        "conditional" => "conditional",
        _ => "none",
    };
    let bound = number(run, "certificate.lower_bound");
    let of = whose(run);
    let note = bound.map_or(String::new(), |bound| {
        format!(
            "of the {of}: no choice of these options is below {}",
            show(run, bound)
        )
    });
    cards.push(Card::new("Proof", kind.to_owned(), note));
    if let Some(gap) = number(run, "certificate.gap") {
        cards.push(Card::new(
            "Gap to the bound",
            percent(gap),
            "how far below the best the optimum can be",
        ));
    }
    for (resource, limit) in run["budgets"].as_object().into_iter().flatten() {
        let limit = limit.as_f64().unwrap_or(0.0);
        let used = amount(run, &format!("best.used.{resource}"));
        let (name, scale, unit) = match resource.as_str() {
            "area_um2" => ("Area used", 1e6, "mm\u{b2}"),
            _ => ("Power used", 1.0, "mW"),
        };
        let [below, allowed] = beside_limit(used / scale, limit / scale);
        let note = format!("{below} of {allowed} {unit}");
        cards.push(Card::new(name, percent(used / limit), note));
    }
    let energy = number(run, "machine_energy_pj.total").map(|spent| (spent, "machine"));
    let energy = energy.or(number(run, "energy_pj.total").map(|spent| (spent, of)));
    if let Some((spent, by)) = energy {
        let note = match by {
            "machine" => "in the time that the machine takes".to_owned(),
            by => format!("by the {by}"),
        };
        cards.push(Card::new("Energy a run", joules(spent), note));
    }
    let distinct = amount(run, "evaluations.distinct");
    let calls = format!(
        "{} in all",
        thousands(amount(run, "evaluations.calls") as u64)
    );
    cards.push(Card::new(
        "Distinct evaluations",
        thousands(distinct as u64),
        calls,
    ));
    cards
}

/// What the machine and the model say of the winner, if it ran on the machine.
fn confirmed(run: &Value) -> Option<(f64, f64)> {
    let best = number(run, "best.machine").zip(number(run, "best.model"));
    // Documents of earlier versions tell of the winner among those that were re-checked alone.
    let mut kept = list(run, "checked").iter();
    let first = || {
        let kept = kept.find(|checked| checked["feasible"] != false)?;
        number(kept, "machine").zip(number(kept, "model"))
    };
    best.or_else(first).filter(|(machine, _)| *machine > 0.0)
}

fn findings(run: &Value, feasible: bool) -> Vec<Finding> {
    let mut found = String::new();
    let mut next = String::new();
    if !feasible {
        for s in list(run, "best.shortfalls") {
            found.push_str(&format!(
                "The {} budget is {}; the least that any assignment takes is {}. ",
                text(s, "resource"),
                budgeted(text(s, "resource"), amount(s, "limit")),
                budgeted(text(s, "resource"), amount(s, "least"))
            ));
        }
        if let Some(factor) = number(run, "best.relaxation.factor") {
            next = format!("Every budget multiplied by {factor:.4} would admit a design.");
        }
    } else {
        let binding = list(run, "best.binding");
        let bounded = binding.iter().take(3);
        let stages: Vec<_> = bounded
            .map(|b| stage_name(run, amount(b, "stage")))
            .collect();
        found = if binding.is_empty() {
            "No budget holds a stage back.".to_owned()
        } else {
            format!(
                "The budgets hold back {} of the stages, most of all {}.",
                binding.len(),
                stages.join(", ")
            )
        };
        if let Some((machine, model)) = confirmed(run) {
            let error = model / machine - 1.0;
            if error.abs() > TOLERANCE {
                found.push_str(&format!(
                    " The model is {} off on the machine: what it proves or ranks may not hold there.",
                    signed(error)
                ));
            }
        }
        let prices = list(run, "certificate.multipliers").iter();
        let budgets = run["budgets"].as_object().into_iter().flatten();
        for ((resource, limit), price) in budgets.zip(prices) {
            let (price, limit) = (price.as_f64().unwrap_or(0.0), limit.as_f64().unwrap_or(0.0));
            let name = resource.split('_').next().unwrap_or("");
            if price > 0.0 {
                next.push_str(&format!(
                    "By the {}, one per cent more {name} is worth about {} of {}. ",
                    whose(run),
                    show(run, price * limit / 100.0),
                    text(run, "objective")
                ));
            }
        }
        if text(run, "certificate.kind") != "proved" {
            next.push_str(
                "Search with --optimizer exact for the optimum of these options and its proof.",
            );
        }
    }
    let sentences = [("What bounds it", found), ("What to try next", next)];
    let kept = sentences.into_iter().filter(|(_, text)| !text.is_empty());
    kept.map(|(head, text)| Finding { head, text }).collect()
}

fn stage_name(run: &Value, stage: f64) -> String {
    let choices = list(run, "best.choices");
    let own = choices.iter().find(|c| amount(c, "stage") == stage);
    own.map_or(stage.to_string(), layer_name)
}

fn layer_name(choice: &Value) -> String {
    match text(choice, "name") {
        "" => format!("layer {}", amount(choice, "layer")),
        name => name.to_owned(),
    }
}

/// As little as tells layers apart below a plot.
fn axis_name(choice: &Value) -> String {
    match text(choice, "name") {
        "" => amount(choice, "layer").to_string(),
        name => name.to_owned(),
    }
}

/// The objective and the unit of its plots.
fn objective(run: &Value) -> String {
    let objective = text(run, "objective");
    let unit = match objective {
        "energy" => "nJ",
        "edp" => "nJ cycles",
        _ => "cycles",
    };
    format!("{objective}, {unit}")
}

fn facts(run: &Value) -> Vec<(String, String)> {
    let fact = |name: &str, path: &str| (name.to_owned(), text(run, path).to_owned());
    vec![
        fact("Optimiser", "optimizer"),
        fact("Objective", "objective"),
        fact("Deployment", "deployment"),
        fact("Stopped by", "stop"),
    ]
}

/// The best over evaluations.
pub fn curve(run: &Value) -> Option<Section> {
    let points: Vec<[f64; 2]> = list(run, "curve")
        .iter()
        .filter_map(|p| Some([p.get(0)?.as_f64()?, p.get(1)?.as_f64()?]))
        .collect();
    let last = points.last()?;
    let spent = number(run, "evaluations.distinct").unwrap_or(last[0]);
    let spent = spent.max(last[0]);
    let bound = number(run, "certificate.lower_bound").filter(|b| *b > 0.0);
    let values = points.iter().map(|p| p[1]).chain(bound);
    let (x, y) = (
        Axis::log(
            "evaluations",
            points.iter().map(|p| p[0].max(1.0)).chain([spent]),
        ),
        Axis::log(&objective(run), values),
    );
    let mut steps = points.clone();
    steps.push([spent, last[1]]);
    let mut lines = Vec::new();
    if let Some(bound) = bound {
        lines.push(Line {
            points: vec![[x.least, bound], [x.most, bound]],
            class: "line proof".to_owned(),
            label: format!("proved bound {}", show(run, bound)),
            is_step: false,
        });
    }
    lines.push(Line {
        points: steps,
        class: "line s1".to_owned(),
        label: format!("{} {}", text(run, "optimizer"), show(run, last[1])),
        is_step: true,
    });
    let dots = points.iter().map(|p| Dot {
        at: *p,
        radius: 3.0,
        class: "s1".to_owned(),
        hint: format!(
            "{} after {} evaluations",
            show(run, p[1]),
            thousands(p[0] as u64)
        ),
        label: String::new(),
    });
    let chart = Chart {
        dots: dots.collect(),
        x,
        y,
        // A single answer needs no height.
        shape: if points.len() > 1 { 0.4 } else { 0.2 },
        lines,
    };
    let mut table = Table::new(
        "Every improvement",
        &["evaluations", text(run, "objective")],
        0,
    );
    let rows = points
        .iter()
        .map(|p| vec![thousands(p[0] as u64), show(run, p[1])]);
    table.rows = rows.collect();
    Some(Section {
        title: "Anytime curve".to_owned(),
        lead: "The best that was known after so many evaluations, and what nothing can go below."
            .to_owned(),
        legend: Vec::new(),
        drawings: vec![(
            "Best objective over evaluations, with the proved bound".to_owned(),
            drawings(|size| chart.draw(size)),
        )],
        table,
    })
}

fn front(run: &Value) -> Option<Section> {
    let vertices = list(run, "front");
    let solved = || vertices.iter().filter(|v| at(v, "objective").is_some());
    let place = |v: &Value| [amount(v, "used") / 1e6, amount(v, "objective")];
    let points: Vec<[f64; 2]> = solved().map(place).collect();
    if points.is_empty() {
        return None;
    }
    let is_area = run["budgets"]
        .as_object()
        .and_then(|b| b.keys().next())
        .is_none_or(|k| k == "area_um2");
    let scale = if is_area { 1.0 } else { 1e6 };
    let points: Vec<[f64; 2]> = points.iter().map(|[x, y]| [x * scale, *y]).collect();
    let resource = if is_area {
        "area in mm\u{b2}"
    } else {
        "power in mW"
    };
    let dots = points.iter().zip(solved()).map(|(p, v)| Dot {
        at: *p,
        radius: 4.0,
        class: "s1".to_owned(),
        hint: format!("{} at {:.3} ({})", show(run, p[1]), p[0], text(v, "kind")),
        label: String::new(),
    });
    let used = if is_area {
        amount(run, "best.used.area_um2") / 1e6
    } else {
        amount(run, "best.used.power_mw")
    };
    let chosen = number(run, "best.objective").map(|objective| Dot {
        at: [used, objective],
        radius: 5.5,
        class: "s2".to_owned(),
        hint: format!(
            "{} at {used:.3}: the design of this search",
            show(run, objective)
        ),
        label: "this search".to_owned(),
    });
    let chart = Chart {
        x: Axis::log(resource, points.iter().map(|p| p[0])),
        y: Axis::log(&objective(run), points.iter().map(|p| p[1])),
        shape: 0.42,
        lines: vec![Line {
            points: points.clone(),
            class: "line s1".to_owned(),
            label: String::new(),
            is_step: true,
        }],
        dots: dots.chain(chosen).collect(),
    };
    let mut table = Table::new(
        "Every point of the front",
        &["proof", "limit", "used", text(run, "objective"), "bound"],
        1,
    );
    for v in vertices {
        let cell =
            |path: &str, show: &dyn Fn(f64) -> String| number(v, path).map_or("-".to_owned(), show);
        let resource = |value: f64| budgeted(resource, value);
        let objective = |value: f64| show(run, value);
        table.rows.push(vec![
            text(v, "kind").to_owned(),
            cell("limit", &resource),
            cell("used", &resource),
            cell("objective", &objective),
            cell("lower_bound", &objective),
        ]);
    }
    let proved = solved().filter(|v| text(v, "kind") == "proved").count();
    Some(Section {
        title: "Pareto front".to_owned(),
        lead: format!(
            "The best {} under each limit on {}; {proved} of {} points are proved over these options.",
            text(run, "objective"),
            resource.split(' ').next().unwrap_or(""),
            points.len()
        ),
        legend: Vec::new(),
        drawings: vec![(
            format!("Pareto front of {} and {resource}", text(run, "objective")),
            drawings(|size| chart.draw(size)),
        )],
        table,
    })
}

fn choices(run: &Value) -> Option<Section> {
    let choices = list(run, "best.choices");
    if choices.is_empty() {
        return None;
    }
    let group = |title: &str, class, path: &str| Columns {
        title: title.to_owned(),
        class,
        values: choices
            .iter()
            .map(|c| (axis_name(c), amount(c, path)))
            .collect(),
    };
    let groups = [group("PEs", "s1", "pe"), group("tile", "s2", "tile")];
    let costs = match whose(run) {
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
        let whole = |path: &str| thousands(amount(c, path) as u64);
        table.rows.push(vec![
            layer_name(c),
            text(c, "dataflow").to_owned(),
            whole("pe"),
            whole("tile"),
            whole("stage"),
            whole("cycles"),
            number(c, "machine_cycles").map_or("-".to_owned(), |n| thousands(n as u64)),
            joules(amount(spent(c), "total")),
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

/// The energy of a choice: in the machine's time, if it ran.
fn spent(choice: &Value) -> &Value {
    at(choice, "machine_energy_pj").unwrap_or(&choice["energy_pj"])
}

/// The energy of each layer by component; none where a table tells sums alone.
fn energy(run: &Value) -> Option<Section> {
    let choices = list(run, "best.choices");
    let has_parts = |c: &Value| spent(c).as_object().is_some_and(|parts| parts.len() > 1);
    let layer = |c: &Value| json!({"name": layer_name(c), "energy_pj": spent(c)});
    let layers: Vec<Value> = choices.iter().filter(|c| has_parts(c)).map(layer).collect();
    (!layers.is_empty()).then(|| breakdown::energy(&layers))
}

/// The model against the machine, layer by layer.
fn readings(run: &Value) -> Option<Section> {
    let pair = |c: &Value| {
        Some(Pair {
            name: layer_name(c),
            model: amount(c, "cycles"),
            machine: number(c, "machine_cycles")?,
            causes: String::new(),
        })
    };
    let pairs = list(run, "best.choices").iter().filter_map(pair);
    let pairs: Vec<Pair> = pairs.collect();
    (!pairs.is_empty()).then(|| parity(&pairs, "", "a layer"))
}

fn checked(run: &Value) -> Option<Section> {
    let checked = list(run, "checked");
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
    let turned = number(run, "ranking.turned_pairs").map_or(String::new(), |turned| {
        format!(
            " Of {} pairs of these the machine ranks {} the other way round than the model.",
            thousands(amount(run, "ranking.pairs") as u64),
            thousands(turned as u64)
        )
    });
    for (i, c) in checked.iter().enumerate() {
        let within = if c["feasible"] == false { "no" } else { "yes" };
        table.rows.push(vec![
            (i + 1).to_string(),
            within.to_owned(),
            number(c, "model_rank").map_or("-".to_owned(), |rank| thousands(rank as u64)),
            show(run, amount(c, "model")),
            show(run, amount(c, "machine")),
            signed(amount(c, "error")),
        ]);
    }
    Some(Section {
        title: "Re-checked on the machine".to_owned(),
        lead: format!(
            "No winner escapes the simulator: what the model promised, and what it measured.{turned}"
        ),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    })
}
