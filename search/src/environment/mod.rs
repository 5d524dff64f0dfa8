//! Searches as sequences of decisions, for agents that learn: what may be chosen next, what an agent sees, and what
//! it is paid.
//!
//! ```text
//! s_0 = ()      s_t = (a_1, ..., a_t)      a_t among the values that some whole solution has after s_{t-1}
//! bound(s)      a lower bound on the objective of every whole solution that begins with s; of a whole one its objective
//! phi(s)        min(1, optimum / bound(s)); 0 where no whole solution can begin so
//!
//! sparse        r_t = phi(s_t) at the end, else 0                  the return is optimum / objective, 1 at the optimum
//! shaped        r_t = phi(s_t) - phi(s_{t-1})                      the same less 1
//! ```
//!
//! The shaped reward is potential-based (Ng, Harada and Russell, "Policy invariance under reward transformations",
//! ICML 1999): without discounting the same policies are best under both.
//!
//! | environment | a solution |
//! |---|---|
//! | [`Assignment`] | an option of PEs and buffers for each layer, under budgets |
//! | [`Tilings`] | a tiling of one layer on a given machine |
//! | [`ChipDesign`] | a GEMM core, and a schedule of each layer on it |

mod assignment;
mod chip_design;
mod episodes;
mod tilings;

pub use assignment::Assignment;
pub use chip_design::ChipDesign;
pub use episodes::{Episodes, Reward, Steps};
pub use tilings::{Solution, Tilings};

/// A choice on the way to a whole solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The choice's name: a layer, or a field of a tiling.
    pub name: String,
    /// What each action stands for, in the order of the actions.
    pub values: Vec<String>,
}

/// A search as a sequence of decisions. Actions count from 0; `chosen` holds the actions so far, all of them allowed.
pub trait Environment: Send + Sync {
    /// The choices of a whole solution, in their order. At least one.
    fn steps(&self) -> &[Step];

    /// Numbers in an observation.
    fn features(&self) -> usize;

    /// Writes what an agent sees after some choices: [`Environment::features`] numbers, each from -1 to 1.
    fn observe(&self, chosen: &[u16], features: &mut [f32]);

    /// Writes for each action whether the environment takes it next. An action is allowed if a whole solution may begin
    /// so; where that is hard to tell, the environment's documentation says so. `allowed` may be longer than the
    /// step's values: the rest is false.
    fn allow(&self, chosen: &[u16], allowed: &mut [bool]);

    /// A lower bound on the objective of every whole solution that begins with `chosen`; of a whole one its objective.
    fn bound(&self, chosen: &[u16]) -> f64;

    /// The name of each choice so far with what was chosen.
    fn describe(&self, chosen: &[u16]) -> Vec<(String, String)> {
        named(self.steps(), chosen)
    }
}

/// The names of steps with the values of their actions.
fn named(steps: &[Step], chosen: &[u16]) -> Vec<(String, String)> {
    let named = steps.iter().zip(chosen).map(|(step, action)| {
        let value = step.values.get(usize::from(*action));
        (step.name.clone(), value.cloned().unwrap_or_default())
    });
    named.collect()
}

/// The greatest number of actions of any step.
pub fn actions(environment: &dyn Environment) -> usize {
    let steps = environment.steps().iter();
    steps.map(|step| step.values.len()).max().unwrap_or(0)
}

/// A share from 0 to 1 as a number from -1 to 1.
fn centred(share: f64) -> f32 {
    (2.0 * share - 1.0) as f32
}

/// Writes what was chosen at each step: -1 where nothing is yet, else from above -1 to 1 by the action's number.
fn observe_choices(steps: &[Step], chosen: &[u16], features: &mut [f32]) {
    for (at, (feature, step)) in features.iter_mut().zip(steps).enumerate() {
        *feature = match chosen.get(at) {
            Some(action) => centred((f64::from(*action) + 1.0) / step.values.len() as f64),
            None => -1.0,
        };
    }
}
