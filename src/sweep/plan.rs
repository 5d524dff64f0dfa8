//! A plan that is checked: what it names is there, and its points are known.

use indexmap::IndexMap;
use stationary_document::{Node, from_yaml};
use stationary_record::digest;

use super::axis::{Axis, AxisRole};
use super::check;
use super::combination;
use super::file::PlanFile;
use super::points::{self, Place};
use crate::documents::{SweepShard, SweepValue, value};
use crate::error::Error;
use crate::files;
use crate::target::Request;

/// A sweep that can be carried out.
///
/// ```
/// use stationary::sweep::SweepPlan;
///
/// let text = "{arch: systolic, network: alexnet, axes: {array.rows: [8, 16], batch: [1, 2]}}";
/// let plan = SweepPlan::parse("plan.yaml", text)?;
/// assert_eq!(plan.points().len(), 4);
/// assert_eq!(plan.request(&plan.points()[1]).set, ["array.rows=8"]);
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SweepPlan {
    file: PlanFile,
    axes: Vec<Axis>,
    points: Vec<Place>,
    digest: String,
}

impl SweepPlan {
    /// Reads a plan's file.
    ///
    /// # Errors
    /// A file that cannot be read, and as [`SweepPlan::parse`].
    pub fn read(name: &str) -> Result<Self, Error> {
        let (_, text) = files::read_expanded(name)?;
        Self::parse(name, &text)
    }

    /// Reads the text of a plan, which messages call `name`, and looks up what it names.
    ///
    /// # Errors
    /// Fields with line, path, what was found and what is allowed; presets and files that are not there;
    /// constraints that have no answer; more points than are gone through.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let root = Node::parse(name, text).ok();
        let file: PlanFile = from_yaml(name, text).map_err(|mut diagnostics| {
            for diagnostic in &mut diagnostics {
                check::placed(diagnostic, root.as_ref());
            }
            let first = diagnostics.first().map(ToString::to_string);
            Error::content(text, diagnostics, first.unwrap_or_default())
        })?;
        let mut checked = check::Checked::new(name, root.as_ref());
        let axes = checked.axes(&file);
        checked.names(&file, &axes);
        checked.constraints(&file, &axes);
        let diagnostics = checked.diagnostics;
        if !diagnostics.is_empty() {
            let all: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
            return Err(Error::content(text, diagnostics, all.join("\n")));
        }
        let lengths: Vec<usize> = axes.iter().map(|axis| axis.values.len()).collect();
        let keeps = |place: &[u32]| combination::keeps(&file, &axes, place);
        let points = points::choose(&lengths, file.points, &keeps)
            .map_err(|error| Error::kind(name.as_ref(), error.to_string()))?;
        if points.is_empty() {
            let found = "no combination of the axes keeps `where`";
            return Err(Error::kind(name.as_ref(), found));
        }
        Ok(Self {
            digest: identity(&file, &axes)?,
            axes,
            points,
            file,
        })
    }

    /// The plan as it was written.
    #[must_use]
    pub fn file(&self) -> &PlanFile {
        &self.file
    }

    /// The axes of the plan.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The points, in the order of the plan: for each axis the index of its value.
    #[must_use]
    pub fn points(&self) -> &[Place] {
        &self.points
    }

    /// SHA-256 of the version, of the plan, and of every file that it names: plans with equal digests have
    /// equal answers.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The numbers (from 0) of the points of a shard, or of all points.
    pub fn numbers(&self, shard: Option<SweepShard>) -> impl Iterator<Item = u64> + use<> {
        let (first, every) = shard.map_or((0, 1), |shard| (shard.index - 1, shard.of));
        (first..self.points.len() as u64).step_by(usize::try_from(every).unwrap_or(usize::MAX))
    }

    /// The values of a point, in the order of the axes.
    #[must_use]
    pub fn values(&self, place: &[u32]) -> Vec<SweepValue> {
        let pairs = self.axes.iter().zip(place);
        pairs
            .map(|(axis, at)| axis.values[*at as usize].clone())
            .collect()
    }

    /// The question of a point, as the command line would ask it.
    #[must_use]
    pub fn request(&self, place: &[u32]) -> Request {
        combination::request(&self.file, &self.axes, place)
    }

    /// The inputs that are the same at every point, by name.
    #[must_use]
    pub fn fixed(&self) -> IndexMap<String, SweepValue> {
        let text = |name: &str, given: &Option<String>| {
            let given = given.clone()?;
            Some((name.to_owned(), SweepValue::Text(given)))
        };
        let file = &self.file;
        let layers: Vec<String> = file.layers.iter().map(ToString::to_string).collect();
        let batch = file.batch.and_then(|batch| i64::try_from(batch).ok());
        let named = [
            text("arch", &file.arch),
            text("network", &file.network),
            text("layers", &(!layers.is_empty()).then(|| layers.join(" "))),
            batch.map(|batch| ("batch".to_owned(), SweepValue::Whole(batch))),
            text("dataflow", &file.dataflow),
            text("objective", &file.objective),
            (file.slack.clone()).map(|slack| ("slack".to_owned(), slack)),
        ];
        let set = file.set.iter();
        let set = set.map(|(path, value)| (path.clone(), value.clone()));
        named.into_iter().flatten().chain(set).collect()
    }
}

fn identity(file: &PlanFile, axes: &[Axis]) -> Result<String, Error> {
    let mut text = format!("{}\n{}\n", env!("CARGO_PKG_VERSION"), value(file));
    let fixed = [&file.arch, &file.network, &file.dataflow];
    let fixed = fixed.into_iter().flatten().cloned();
    let set = file.set.iter();
    let set = set.filter(|(path, _)| is_file_field(path));
    let set = set.map(|(_, value)| value.to_string());
    let varied = axes
        .iter()
        .filter(|axis| axis.role != AxisRole::Field || is_file_field(&axis.name));
    let varied = varied.flat_map(|axis| axis.values.iter().map(ToString::to_string));
    for name in fixed.chain(set).chain(varied) {
        if files::is_file(&name) && !name.starts_with('{') {
            text.push_str(&format!("{name} {}\n", digest(&files::read_alone(&name)?)));
        }
    }
    Ok(digest(text.as_bytes()))
}

/// Whether a field's value may name a file.
fn is_file_field(path: &str) -> bool {
    path == "dram.kind"
}
