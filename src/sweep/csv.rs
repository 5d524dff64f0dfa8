//! A sweep as CSV: a line a point.

use std::collections::HashSet;

use crate::documents::Sweep;

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
    /// A line for each point: its number, the value of each axis, its figures.
    ///
    /// # Panics
    /// Never: memory takes every line.
    #[must_use]
    pub fn csv(&self) -> String {
        let front: HashSet<u64> = self.front.iter().copied().collect();
        let mut out = csv::Writer::from_writer(Vec::new());
        let axes = self.axes.iter().map(|axis| axis.name.as_str());
        let header = ["point"].into_iter().chain(axes).chain(FIGURES);
        out.write_record(header).expect(MEMORY);
        for point in &self.points {
            let mut fields = vec![point.point.to_string()];
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
            out.write_record(fields).expect(MEMORY);
        }
        String::from_utf8(out.into_inner().expect(MEMORY)).expect("its fields are text")
    }
}
