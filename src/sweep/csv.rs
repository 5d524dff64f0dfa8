//! A sweep as CSV: a line a point.

use std::collections::HashSet;

use crate::documents::{Sweep, SweepNetwork, SweepPoint};
use crate::scope::Scope;

/// Writing to memory, with as many fields in each line.
const MEMORY: &str = "memory takes every line";

/// What comes behind the axes.
const FIGURES: [&str; 9] = [
    "cycles",
    "seconds",
    "energy_pj",
    "edp_js",
    "area_um2",
    "average_power_mw",
    "utilization",
    "on_front",
    "error",
];

impl Sweep {
    /// A line for each point: its number, what is fixed, the value of each axis, its figures, and how much of its
    /// network they are for.
    ///
    /// # Panics
    /// Never: memory takes every line.
    #[must_use]
    pub fn csv(&self) -> String {
        let front: HashSet<u64> = self.front.iter().copied().collect();
        let mut out = csv::Writer::from_writer(Vec::new());
        let axes = self.axes.iter().map(|axis| axis.name.as_str());
        let fixed = self.fixed.keys().map(String::as_str);
        let header = ["point"].into_iter().chain(fixed).chain(axes);
        let header = header.chain(FIGURES).chain(Scope::COLUMNS);
        out.write_record(header).expect(MEMORY);
        for point in &self.points {
            let mut fields = vec![point.point.to_string()];
            fields.extend(self.fixed.values().map(ToString::to_string));
            fields.extend(point.values.iter().map(ToString::to_string));
            match &point.figures {
                Some(f) => fields.extend([
                    f.cycles.to_string(),
                    f.seconds.to_string(),
                    f.energy_pj.to_string(),
                    f.edp_js.to_string(),
                    f.area_um2.to_string(),
                    f.average_power_mw.to_string(),
                    f.utilization.to_string(),
                ]),
                None => fields.extend(vec![String::new(); 7]),
            }
            fields.push(front.contains(&point.point).to_string());
            fields.push(point.error.clone().unwrap_or_default());
            fields.extend(self.coverage_of(point));
            out.write_record(fields).expect(MEMORY);
        }
        String::from_utf8(out.into_inner().expect(MEMORY)).expect("its fields are text")
    }

    /// How much of its network a point is for; nothing where the network has none of the layers.
    fn coverage_of(&self, point: &SweepPoint) -> [String; 3] {
        let at = self.axes.iter().position(|axis| axis.name == "network");
        let name = at.map_or_else(|| self.fixed.get("network"), |at| point.values.get(at));
        let name = name.map(ToString::to_string);
        let network = (self.networks.iter()).find(|network| Some(&network.name) == name.as_ref());
        network.map_or_else(Default::default, |SweepNetwork { coverage, .. }| {
            [
                coverage.is_upper_bound.to_string(),
                coverage.operators.of_unknown_size.to_string(),
                coverage.macs.to_string(),
            ]
        })
    }
}
