//! What is wrong in a plan, each with its place.

use std::collections::HashSet;

use stationary_document::{Diagnostic, Node, Position};

use super::axis::{Axis, AxisRole};
use super::combination;
use super::constraint;
use super::file::PlanFile;
use crate::arch::{Accelerator, ArchError};
use crate::documents::SweepValue;
use crate::error::Error;
use crate::files::is_file;
use crate::load;
use crate::sim::Dataflow;
use crate::sim::mapper::{Objective, Slack};

/// Axes of a plan at most.
const MOST_AXES: usize = 64;

/// What was found so far.
pub(super) struct Checked<'n> {
    file: &'n str,
    root: Option<&'n Node>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'n> Checked<'n> {
    pub fn new(file: &'n str, root: Option<&'n Node>) -> Self {
        Self {
            file,
            root,
            diagnostics: Vec::new(),
        }
    }

    /// Where the longest part of a path stands that is in the text; names may hold points.
    fn place(&self, path: &[&str]) -> Option<Position> {
        self.root?.place_of(path.iter().copied())
    }

    fn wrong(&mut self, path: &[&str], message: impl AsRef<str>) {
        let message = format!("{}: {}", path.join("."), message.as_ref());
        let place = self.place(path);
        self.diagnostics
            .push(Diagnostic::new(self.file, place, message));
    }

    /// The axes; those that are none are told of.
    pub fn axes(&mut self, file: &PlanFile) -> Vec<Axis> {
        if file.axes.is_empty() {
            self.wrong(
                &["axes"],
                "nothing varies; needed one axis at least, such as array.rows: [8, 16]",
            );
        }
        if file.axes.len() > MOST_AXES {
            let found = format!("found {}; there are {MOST_AXES} at most", file.axes.len());
            self.wrong(&["axes"], found);
        }
        let mut axes = Vec::new();
        for (name, values) in &file.axes {
            match Axis::new(name, values) {
                Ok(axis) => axes.push(axis),
                Err(why) => self.wrong(&["axes", name], why),
            }
        }
        let fixed = [
            ("arch", file.arch.is_some()),
            ("network", file.network.is_some()),
            ("dataflow", file.dataflow.is_some()),
            ("batch", file.batch.is_some()),
        ];
        for (name, is_fixed) in fixed {
            let varies = file.axes.contains_key(name);
            if is_fixed && varies {
                self.wrong(
                    &["axes", name],
                    "it is fixed and an axis; needed one of both",
                );
            }
            if !is_fixed && !varies && matches!(name, "arch" | "network") {
                let needed = format!("missing; needed {name}: PRESET|FILE, or an axis {name}");
                self.wrong(&[name], needed);
            }
        }
        for name in file.set.keys().filter(|name| file.axes.contains_key(*name)) {
            self.wrong(&["axes", name], "it is set and an axis; needed one of both");
        }
        axes
    }

    /// Presets, files, fields and words.
    pub fn names(&mut self, file: &PlanFile, axes: &[Axis]) {
        if let Some(Err(why)) = file
            .objective
            .as_ref()
            .map(|name| name.parse::<Objective>())
        {
            self.wrong(&["objective"], why.to_string());
        }
        let slack = file.slack.as_ref().map(ToString::to_string);
        if let Some(Err(why)) = slack.map(|slack| slack.parse::<Slack>()) {
            self.wrong(&["slack"], why.to_string());
        }
        if file.objectives.is_empty() {
            self.wrong(
                &["objectives"],
                "found none; needed one at least, such as cycles",
            );
        }
        let distinct: HashSet<_> = file.objectives.iter().collect();
        if distinct.len() < file.objectives.len() {
            self.wrong(&["objectives"], "one is there twice");
        }
        if file.points.count() == Some(0) {
            self.wrong(&["points"], "found 0 points; needed one at least");
        }
        if file.batch == Some(0) {
            self.wrong(&["batch"], "found 0; needed 1 image at least");
        }
        let fixed = |given: &Option<String>| given.clone().map(SweepValue::Text);
        for (name, role, given) in [
            ("network", AxisRole::Network, fixed(&file.network)),
            ("dataflow", AxisRole::Dataflow, fixed(&file.dataflow)),
        ] {
            if let Some(Err(why)) = given.map(|value| word(role, &value)) {
                self.wrong(&[name], why);
            }
        }
        for axis in axes {
            for (at, value) in axis.values.iter().enumerate() {
                if let Err(why) = word(axis.role, value) {
                    self.wrong(&["axes", &axis.name, &at.to_string()], why);
                }
            }
        }
        self.fields(file, axes);
    }

    /// Fields of each accelerator, one override at a time.
    fn fields(&mut self, file: &PlanFile, axes: &[Axis]) {
        let varied = axes.iter().filter(|axis| axis.role == AxisRole::Arch);
        let mut archs: Vec<(Vec<String>, String)> = Vec::new();
        for axis in varied {
            for (at, value) in axis.values.iter().enumerate() {
                let path = vec!["axes".to_owned(), axis.name.clone(), at.to_string()];
                archs.push((path, value.to_string()));
            }
        }
        archs.extend(
            file.arch
                .clone()
                .map(|name| (vec!["arch".to_owned()], name)),
        );
        for (path, name) in archs {
            let base = match load::accelerator(&name, &[]) {
                Ok(base) => base.value,
                // An override may be what makes it right.
                Err(Error::Accelerator(ArchError::Invalid { .. })) => continue,
                Err(error) => {
                    let path: Vec<&str> = path.iter().map(String::as_str).collect();
                    self.wrong(&path, error.to_string());
                    continue;
                }
            };
            let yaml = base.to_yaml();
            let refused = |path: &str, value: &SweepValue| refused(&name, &yaml, path, value);
            for (path, value) in &file.set {
                if let Some(why) = refused(path, value) {
                    self.wrong(&["set", path], why);
                }
            }
            for axis in axes.iter().filter(|axis| axis.role == AxisRole::Field) {
                for (at, value) in axis.values.iter().enumerate() {
                    if let Some(why) = refused(&axis.name, value) {
                        self.wrong(&["axes", &axis.name, &at.to_string()], why);
                        // The same is wrong with the others.
                        break;
                    }
                }
            }
        }
        let mut told = HashSet::new();
        self.diagnostics.retain(|found| told.insert(found.clone()));
    }

    /// Each constraint, at the first value of each axis.
    pub fn constraints(&mut self, file: &PlanFile, axes: &[Axis]) {
        // An axis that is wrong would be missed by them too.
        if !self.diagnostics.is_empty() {
            return;
        }
        let first = vec![0; axes.len()];
        let names = combination::names(file, axes, &first);
        for (at, expression) in file.constraints.iter().enumerate() {
            if let Err(why) = constraint::holds(expression, &names) {
                self.wrong(&["where", &at.to_string()], why);
            }
        }
    }
}

/// What is wrong with `points` stands there: the reader of types knows its place no longer when no form fits.
pub(super) fn placed(diagnostic: &mut Diagnostic, root: Option<&Node>) {
    let points = root.and_then(|root| root.get("points"));
    if let Some(points) = points.filter(|_| diagnostic.message.starts_with("grid, {random")) {
        diagnostic.place = Some(points.place);
        diagnostic.message.insert_str(0, "points: ");
    }
}

/// Why a value is none of an axis that is no field.
fn word(role: AxisRole, value: &SweepValue) -> Result<(), String> {
    let text = value.to_string();
    match role {
        AxisRole::Network => load::network(&text, &[])
            .map(|_| ())
            .map_err(|error| error.to_string()),
        AxisRole::Dataflow => match Dataflow::find(&text) {
            Some(_) => Ok(()),
            None if is_file(&text) => load::own_dataflow(&text)
                .map(|_| ())
                .map_err(|error| error.to_string()),
            None => Err(format!(
                "unknown dataflow `{text}`; allowed: ws, os, rs, is, or a YAML file"
            )),
        },
        AxisRole::Batch => match value {
            SweepValue::Whole(images) if *images > 0 => Ok(()),
            _ => Err(format!("found {text}; needed a whole number from 1")),
        },
        AxisRole::Arch | AxisRole::Field => Ok(()),
    }
}

/// Why an override is none: a field that does not exist, or a value of another type. What no machine can have
/// is a point's own error.
fn refused(name: &str, yaml: &str, path: &str, value: &SweepValue) -> Option<String> {
    let text = value.to_string();
    if is_file(&text) && path == "dram.kind" {
        return load::standard(&text).err().map(|error| error.to_string());
    }
    match Accelerator::from_yaml_with(name, yaml, &[(path, &text)]) {
        Err(error @ (ArchError::UnknownField { .. } | ArchError::Override { .. })) => {
            let message = error.to_string();
            let bare = message.strip_prefix("--set ").unwrap_or(&message);
            let bare = bare.split_once(": ").map_or(bare, |(_, rest)| rest);
            Some(bare.to_owned())
        }
        _ => None,
    }
}
