//! `search map`: the best mapping of each layer on fixed hardware, by the cycle-level machine.

mod document;
mod text;

use anyhow::{Result, bail};
use rayon::prelude::*;
use stationary::Target;
use stationary::arch::CostModel;
use stationary::candidates::{MappingQuery, MappingResult, SearchEffort, distinct};
use stationary::documents::Document as _;
use stationary::format::{signed_percent, thousands};
use stationary::headline::{Headline, TOLERANCE};
use stationary::proof::map::Document;
use stationary::search::best_first::SearchResult;
use stationary::sim::mapper::{Goal, LeftOut, Objective, Slack};
use stationary::sim::mapping_file::MappingFile;
use stationary::sim::{Dataflow, Energy, Mapping, estimate};
use stationary::workloads::Layer;

use crate::cli::{Common, Format, Map};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::patience::Patience;
use crate::record::{ACCELERATOR, Record};
use crate::report::table::page;
use crate::{Answer, judged};
use stationary::assign::Recheck;
use stationary::journal::MachineRuns;

/// Candidates below which a proof says little.
const FEW: u64 = 10;

/// A layer's winner. It exists only with the machine's figure.
struct Winner {
    mapping: Mapping,
    model: u64,
    machine: u64,
    lower_bound: u64,
    /// The machine's figure for what the model thought best.
    first: u64,
    candidates: u64,
    /// Candidates that ran on the machine.
    ran: u64,
    /// What is known of all candidates, if their bounds were compared.
    search_result: Option<SearchResult>,
    /// What these leave out.
    left_out: Vec<LeftOut>,
    /// The machine's.
    energy: Energy,
    /// What no mapping can go below.
    least_energy: Energy,
}

impl Winner {
    fn headline(&self) -> Headline {
        Headline::cycles(self.machine, self.model)
    }

    fn name(&self) -> &str {
        self.mapping.layer().name()
    }
}

/// What a search came to, whichever way it is shown.
struct Winners<'a> {
    args: &'a Map,
    loaded: &'a Target,
    dataflow: &'a Dataflow,
    goal: Goal,
    all: Vec<Winner>,
    /// The layers that were not reached before it was interrupted.
    left: Vec<&'a str>,
    /// If Ctrl-C ended it early.
    interrupt: Option<&'a Interrupt>,
    seed: u64,
}

/// Searches, re-checks, reports.
pub fn map(args: &Map, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.target.mapping.is_some() {
        bail!("search map --mapping: the search finds mappings; use simulate to run given ones");
    }
    let goal = goal(args)?;
    let interrupt = Interrupt::listen(&args.recording);
    let loaded = inputs::load(&args.target)?;
    let dataflow = &*loaded.dataflow()?;
    let cost = CostModel::of(&loaded.accelerator)?;
    inputs::warn(&loaded.origin.caveats);
    let less = "--layer picks layers, Ctrl-C ends it";
    let patience = Patience::new(common, "search map", loaded.layers.len() as u64, less);
    let (firsts, kinds) = distinct(&loaded.layers);
    let runs = MachineRuns::open(&record.journal(&args.recording), &loaded)?;
    let (best, beyond) = match args.recheck {
        Recheck::Best(k) => (k, 0),
        Recheck::Auto { most } => (1, most),
    };
    let run = |mapping: &Mapping| {
        let cycles = runs.cycles(mapping);
        cycles.map_err(|error| stationary::Error::Caller(error.into()))
    };
    let effort = SearchEffort {
        best,
        beyond,
        certify: args.certify,
        simulations: args.proving.simulations.unwrap_or(u64::MAX),
        goal,
    };
    interrupt.has_result();
    let found: Vec<Result<Option<MappingResult>>> = firsts
        .par_iter()
        .map(|first| {
            if interrupt.is_asked_for() {
                return Ok(None);
            }
            let question = MappingQuery {
                target: &loaded,
                layer: &loaded.layers[*first],
                dataflow,
            };
            let best = question.search(effort, &run, interrupt.cancellation());
            patience.done();
            Ok(Some(best?))
        })
        .collect();
    drop(patience);
    let found = found.into_iter().collect::<Result<Vec<_>>>()?;
    runs.close()?;
    let of_layer = loaded.layers.iter().zip(&kinds);
    let winners: Vec<Winner> = of_layer
        .clone()
        .filter_map(|(layer, &kind)| Some((layer, found[kind].as_ref()?)))
        .map(|(layer, found)| winner(&loaded, &cost, layer, dataflow, found))
        .collect::<Result<_>>()?;
    if winners.is_empty() && interrupt.is_asked_for() {
        return Ok(interrupt.nothing_found());
    }
    let is_left = |(_, at): &(&Layer, &usize)| found[**at].is_none();
    let left: Vec<&str> = of_layer.filter(is_left).map(|(l, _)| l.name()).collect();
    let is_cut = !left.is_empty() || found.iter().flatten().any(|found| found.is_cut);
    let found: Option<Vec<MappingResult>> = found.into_iter().collect();
    let winners = Winners {
        args,
        loaded: &loaded,
        dataflow,
        goal,
        all: winners,
        left,
        interrupt: is_cut.then_some(&interrupt),
        seed: common.seed,
    };
    if let Some(warning) = winners.warning() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    let mappings = MappingFile::of(winners.all.iter().map(|w| &w.mapping)).to_yaml();
    if let Some(path) = &args.output {
        inputs::write(path, &mappings)?;
    }
    record.keep(ACCELERATOR, || Ok(loaded.accelerator.to_yaml()))?;
    record.keep("mappings.yaml", || Ok(mappings))?;
    // A certificate is about every layer.
    if let (true, Some(found)) = (args.certify, found) {
        let certificate = Document::of(&loaded, dataflow, &found)?;
        let text = serde_json::to_string_pretty(&certificate)? + "\n";
        if let Some(path) = &args.proving.certificate {
            inputs::write(path, &text)?;
        }
        record.keep("certificate.json", || Ok(text))?;
    }
    record.results(|| winners.document().json(), || winners.csv())?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&winners.document())?,
        Format::Csv => winners.csv()?,
        Format::Table => page(&winners.table(common.verbose)),
    };
    output::print(&text)?;
    if !is_cut {
        return Ok(judged(&loaded.scope, Answer::Yes));
    }
    if common.format != Format::Table {
        interrupt.report_diagnostic();
    }
    Ok(Answer::Interrupted)
}

/// What is made small. Bounds are of cycles, and so is what is proved from them: the fewest, without
/// slack.
fn goal(args: &Map) -> Result<Goal> {
    let choosing = args.target.choosing;
    let flag = match (args.certify, args.recheck) {
        (true, _) => "--certify",
        (false, Recheck::Auto { .. }) => "--recheck auto",
        (false, Recheck::Best(_)) => return Ok(choosing.goal()),
    };
    let fewest = Goal {
        objective: Objective::Cycles,
        slack: Slack::NONE,
    };
    if choosing.objective.is_some_and(|o| o != fewest.objective) {
        bail!(
            "{flag} goes by bounds of cycles, and proves the fewest: found --objective {}, needed \
             cycles, or --recheck K",
            choosing.goal().objective
        );
    }
    if choosing.slack.is_some_and(|slack| slack != fewest.slack) {
        bail!(
            "{flag} proves the fewest cycles: found --slack {}, needed 0, or --recheck K",
            choosing.goal().slack
        );
    }
    Ok(fewest)
}

fn winner(
    loaded: &Target,
    cost: &CostModel,
    layer: &Layer,
    dataflow: &Dataflow,
    found: &MappingResult,
) -> Result<Winner> {
    let mapping = Mapping::new(layer, &loaded.accelerator, dataflow, found.tiling)?;
    let model = estimate(&mapping);
    Ok(Winner {
        model: model.cycles,
        machine: found.machine,
        lower_bound: model.lower_bound,
        first: found.first,
        candidates: found.candidates,
        ran: found.search_result.ran.len() as u64,
        search_result: found.space.is_some().then(|| found.search_result.clone()),
        left_out: (found.space.as_ref()).map_or(Vec::new(), |space| space.left_out.clone()),
        // The machine moves the same words: only the time is its own.
        energy: Energy::of(&mapping, cost, &model.counters, found.machine),
        least_energy: Energy::least(&mapping, cost),
        mapping,
    })
}

impl Winners<'_> {
    /// A winner's layer as the network has it.
    fn original<'w>(&'w self, winner: &'w Winner) -> &'w Layer {
        let mut layers = self.loaded.layers.iter();
        let found = layers.find(|layer| layer.name() == winner.name());
        found.unwrap_or(winner.mapping.layer())
    }

    fn sum(&self, of: fn(&Winner) -> u64) -> u64 {
        self.all.iter().map(of).sum()
    }

    /// The cycles of all layers.
    fn headline(&self) -> Headline {
        Headline::cycles(self.sum(|w| w.machine), self.sum(|w| w.model))
    }

    /// What should be known of the model before its choice is trusted elsewhere: winners are the machine's.
    fn warning(&self) -> Option<String> {
        let is_auto = self.args.certify || matches!(self.args.recheck, Recheck::Auto { .. });
        let advice = match is_auto {
            true => "",
            false => {
                "; another mapping may be better there: --recheck auto goes on until no candidate \
                 that is left can win"
            }
        };
        let whole = (self.headline()).warning(|cycles| thousands(cycles as u64), advice);
        let off = |w: &&Winner| w.headline().error().abs() > TOLERANCE;
        let count = self.all.iter().filter(off).count();
        let by_error = |a: &&Winner, b: &&Winner| {
            let [a, b] = [a, b].map(|w| w.headline().error().abs());
            a.total_cmp(&b)
        };
        whole.or_else(|| {
            let worst = self.all.iter().filter(off).max_by(by_error)?;
            Some(format!(
                "the model is off by more than 3 % on {count} of {} layers, most on {} ({}){advice}",
                self.all.len(),
                worst.name(),
                signed_percent(worst.headline().error()),
            ))
        })
    }

    /// What a document says beside its figures.
    fn notes(&self) -> Vec<String> {
        self.warning().into_iter().chain(self.weak()).collect()
    }

    /// Where a proof says little, as there was hardly a choice.
    fn weak(&self) -> Vec<String> {
        if self.all.iter().any(|w| w.search_result.is_none()) {
            return Vec::new();
        }
        let few = self.all.iter().filter(|w| w.candidates < FEW);
        let warning = |w: &Winner| {
            format!(
                "layer {} has {} candidates only: that none is better says little",
                w.name(),
                w.candidates
            )
        };
        few.map(warning).collect()
    }

    /// Why fewer candidates ran than were asked for, where they did.
    fn few_checked(&self) -> Option<String> {
        let Recheck::Best(asked) = self.args.recheck else {
            return None;
        };
        let is_few = |w: &&Winner| w.ran < asked as u64;
        let few: Vec<&Winner> = self.all.iter().filter(is_few).collect();
        if few.is_empty() || self.interrupt.is_some() {
            return None;
        }
        let shown = few.iter().take(3);
        let shown: Vec<String> = shown.map(|w| format!("{} ({})", w.name(), w.ran)).collect();
        let more = match few.len() {
            0..=3 => String::new(),
            n => format!(" and {} more", n - 3),
        };
        let why = match self.args.proving.simulations {
            Some(most) if most < asked as u64 => {
                format!(": --simulations {most} allows no more of a layer")
            }
            _ => " where the mapper has no more distinct candidates".to_owned(),
        };
        Some(format!(
            "fewer than the {asked} of --recheck ran{why}: {}{more}",
            shown.join(", ")
        ))
    }
}
