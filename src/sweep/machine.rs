//! A point's inputs, read, and what tells its machine from others.

use std::collections::HashMap;

use stationary_record::digest;

use super::axis::AxisRole;
use super::plan::SweepPlan;
use super::points::Place;
use crate::arch::CostModel;
use crate::control::ControlKind;
use crate::error::Error;
use crate::load;
use crate::target::{Target, overrides};
use crate::unread::{self, Flows};
use crate::workloads::Network;

/// A point that can be evaluated.
pub(super) struct Machine {
    pub target: Target,
    pub control: ControlKind,
    pub cost: CostModel,
    /// Equal for machines that give the same answers to the same layers: of all that the model, the machine and
    /// the costs read while this dataflow runs.
    pub identity: String,
}

/// The networks of a plan, each read once.
pub(super) struct Networks(HashMap<String, Network>);

impl Networks {
    pub fn of(plan: &SweepPlan) -> Result<Self, Error> {
        let varied = plan.axes().iter();
        let varied = varied.filter(|axis| axis.role == AxisRole::Network);
        let varied = varied.flat_map(|axis| axis.values.iter().map(ToString::to_string));
        let names = plan.file().network.iter().cloned().chain(varied);
        let read = names.map(|name| {
            let network = load::network(&name, &[])?.value;
            Ok((name, network))
        });
        read.collect::<Result<_, Error>>().map(Self)
    }
}

impl Machine {
    pub fn of(plan: &SweepPlan, networks: &Networks, place: &Place) -> Result<Self, Error> {
        let request = plan.request(place);
        let accelerator = load::accelerator(&request.arch, &overrides(&request.set)?)?.value;
        let network = networks.0[&request.network].clone();
        let target = request.target_of(accelerator, network)?;
        let control = target.control()?;
        let own = control.dataflow().map(|dataflow| &**dataflow);
        let own = own.map_or(&[][..], std::slice::from_ref);
        let cost = CostModel::of(&target.accelerator)?;
        let mut named = target.accelerator.clone();
        named.name.clear();
        // It prints every field of what it compares, floating-point numbers to the last bit.
        let read = unread::read(named, Flows::Own(own));
        let identity = digest(format!("{read:?} {own:?}").as_bytes());
        Ok(Self {
            target,
            control,
            cost,
            identity,
        })
    }
}
