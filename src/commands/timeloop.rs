//! Timeloop's way of counting, and its files.

use anyhow::{Result, bail};
use stationary::Target;
use stationary::arch::import::timeloop::Architecture;
use stationary::csv::{self, Origin};
use stationary::documents::{Document, Timeloop, TimeloopLayer};
use stationary::files;
use stationary::format::{joules, percent, thousands};
use stationary::scope::Scope;
use stationary::sim::timeloop::{Counts, Nest};
use stationary::workloads::timeloop::TimeloopProblem;
use stationary::workloads::{Dim, Layer};
use stationary_document::{Diagnostic, Node};

use crate::cli::{self, Common, Estimate, ExportTimeloop, Format};
use crate::inputs;
use crate::output;
use crate::record::Record;
use crate::report::table::{page, table};
use crate::{Answer, judged};

/// `estimate --counting timeloop`.
pub fn estimate(args: &Estimate, common: &Common, record: &mut Record) -> Result<Answer> {
    let target = &args.target;
    let mut scope = None;
    let layers = match files(target)? {
        Some(nest) => vec![(nest.problem().name.clone(), nest.count())],
        None => {
            let loaded = inputs::load(target)?;
            let mut layers = Vec::new();
            for (name, nest) in nests(&loaded)? {
                match nest {
                    Ok(nest) => layers.push((name, nest.count())),
                    Err(why) => bail!("layer `{name}`: {why}"),
                }
            }
            scope = Some(loaded.scope);
            layers
        }
    };
    let json = serde_json::to_string_pretty(&document(target, &layers, scope.as_ref()))?;
    record.keep("result.json", || Ok(json.clone()))?;
    record.keep("result.csv", || to_csv(target, &layers))?;
    let text = match common.format {
        Format::Table => page(&to_table(&layers)),
        Format::Json => json,
        Format::Csv => to_csv(target, &layers)?,
    };
    output::print(&text)?;
    Ok(match scope {
        Some(scope) => judged(&scope, Answer::Yes),
        None => Answer::Yes,
    })
}

/// `export timeloop`.
pub fn export(args: &ExportTimeloop) -> Result<Answer> {
    let loaded = inputs::load(&args.target)?;
    let mut text = String::new();
    let mut answer = Answer::Yes;
    for (name, nest) in nests(&loaded)? {
        match nest {
            Ok(nest) => {
                let folder = args.output.join(name.replace(['/', '\\'], "_"));
                std::fs::create_dir_all(&folder)?;
                let files = nest.files();
                inputs::write(&folder.join("arch.yaml"), &files.architecture)?;
                inputs::write(&folder.join("prob.yaml"), &files.problem)?;
                inputs::write(&folder.join("map.yaml"), &files.mapping)?;
                text.push_str(&format!("{}\n", folder.display()));
            }
            Err(why) => {
                output::report_diagnostic(&format!("layer `{name}` is not written: {why}"));
                answer = Answer::No;
            }
        }
    }
    output::print(&text)?;
    Ok(judged(&loaded.scope, answer))
}

type Named<T> = Vec<(String, T)>;

/// The nest of each layer's mapping, or why Timeloop has none.
fn nests(loaded: &Target) -> Result<Named<Result<Nest, String>>> {
    let dataflow = &*loaded.dataflow()?;
    let nest = |layer| {
        let mapping = loaded.mapping(layer, dataflow)?;
        let nest = Nest::of(&mapping);
        if let Ok(nest) = &nest {
            padding(layer, nest.problem());
        }
        Ok((layer.name().to_owned(), nest))
    };
    loaded.layers.iter().map(nest).collect()
}

/// Tells of sizes that had to grow.
fn padding(layer: &Layer, problem: &TimeloopProblem) {
    let grown = |(dim, size): (Dim, &u64)| {
        let own = layer.size(dim);
        (own != *size).then(|| format!("{dim} {own} to {size}"))
    };
    let grown: Vec<String> = Dim::ALL
        .into_iter()
        .zip(&problem.sizes)
        .filter_map(grown)
        .collect();
    if !grown.is_empty() {
        output::report_diagnostic(&format!(
            "note: layer `{}` is padded, as Timeloop's tiles divide: {}",
            layer.name(),
            grown.join(", ")
        ));
    }
}

/// The nest of Timeloop's own files, if the target names such.
fn files(target: &cli::Target) -> Result<Option<Nest>> {
    let Some(architecture) = text_with(&target.arch, &["architecture", "arch"])? else {
        return Ok(None);
    };
    let (Some(problem), Some(mapping)) = (
        text_with(&target.network, &["problem"])?,
        match &target.mapping {
            Some(name) => text_with(name, &["mapping"])?,
            None => None,
        },
    ) else {
        bail!(
            "--counting timeloop: {} is a Timeloop architecture; --network and --mapping must be a \
             Timeloop problem and mapping",
            target.arch
        );
    };
    if !target.set.is_empty() || !target.layers.layer.is_empty() || target.layers.batch != 1 {
        bail!("--counting timeloop of Timeloop's files takes no --set, --layer or --batch");
    }
    let (architecture, left_out) = shown(
        &architecture,
        Architecture::read(&target.arch, &architecture),
    )?;
    inputs::notes(&left_out);
    let (problem, left_out) = shown(&problem, TimeloopProblem::read(&target.network, &problem))?;
    inputs::notes(&left_out);
    let name = target.mapping.as_deref().unwrap_or_default();
    let (nest, left_out) = shown(&mapping, Nest::read(name, &mapping, problem, architecture))?;
    inputs::notes(&left_out);
    Ok(Some(nest))
}

fn shown<T>(text: &str, read: Result<T, Vec<Diagnostic>>) -> Result<T> {
    read.map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
        stationary::Error::content(text, errors, lines.join("\n")).into()
    })
}

/// The text of a file that has one of these fields at its top.
fn text_with(name: &str, fields: &[&str]) -> Result<Option<String>> {
    if !files::is_file(name) {
        return Ok(None);
    }
    let (name, text) = files::read_expanded(name)?;
    let root = Node::parse(name, &text).ok();
    let has_one = root.is_some_and(|root| fields.iter().any(|field| root.get(field).is_some()));
    Ok(has_one.then_some(text))
}

/// What the multipliers take: what no level accounts for.
fn multipliers(counts: &Counts) -> f64 {
    let levels: f64 = counts.levels.iter().map(|c| c.energy_pj).sum();
    counts.energy_pj - levels
}

fn to_table(layers: &[(String, Counts)]) -> String {
    let mut text = String::new();
    for (name, counts) in layers {
        let header = [
            "level",
            "space",
            "tile",
            "instances",
            "reads",
            "updates",
            "fills",
            "cycles",
            "energy",
        ];
        let optional = ["tile", "instances", "cycles"];
        let mut rows = table(&header, 2).optional(&optional);
        for c in &counts.levels {
            rows.add_row([
                c.level.clone(),
                c.space.clone(),
                thousands(c.tile),
                thousands(c.instances),
                thousands(c.reads),
                thousands(c.updates),
                thousands(c.fills),
                thousands(c.cycles),
                joules(c.energy_pj),
            ]);
        }
        let sum = |what: &str, energy: f64| {
            let mut row = vec![what.to_owned()];
            row.resize(header.len() - 1, String::new());
            row.push(joules(energy));
            row
        };
        rows.add_row(sum("multipliers", multipliers(counts)));
        rows.total(sum("total", counts.energy_pj));
        text.push_str(&format!(
            "{name} as Timeloop counts: {} cycles, {} of the multipliers busy, {}\n{rows}\n",
            thousands(counts.cycles),
            percent(counts.utilization),
            joules(counts.energy_pj)
        ));
    }
    text.push_str(
        "words are of one instance: those it holds at a time (tile), and those read, updated by sums \
         from inside and filled from outside; cycles are the level's at its bandwidth; energy is of all \
         instances\n",
    );
    text
}

fn document(target: &cli::Target, layers: &[(String, Counts)], scope: Option<&Scope>) -> Timeloop {
    let layer = |(name, counts): &(String, Counts)| TimeloopLayer {
        name: name.clone(),
        counts: counts.clone(),
    };
    Timeloop {
        schema: Timeloop::NAME.to_owned(),
        arch: target.arch.clone(),
        network: target.network.clone(),
        coverage: scope.map(Scope::document),
        layers: layers.iter().map(layer).collect(),
    }
}

/// A line for each level and space, one for the multipliers of a layer and one for all of it.
fn to_csv(target: &cli::Target, layers: &[(String, Counts)]) -> Result<String> {
    let header = [
        "layer",
        "level",
        "space",
        "tile",
        "instances",
        "reads",
        "updates",
        "fills",
        "cycles",
        "energy_pj",
    ];
    let origin = Origin {
        arch: target.arch.clone(),
        network: target.network.clone(),
        batch: target.layers.batch,
        settings: target.set.clone(),
        caveats: Vec::new(),
    };
    let mut lines = csv::Lines::new(&origin, &csv::header(&header));
    let sum = |layer: &str, of: &str, cycles: u64, energy: f64| {
        let mut fields = csv::header(&[layer, of]);
        fields.extend(csv::blanks(6));
        fields.extend([cycles.to_string(), energy.to_string()]);
        fields
    };
    for (name, counts) in layers {
        for c in &counts.levels {
            let numbers = [c.tile, c.instances, c.reads, c.updates, c.fills, c.cycles];
            let mut fields = csv::header(&[name, &c.level, &c.space]);
            fields.extend(numbers.iter().map(u64::to_string));
            fields.push(c.energy_pj.to_string());
            lines.add(fields);
        }
        lines.add(sum(name, "multipliers", counts.cycles, multipliers(counts)));
        lines.add(sum(name, "total", counts.cycles, counts.energy_pj));
    }
    let cycles = layers.iter().map(|(_, counts)| counts.cycles).sum();
    let energy = layers.iter().map(|(_, counts)| counts.energy_pj).sum();
    lines.add(sum("total", "total", cycles, energy));
    Ok(lines.text())
}
