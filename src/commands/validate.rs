//! `validate`: the model against the machine.

use anyhow::{Result, bail};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary::Target;
use stationary::arch::CostModel;
use stationary::control_kind::ControlKind;
use stationary::documents::Document as _;
use stationary::sim::decoupled::{self, LoweredLayer, ScheduleSpace};
use stationary::sim::{Dataflow, Energy, Mapping, Pace, Plan, Stalls, Tiling, mapper};
use stationary::workloads::Layer;

use crate::cli::{Common, Format, Validate};
use crate::inputs;
use crate::output;
use crate::patience::Patience;
use crate::record::{ACCELERATOR, Record};
use crate::report::table::page;
use crate::report::validate::ValidateReport;
use crate::{Answer, judged};

/// One mapping of one layer, by model and machine.
#[derive(Clone, Debug)]
pub struct Compared {
    pub model: u64,
    pub machine: u64,
    pub lower_bound: u64,
    pub busy: u64,
    pub stalls: Stalls,
    pub counts_agree: bool,
    pub model_energy: Energy,
    pub machine_energy: Energy,
}

/// All mappings of one layer, the mapper's best first.
#[derive(Clone, Debug)]
pub struct ComparedLayer {
    /// As the network has it.
    pub layer: Layer,
    pub mappings: Vec<Compared>,
}

/// All layers under one dataflow, or by instructions.
#[derive(Clone, Debug)]
pub struct ComparedDataflow {
    pub control: ControlKind,
    pub layers: Vec<ComparedLayer>,
}

/// A dataflow of `all` under which a layer has no mapping.
#[derive(Clone, Debug)]
pub struct Unmapped {
    pub dataflow: String,
    pub reason: String,
}

/// Compares model and machine; the answer is no if a bound or a count is wrong.
pub fn validate(args: &Validate, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.mappings == 0 {
        bail!("--mappings 0: needed at least 1");
    }
    let loaded = inputs::load(&args.target)?;
    if loaded.has_file() && args.mappings > 1 {
        bail!(
            "--mappings {}: a mapping file gives one mapping a layer",
            args.mappings
        );
    }
    let cost = CostModel::of(&loaded.accelerator)?;
    inputs::warn(&loaded.origin.caveats);
    let is_all = args.target.dataflow.as_deref() == Some("all");
    let (styles, absent) = styles(&loaded, args.target.dataflow.as_deref())?;
    if !absent.is_empty() && !common.quiet {
        let offered: Vec<&str> = styles.iter().map(|control| control.name()).collect();
        output::note(&format!(
            "--dataflow all: all that {} offers, {}; its hardware has no {}",
            loaded.accelerator.name,
            offered.join(", "),
            absent.join(", ")
        ));
    }
    let total = styles.len() * loaded.layers.len();
    let less = "--layer picks layers, fewer --mappings take less, Ctrl-C ends it";
    let patience = Patience::new(common, "validate", total as u64, less);
    let mut results = Vec::new();
    for control in styles {
        let layers: Vec<Result<ComparedLayer>> = loaded
            .layers
            .par_iter()
            .enumerate()
            .map(|(i, layer)| {
                let seed = common.seed.wrapping_add(i as u64);
                let compared = compare(
                    &loaded,
                    &cost,
                    layer,
                    &control,
                    (args.mappings, seed),
                    &patience,
                );
                patience.done();
                compared
            })
            .collect();
        let mut layers = layers.into_iter().collect::<Result<Vec<_>>>();
        for (compared, layer) in layers.iter_mut().flatten().zip(&loaded.layers) {
            compared.layer = layer.clone();
        }
        results.push((control, layers));
    }
    drop(patience);
    let (results, unmapped) = match is_all {
        true => mapped(results)?,
        false => {
            let one = |(control, layers): (ControlKind, Result<_>)| {
                Ok(ComparedDataflow {
                    control,
                    layers: layers?,
                })
            };
            (
                results.into_iter().map(one).collect::<Result<_>>()?,
                Vec::new(),
            )
        }
    };
    for Unmapped { dataflow, reason } in &unmapped {
        output::report_diagnostic(&format!("warning: {dataflow} is left out: {reason}"));
    }
    let absent = absent.into_iter().map(|dataflow| Unmapped {
        dataflow: dataflow.to_owned(),
        reason: format!("the hardware of {} has none", loaded.accelerator.name),
    });
    let unmapped = unmapped.into_iter().chain(absent).collect();
    let report =
        ValidateReport::new(&loaded, results, args.mappings, common.seed).without(unmapped);
    record.keep(ACCELERATOR, || Ok(loaded.accelerator.to_yaml()))?;
    record.results(|| report.document().json(), || report.csv())?;
    let text = match common.format {
        Format::Table => page(&report.table(common)),
        Format::Json => serde_json::to_string_pretty(&report.document())?,
        Format::Csv => report.csv()?,
    };
    output::print(&text)?;
    Ok(judged(
        &loaded.scope,
        match report.is_sound() {
            true => Answer::Yes,
            false => Answer::No,
        },
    ))
}

/// The dataflows under which every layer has a mapping, and those under which one has none; an error if
/// there is no other.
fn mapped(
    results: Vec<(ControlKind, Result<Vec<ComparedLayer>>)>,
) -> Result<(Vec<ComparedDataflow>, Vec<Unmapped>)> {
    let (mut compared, mut unmapped) = (Vec::new(), Vec::new());
    for (control, layers) in results {
        match layers {
            Ok(layers) => compared.push(ComparedDataflow { control, layers }),
            Err(error) => unmapped.push(Unmapped {
                dataflow: control.name().to_owned(),
                reason: format!("{error:#}"),
            }),
        }
    }
    if compared.is_empty() {
        let why = unmapped.iter();
        let why: Vec<String> = why
            .map(|Unmapped { dataflow, reason }| format!("  {dataflow}: {reason}"))
            .collect();
        bail!(
            "under no dataflow does every layer have a mapping\n{}",
            why.join("\n")
        );
    }
    Ok((compared, unmapped))
}

/// The dataflows to compare, and those asked for by `all` that the accelerator does not offer.
fn styles(loaded: &Target, name: Option<&str>) -> Result<(Vec<ControlKind>, Vec<&'static str>)> {
    let accelerator = &loaded.accelerator;
    if name != Some("all") {
        return Ok((vec![loaded.control()?], Vec::new()));
    }
    if accelerator.decoupled.is_some() {
        return Ok((vec![ControlKind::Decoupled], Vec::new()));
    }
    let offers = |d: &&Dataflow| accelerator.dataflows.iter().any(|name| *name == d.name);
    let (offered, absent): (Vec<_>, Vec<_>) = Dataflow::ALL.into_iter().partition(offers);
    let styles = offered
        .into_iter()
        .map(|d| ControlKind::Hardwired(d.into()))
        .collect();
    Ok((styles, absent.iter().map(|d| &*d.name).collect()))
}

/// What the file gives or the model likes best, and others from all over the range of estimates.
fn compare(
    loaded: &Target,
    cost: &CostModel,
    layer: &Layer,
    control: &ControlKind,
    (mappings, seed): (usize, u64),
    patience: &Patience,
) -> Result<ComparedLayer> {
    let best = loaded.plan(layer, control)?;
    let mut plans = Vec::new();
    if mappings > 1 {
        plans = match &best {
            Plan::Mapped(best) => other_mappings(loaded, layer, best, mappings - 1, seed)?,
            Plan::Lowered(best) => other_kernels(loaded, layer, best, mappings - 1, seed)?,
        };
    }
    plans.insert(0, best);
    let compared = plans.into_iter().map(|plan| {
        let model = plan.estimate();
        let machine = patience.during(layer.name(), model.cycles, || {
            plan.run(Pace::SkipPeriods, &mut ())
        });
        let energy = |counters, control, cycles| plan.energy(cost, counters, control, cycles);
        Compared {
            model: model.cycles,
            machine: machine.cycles,
            lower_bound: model.lower_bound,
            busy: machine.busy,
            stalls: machine.stalls,
            counts_agree: model.counters == machine.counters
                && model.busy == machine.busy
                && model.control == machine.control,
            model_energy: energy(&model.counters, &model.control, model.cycles),
            machine_energy: energy(&machine.counters, &machine.control, machine.cycles),
        }
    });
    Ok(ComparedLayer {
        layer: layer.clone(),
        mappings: compared.collect(),
    })
}

/// Schedules from all over the range of estimates.
fn other_kernels(
    loaded: &Target,
    layer: &Layer,
    best: &LoweredLayer,
    count: usize,
    seed: u64,
) -> Result<Vec<Plan>> {
    let space = ScheduleSpace::new(layer, &loaded.accelerator)?;
    let kernel =
        |schedule| LoweredLayer::new(best.layer().clone(), best.accelerator().clone(), schedule);
    let mut ranked = Vec::new();
    space.for_each_fitting(
        |schedule| kernel(schedule).ok(),
        |_, kernel| {
            ranked.push((decoupled::estimate(&kernel).cycles, kernel.schedule()));
        },
    );
    ranked.sort_unstable();
    let limit = ranked.first().map_or(0, |(cycles, _)| RANGE * cycles);
    ranked.retain(|(cycles, schedule)| *cycles <= limit && *schedule != best.schedule());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = count.min(ranked.len());
    let strata = (0..count).map(|i| {
        let (from, to) = (i * ranked.len() / count, (i + 1) * ranked.len() / count);
        Ok(kernel(ranked[rng.random_range(from..to)].1)?.into())
    });
    strata.collect()
}

/// Mappings from all over the range of estimates.
fn other_mappings(
    loaded: &Target,
    layer: &Layer,
    best: &Mapping,
    count: usize,
    seed: u64,
) -> Result<Vec<Plan>> {
    let tilings = sample(loaded, layer, best.dataflow(), count, seed);
    let mappings = tilings.into_iter().map(|tiling| {
        let (accelerator, dataflow) = (best.accelerator().clone(), best.dataflow().clone());
        Ok(Mapping::new(layer, accelerator, dataflow, tiling)?.into())
    });
    mappings.collect()
}

/// How many times slower than the best a sampled mapping may be expected to be. Beyond it lie the
/// tilings of single words, which nobody would run and which take hours to simulate.
const RANGE: u64 = 16;

/// Mappings from all over the range of the model's estimates: one from each stratum of the ranked
/// candidates.
fn sample(
    loaded: &Target,
    layer: &Layer,
    dataflow: &Dataflow,
    count: usize,
    seed: u64,
) -> Vec<Tiling> {
    let visit = |visit: &mut dyn FnMut(u32, &Mapping, u64)| {
        let mut place = 0;
        let accelerator = &loaded.accelerator;
        mapper::candidates(layer, accelerator, dataflow, &mut |mapping, estimate| {
            visit(place, mapping, estimate.cycles);
            place += 1;
        });
    };
    let mut ranked = Vec::new();
    visit(&mut |place, _, cycles| ranked.push((cycles, place)));
    ranked.sort_unstable();
    let limit = ranked.first().map_or(0, |(cycles, _)| RANGE * cycles);
    ranked.truncate(ranked.partition_point(|(cycles, _)| *cycles <= limit));
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = count.min(ranked.len().saturating_sub(1));
    let drawn: Vec<u32> = (0..count)
        .map(|i| {
            let from = 1 + i * (ranked.len() - 1) / count;
            let to = (1 + (i + 1) * (ranked.len() - 1) / count).max(from + 1);
            ranked[rng.random_range(from..to)].1
        })
        .collect();
    let mut tilings = vec![None; drawn.len()];
    visit(&mut |place, mapping, _| {
        if let Some(at) = drawn.iter().position(|drawn| *drawn == place) {
            tilings[at] = Some(*mapping.tiling());
        }
    });
    tilings.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_dataflow_without_a_mapping_is_named_and_the_others_go_on() {
        let control =
            |name| ControlKind::Hardwired(Dataflow::find(name).expect("a dataflow").into());
        let results = vec![
            (control("ws"), Ok(Vec::new())),
            (control("os"), Err(anyhow!("layer `a` has no room"))),
            (control("is"), Ok(Vec::new())),
        ];
        let (compared, unmapped) = mapped(results).expect("two have mappings");
        let names = compared.iter().map(|c| c.control.name());
        assert_eq!(names.collect::<Vec<_>>(), ["ws", "is"]);
        assert_eq!(unmapped.len(), 1);
        assert_eq!(unmapped[0].dataflow, "os");
        assert_eq!(unmapped[0].reason, "layer `a` has no room");
        let fails = |name, why: &str| (control(name), Err(anyhow!("{why}")));
        let none = mapped(vec![fails("rs", "no room"), fails("os", "no rows")]);
        let none = none.expect_err("no other").to_string();
        assert!(none.ends_with("\n  rs: no room\n  os: no rows"), "{none}");
    }
}
