//! The lower convex hull of a layer's options in the plane of weight and cost.

/// An option as a point of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Corner {
    pub(crate) weight: f64,
    pub(crate) cost: f64,
    pub(crate) option: u16,
}

/// Keeps the corners of the lower left hull: from the lightest option (the
/// cheapest of them) to the cheapest (the lightest of them), by rising weight,
/// falling cost and falling efficiency. Ties go to the lower option.
pub(crate) fn reduce(corners: &mut Vec<Corner>) {
    corners.sort_unstable_by(|a, b| {
        (a.weight.total_cmp(&b.weight))
            .then(a.cost.total_cmp(&b.cost))
            .then(a.option.cmp(&b.option))
    });
    let mut kept = 0;
    for at in 0..corners.len() {
        let next = corners[at];
        if kept > 0 && next.cost >= corners[kept - 1].cost {
            continue;
        }
        while kept >= 2 {
            let (a, b) = (corners[kept - 2], corners[kept - 1]);
            if efficiency(&a, &b) > efficiency(&b, &next) {
                break;
            }
            kept -= 1;
        }
        corners[kept] = next;
        kept += 1;
    }
    corners.truncate(kept);
}

/// What a unit of weight saves between two neighbours of a hull.
pub(crate) fn efficiency(light: &Corner, heavy: &Corner) -> f64 {
    (light.cost - heavy.cost) / (heavy.weight - light.weight)
}

/// A step from one corner of a layer's hull to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HullStep {
    pub(crate) layer: usize,
    pub(crate) efficiency: f64,
    pub(crate) light: Corner,
    pub(crate) heavy: Corner,
}

impl HullStep {
    pub(crate) fn weight(&self) -> f64 {
        self.heavy.weight - self.light.weight
    }
}

/// All steps of all hulls, the most efficient first, which within a layer is
/// also the order of the hull.
pub(crate) fn steps(hulls: &[Vec<Corner>]) -> Vec<HullStep> {
    let mut steps = Vec::new();
    for (layer, hull) in hulls.iter().enumerate() {
        for pair in hull.windows(2) {
            let (light, heavy) = (pair[0], pair[1]);
            let efficiency = efficiency(&light, &heavy);
            steps.push(HullStep {
                layer,
                efficiency,
                light,
                heavy,
            });
        }
    }
    steps.sort_by(|a, b| b.efficiency.total_cmp(&a.efficiency));
    steps
}
