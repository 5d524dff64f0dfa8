//! The best mapping of each layer on fixed hardware, by the cycle-level machine.
//!
//! ```text
//! the model's best few of the mapper's candidates run on the machine, or all that could win by their bounds;
//! the winner is chosen among what ran, by the machine's figures
//! ```

mod document;

use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use crate::arch::CostModel;
use crate::assign::Recheck;
use crate::candidates::{MappingQuery, MappingResult, SearchEffort, distinct};
use crate::error::Error;
use crate::format::{signed_percent, thousands};
use crate::headline::{Headline, TOLERANCE};
use crate::hooks::Hooks;
use crate::journal::MachineRuns;
use crate::mappings::MappingFile;
use crate::proof::map::MappingCertificate;
use crate::search::best_first::SearchResult;
use crate::sim::mapper::{Goal, LeftOut, Objective, Slack};
use crate::sim::{Dataflow, Energy, Mapping, estimate};
use crate::target::Target;
use crate::time_limit::{Shares, TimeLimit};
use crate::workloads::Layer;

/// Candidates below which a proof says little.
const FEW: u64 = 10;

/// A question for the best mapping of each layer of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappingQuestion {
    /// How many of the model's best mappings run on the machine.
    pub recheck: Recheck,
    /// Whether to prove that no candidate of the mapper is better.
    pub certify: bool,
    /// The number of runs of the machine allowed for a layer; None for no limit.
    pub simulations: Option<u64>,
    /// The distance from the lower bound on all mappings, as a share of it, within which a mapping is good
    /// enough to stop a layer's search. None: all candidates that could win are run.
    pub gap: Option<Slack>,
    /// The time that all layers together may take; then each has the best that was found by then, and the gap
    /// that is left. None for no limit.
    pub time: Option<TimeLimit>,
    /// The objective that is minimised; cycles if left out.
    pub objective: Option<Objective>,
    /// The share of its least within which the objective may be, so that a second quantity decides. A proof
    /// has none.
    pub slack: Option<Slack>,
    /// The seed that documents name; nothing is drawn at random.
    pub seed: u64,
}

impl Default for MappingQuestion {
    /// The model's best five on the machine, and nothing proved.
    fn default() -> Self {
        Self {
            recheck: Recheck::Best(5),
            certify: false,
            simulations: None,
            gap: None,
            time: None,
            objective: None,
            slack: None,
            seed: 0,
        }
    }
}

/// The best mapping of a layer, as it ran on the machine.
#[derive(Clone, Debug)]
pub struct Winner {
    /// The mapping.
    pub mapping: Mapping,
    /// Its cycles by the model.
    pub model: u64,
    /// Its cycles on the machine.
    pub machine: u64,
    /// Cycles that it cannot go below.
    pub lower_bound: u64,
    /// Cycles on the machine of the mapping that the model ranks first.
    pub first: u64,
    /// The number of candidates of the layer.
    pub candidates: u64,
    /// The number of candidates that ran on the machine.
    pub ran: u64,
    /// The candidates that ran and the bound over all of them; None if bounds were not compared.
    pub search_result: Option<SearchResult>,
    /// The choices of a mapping of which the candidates have some only.
    pub left_out: Vec<LeftOut>,
    /// Cycles that no mapping of the layer goes below, candidate or not
    /// ([`space_bound`](crate::sim::space_bound) says which mappings these are). None if bounds were not
    /// compared.
    pub of_any_mapping: Option<u64>,
    /// Whether its time was over before all that could win had run.
    pub is_late: bool,
    /// Energy by component over the machine's cycles, in picojoules.
    pub energy: Energy,
    /// Energy that no mapping of the layer goes below, in picojoules.
    pub least_energy: Energy,
}

impl Winner {
    /// The cycles on the machine, with the model's beside them.
    #[must_use]
    pub fn headline(&self) -> Headline {
        Headline::cycles(self.machine, self.model)
    }

    /// The layer's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.mapping.layer().name()
    }

    /// By how much the cycles may be above those of the best mapping of all, as a share of the lower bound;
    /// None if bounds were not compared.
    #[must_use]
    pub fn above_any_mapping(&self) -> Option<f64> {
        let least = self.of_any_mapping?;
        Some(self.machine as f64 / least as f64 - 1.0)
    }
}

/// The result of a search for the best mapping of each layer.
#[derive(Clone, Debug)]
pub struct MapResult {
    /// The target that was searched for.
    pub target: Target,
    /// The question that was asked.
    pub question: MappingQuestion,
    /// The dataflow of all mappings.
    pub dataflow: Arc<Dataflow>,
    /// The objective, with the slack within which a second quantity decides.
    pub goal: Goal,
    /// The best mapping of each layer, in the network's order.
    pub winners: Vec<Winner>,
    /// The names of the layers that were not reached before the search was cancelled.
    pub not_reached: Vec<String>,
    /// Whether it was cancelled before its end.
    pub is_cut: bool,
    /// The command that resumes the search; None unless it was cancelled and its runs were kept.
    pub go_on: Option<String>,
    /// What was found of each kind of layer, if all were reached.
    found: Option<Vec<MappingResult>>,
}

impl Target {
    /// Searches for the best mapping of each layer; None if it was cancelled before one was found.
    ///
    /// ```
    /// use stationary::Request;
    /// use stationary::hooks::Hooks;
    /// use stationary::map::MappingQuestion;
    ///
    /// let target = Request::new("shidiannao", "alexnet").target()?.pick(&["conv5"])?;
    /// let found = target.search_map(&MappingQuestion::default(), &Hooks::default())?;
    /// let winner = &found.expect("nobody cancels it").winners[0];
    /// assert!(winner.machine >= winner.lower_bound && winner.machine <= winner.first);
    /// # Ok::<(), stationary::Error>(())
    /// ```
    ///
    /// # Errors
    /// A layer without a mapping, a goal that cannot be proved, a file that cannot be written.
    pub fn search_map(
        &self,
        question: &MappingQuestion,
        hooks: &Hooks<'_>,
    ) -> Result<Option<MapResult>, Error> {
        let goal = goal(question)?;
        let dataflow = self.dataflow()?;
        let cost = CostModel::of(self.accelerator())?;
        let (firsts, kinds) = distinct(self.layers());
        let runs = MachineRuns::open(&hooks.files, self)?;
        let (best, beyond) = match question.recheck {
            Recheck::Best(k) => (k, 0),
            Recheck::Auto { most } => (1, most),
        };
        let effort = SearchEffort {
            best,
            beyond,
            certify: question.certify,
            simulations: question.simulations.unwrap_or(u64::MAX),
            gap: question.gap,
            goal,
        };
        (hooks.has_result)();
        let threads = rayon::current_num_threads();
        let shares = (question.time).map(|limit| Shares::new(limit, firsts.len(), threads));
        let found: Vec<Result<Option<MappingResult>, Error>> = firsts
            .par_iter()
            .map(|first| {
                if hooks.cancellation.is_cancelled() {
                    return Ok(None);
                }
                let query = MappingQuery {
                    target: self,
                    layer: &self.layers()[*first],
                    dataflow: &dataflow,
                };
                let cancellation = match &shares {
                    Some(shares) => {
                        let end = shares.next();
                        hooks.cancellation.until(move || Instant::now() >= end)
                    }
                    None => hooks.cancellation.clone(),
                };
                let best = query.search(
                    effort,
                    &|mapping, most| runs.within(mapping, most),
                    &cancellation,
                );
                hooks.progress.done();
                let best = best?;
                let is_asked = hooks.cancellation.is_cancelled();
                Ok(Some(MappingResult {
                    is_cut: best.is_cut && is_asked,
                    is_late: best.is_cut && !is_asked,
                    ..best
                }))
            })
            .collect();
        let found = found.into_iter().collect::<Result<Vec<_>, Error>>()?;
        runs.close()?;
        let of_layer = self.layers().iter().zip(&kinds);
        let winners: Vec<Winner> = of_layer
            .clone()
            .filter_map(|(layer, &kind)| Some((layer, found[kind].as_ref()?)))
            .map(|(layer, found)| winner(self, &cost, layer, &dataflow, found))
            .collect::<Result<_, Error>>()?;
        if winners.is_empty() && hooks.cancellation.is_cancelled() {
            return Ok(None);
        }
        let is_left = |(_, at): &(&Layer, &usize)| found[**at].is_none();
        let left = of_layer.filter(is_left).map(|(l, _)| l.name().to_owned());
        let not_reached: Vec<String> = left.collect();
        let is_cut = !not_reached.is_empty() || found.iter().flatten().any(|found| found.is_cut);
        Ok(Some(MapResult {
            target: self.clone(),
            question: *question,
            dataflow,
            goal,
            winners,
            not_reached,
            is_cut,
            go_on: None,
            found: found.into_iter().collect(),
        }))
    }
}

/// What is made small. Bounds are of cycles, and so is what is proved from them: the fewest, without
/// slack.
fn goal(question: &MappingQuestion) -> Result<Goal, Error> {
    let MappingQuestion {
        objective, slack, ..
    } = *question;
    let chosen = Goal::of(objective.unwrap_or_default());
    let chosen = Goal {
        slack: slack.unwrap_or(chosen.slack),
        ..chosen
    };
    let asked = match (question.certify, question.recheck) {
        (true, _) => "certify",
        (false, Recheck::Auto { .. }) => "recheck auto",
        (false, Recheck::Best(_)) => {
            let needed =
                "it needs bounds, which are compared with certify or recheck auto; found neither";
            if let Some(gap) = question.gap {
                return Err(Error::option("gap", &gap.to_string(), needed));
            }
            if let Some(time) = question.time {
                let needed = "it ends what goes on until no candidate can win: certify or recheck auto; found neither";
                return Err(Error::option("time", &time.to_string(), needed));
            }
            return Ok(chosen);
        }
    };
    let fewest = Goal {
        objective: Objective::Cycles,
        slack: Slack::NONE,
    };
    let needed = |least: &str| {
        format!(
            "{asked} goes by bounds of cycles, and proves the fewest; needed {least}, or a number to recheck"
        )
    };
    if objective.is_some_and(|objective| objective != fewest.objective) {
        let found = chosen.objective.to_string();
        return Err(Error::option("objective", &found, needed("cycles")));
    }
    if slack.is_some_and(|slack| slack != fewest.slack) {
        return Err(Error::option(
            "slack",
            &chosen.slack.to_string(),
            needed("0"),
        ));
    }
    Ok(fewest)
}

fn winner(
    target: &Target,
    cost: &CostModel,
    layer: &Layer,
    dataflow: &Dataflow,
    found: &MappingResult,
) -> Result<Winner, Error> {
    let question = MappingQuery {
        target,
        layer,
        dataflow,
    };
    let mapping = question.mapping(found.tiling)?;
    let model = estimate(&mapping);
    Ok(Winner {
        model: model.cycles,
        machine: found.machine,
        lower_bound: model.lower_bound,
        first: found.first,
        candidates: found.candidates,
        ran: found.search_result.runs(),
        search_result: found.space.is_some().then(|| found.search_result.clone()),
        left_out: (found.space.as_ref()).map_or(Vec::new(), |space| space.left_out.clone()),
        of_any_mapping: found.of_any_mapping,
        is_late: found.is_late,
        // The machine moves the same words: only the time is its own.
        energy: Energy::of(&mapping, cost, &model.counters, found.machine),
        least_energy: Energy::least(&mapping, cost),
        mapping,
    })
}

impl MapResult {
    /// The layer of a winner, as the network has it.
    #[must_use]
    pub fn original<'w>(&'w self, winner: &'w Winner) -> &'w Layer {
        let mut layers = self.target.layers().iter();
        let found = layers.find(|layer| layer.name() == winner.name());
        found.unwrap_or(winner.mapping.layer())
    }

    /// The sum of a figure over all winners.
    #[must_use]
    pub fn sum(&self, of: fn(&Winner) -> u64) -> u64 {
        self.winners.iter().map(of).sum()
    }

    /// The cycles of all layers.
    #[must_use]
    pub fn headline(&self) -> Headline {
        Headline::cycles(self.sum(|w| w.machine), self.sum(|w| w.model))
    }

    /// What should be known of the model before its choice is trusted elsewhere: winners are the machine's.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let is_auto =
            self.question.certify || matches!(self.question.recheck, Recheck::Auto { .. });
        let advice = match is_auto {
            true => "",
            false => {
                "; another mapping may be better there: --recheck auto goes on until no candidate \
                 that is left can win"
            }
        };
        let whole = (self.headline()).warning(|cycles| thousands(cycles as u64), advice);
        let off = |w: &&Winner| w.headline().error().abs() > TOLERANCE;
        let count = self.winners.iter().filter(off).count();
        let by_error = |a: &&Winner, b: &&Winner| {
            let [a, b] = [a, b].map(|w| w.headline().error().abs());
            a.total_cmp(&b)
        };
        whole.or_else(|| {
            let worst = self.winners.iter().filter(off).max_by(by_error)?;
            Some(format!(
                "the model is off by more than 3 % on {count} of {} layers, most on {} ({}){advice}",
                self.winners.len(),
                worst.name(),
                signed_percent(worst.headline().error()),
            ))
        })
    }

    /// What a document says beside its figures.
    fn notes(&self) -> Vec<String> {
        let all = self.warning().into_iter().chain(self.late());
        all.chain(self.weak()).collect()
    }

    /// A sentence on the layers whose time was over before their search ended; None if there are none.
    #[must_use]
    pub fn late(&self) -> Option<String> {
        let limit = self.question.time?;
        let late: Vec<&str> = (self.winners.iter().filter(|w| w.is_late))
            .map(Winner::name)
            .collect();
        let (first, others) = late.split_first()?;
        let more = match others.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Some(format!(
            "--time {limit} was over before all that could win had run, on {first}{more}: there stands the best that \
             was found by then"
        ))
    }

    /// Sentences on layers whose proof says little, as there was hardly a choice.
    #[must_use]
    pub fn weak(&self) -> Vec<String> {
        if self.winners.iter().any(|w| w.search_result.is_none()) {
            return Vec::new();
        }
        let few = self.winners.iter().filter(|w| w.candidates < FEW);
        let warning = |w: &Winner| {
            format!(
                "layer {} has {} candidates only: that none is better says little",
                w.name(),
                w.candidates
            )
        };
        few.map(warning).collect()
    }

    /// The winning mappings as a file of mappings.
    #[must_use]
    pub fn mappings(&self) -> MappingFile {
        MappingFile::of(self.winners.iter().map(|w| &w.mapping))
    }

    /// The certificate of a proof; None if none was asked for, or not every layer was reached.
    ///
    /// # Errors
    /// A search that does not prove what it says: a fault of this crate.
    pub fn certificate(&self) -> Result<Option<MappingCertificate>, Error> {
        match (&self.found, self.question.certify) {
            (Some(found), true) => {
                MappingCertificate::of(&self.target, &self.dataflow, found).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The names of the choices that candidates of some layer leave out, each once.
    #[must_use]
    pub fn choices(&self) -> Vec<&'static str> {
        choices(&self.winners)
    }

    /// A sentence on why fewer candidates ran than were asked for; None if all did.
    #[must_use]
    pub fn few_checked(&self) -> Option<String> {
        let Recheck::Best(asked) = self.question.recheck else {
            return None;
        };
        let is_few = |w: &&Winner| w.ran < asked as u64 && !w.is_late;
        let few: Vec<&Winner> = self.winners.iter().filter(is_few).collect();
        if few.is_empty() || self.is_cut {
            return None;
        }
        let shown = few.iter().take(3);
        let shown: Vec<String> = shown.map(|w| format!("{} ({})", w.name(), w.ran)).collect();
        let more = match few.len() {
            0..=3 => String::new(),
            n => format!(" and {} more", n - 3),
        };
        let why = match self.question.simulations {
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

/// The names of the choices that candidates of some layer leave out, each once.
fn choices(winners: &[Winner]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for left in winners.iter().flat_map(|w| &w.left_out) {
        if !names.contains(&left.choice) {
            names.push(left.choice);
        }
    }
    names
}
