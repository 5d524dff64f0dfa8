//! Searches as environments for agents that learn. Arrays go to and fro as bytes, in the machine's byte order, so that
//! numpy takes them as they are and this crate needs none of it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use stationary::Error;
use stationary::assign::AssignmentQuestion;
use stationary::codesign::CodesignQuestion;
use stationary::environments::{self, Proved};
use stationary::hooks::Hooks;
use stationary::search::environment::{self, Reward, Steps};

use crate::error::refused;
use crate::inputs::Target;
use crate::verbs::{asked, hooks};
use crate::work::{self, Waiting, Watch};

/// A search as a sequence of decisions, with its proved optimum.
#[pyclass(frozen, module = "stationary")]
pub struct Problem(Arc<Proved>);

#[pymethods]
impl Problem {
    /// PEs and buffer of each layer under budgets.
    #[staticmethod]
    fn assignment(py: Python<'_>, question: &str, waiting: Waiting) -> PyResult<Self> {
        let question = asked::<AssignmentQuestion>(py, question)?;
        proved(py, waiting, move |hooks, watch| {
            question.check()?;
            let read = question.costs.read()?;
            watch.expect(read.to_price());
            let costs = read.priced(watch)?;
            watch.check()?;
            environments::assignment(&question, &costs, hooks)
        })
    }

    /// The tilings of a layer.
    #[staticmethod]
    fn tilings(py: Python<'_>, target: &Target, of: String, waiting: Waiting) -> PyResult<Self> {
        let target = Arc::clone(&target.target);
        proved(py, waiting, move |hooks, watch| {
            watch.expect(1);
            environments::tilings(&target, of.parse()?, hooks)
        })
    }

    /// A core, and a schedule of each layer on it.
    #[staticmethod]
    fn chip(py: Python<'_>, question: &str, waiting: Waiting) -> PyResult<Self> {
        let question = asked::<CodesignQuestion>(py, question)?;
        proved(py, waiting, move |hooks, _| {
            question.check()?;
            environments::chip(&question, &question.read()?, hooks)
        })
    }

    /// The least objective of any whole solution.
    #[getter]
    fn optimum(&self) -> f64 {
        self.0.optimum
    }

    /// The certificate, the document of the exact search, or of what was enumerated, as JSON.
    #[getter]
    fn proof(&self) -> &str {
        &self.0.proof
    }

    /// SHA-256 of `proof`, in hexadecimal.
    #[getter]
    fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The name of each choice, with what each of its actions stands for.
    #[getter]
    fn steps(&self) -> Vec<(String, Vec<String>)> {
        let steps = self.0.environment.steps().iter();
        steps
            .map(|step| (step.name.clone(), step.values.clone()))
            .collect()
    }

    /// The greatest number of actions of a step.
    #[getter]
    fn actions(&self) -> usize {
        environment::actions(&*self.0.environment)
    }

    /// Numbers in an observation.
    #[getter]
    fn features(&self) -> usize {
        self.0.environment.features()
    }

    /// So many episodes side by side, each at its beginning.
    fn episodes(&self, py: Python<'_>, reward: &str, count: usize) -> PyResult<Episodes> {
        let reward = reward.parse::<Reward>();
        let reward = reward.map_err(|error| refused(py, &error.to_string()))?;
        let environment = Arc::clone(&self.0.environment);
        let episodes = environment::Episodes::new(environment, self.0.optimum, reward, count);
        Ok(Episodes {
            episodes,
            proved: Arc::clone(&self.0),
        })
    }

    /// It never changes, so that a copy is itself.
    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// The same.
    fn __deepcopy__(this: Py<Self>, _memo: Bound<'_, PyAny>) -> Py<Self> {
        this
    }

    fn __repr__(&self) -> String {
        let Proved {
            environment,
            optimum,
            ..
        } = &*self.0;
        let steps = environment.steps().len();
        format!("<Problem of {steps} choices, optimum {optimum}>")
    }
}

/// Episodes of one environment, each at its own step.
#[pyclass(module = "stationary")]
pub struct Episodes {
    episodes: environment::Episodes,
    proved: Arc<Proved>,
}

#[pymethods]
impl Episodes {
    /// Begins all episodes again, or those that a byte each says so of.
    #[pyo3(signature = (which=None))]
    fn reset(&mut self, py: Python<'_>, which: Option<&[u8]>) -> PyResult<()> {
        match which {
            None => self.episodes.reset(|_| true),
            Some(which) if which.len() == self.episodes.len() => {
                self.episodes.reset(|at| which[at] != 0);
            }
            Some(_) => return Err(refused(py, "a byte for each episode")),
        }
        Ok(())
    }

    /// Takes an action (16 bits, unsigned) in each episode: rewards (64-bit floating point), whether each is over (a
    /// byte), and objectives (64-bit floating point; NaN where no solution is whole).
    fn step<'py>(&mut self, py: Python<'py>, actions: &[u8]) -> PyResult<Stepped<'py>> {
        let actions: Vec<u16> = actions
            .as_chunks::<2>()
            .0
            .iter()
            .map(|two| u16::from_ne_bytes(*two))
            .collect();
        if actions.len() != self.episodes.len() {
            return Err(refused(py, "an action for each episode"));
        }
        // A run of the machine may be long; of one that is known nothing is gained by letting others work.
        let episodes = &mut self.episodes;
        let Steps {
            rewards,
            ends,
            objectives,
        } = py.detach(move || episodes.step(&actions));
        let floats = |numbers: &[f64]| {
            let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_ne_bytes()).collect();
            PyBytes::new(py, &bytes)
        };
        let ends: Vec<u8> = ends.into_iter().map(u8::from).collect();
        Ok((
            floats(&rewards),
            PyBytes::new(py, &ends),
            floats(&objectives),
        ))
    }

    /// What is seen, episode by episode (32-bit floating point).
    fn observations<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let seen = self.episodes.observations();
        let bytes: Vec<u8> = seen.iter().flat_map(|n| n.to_ne_bytes()).collect();
        PyBytes::new(py, &bytes)
    }

    /// Which actions are allowed next, episode by episode (a byte each).
    fn masks<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let bytes: Vec<u8> = self.episodes.masks().into_iter().map(u8::from).collect();
        PyBytes::new(py, &bytes)
    }

    /// The name of each choice of an episode so far, with what was chosen.
    fn solution(&self, py: Python<'_>, episode: usize) -> PyResult<Vec<(String, String)>> {
        if episode >= self.episodes.len() {
            return Err(refused(py, "there is no such episode"));
        }
        let chosen = self.episodes.chosen(episode);
        Ok(self.proved.environment.describe(chosen))
    }
}

/// Rewards, ends, objectives.
type Stepped<'py> = (
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
);

fn proved(
    py: Python<'_>,
    waiting: Waiting,
    work: impl FnOnce(&Hooks<'_>, &Watch) -> Result<Option<Proved>, Error> + Send + 'static,
) -> PyResult<Problem> {
    let proved = work::run(py, waiting, None, move |watch| {
        let nothing = || {};
        let proved = work(&hooks(watch, &nothing, None, None), watch)?;
        proved.ok_or(Error::Cancelled)
    })?;
    Ok(Problem(Arc::new(proved)))
}
