//! A point's inputs, read, and what tells its machine from others.

use indexmap::IndexMap;
use stationary_record::digest;

use super::axis::AxisRole;
use super::plan::SweepPlan;
use super::points::Place;
use crate::arch::CostModel;
use crate::control::ControlKind;
use crate::documents::SweepNetwork;
use crate::error::Error;
use crate::load;
use crate::scope::Scope;
use crate::target::{self, Target, overrides};
use crate::unread::{self, Flows};
use crate::workloads::Network;

/// A point of a sweep with its inputs read, ready to be evaluated.
pub(super) struct Machine {
    pub target: Target,
    pub control: ControlKind,
    pub cost: CostModel,
    /// SHA-256 of all that the model, the machine and the costs read while this dataflow runs: equal for
    /// machines that give the same answers to the same layers.
    pub identity: String,
}

/// The networks of a plan in its order, each read once.
pub(super) struct Networks(IndexMap<String, Network>);

impl Networks {
    /// Reads each network that a plan names.
    ///
    /// # Errors
    /// A network that cannot be read.
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

    /// How much of each network the figures are for. A network that has none of the plan's layers is left
    /// out: its points say so.
    pub fn covered(&self, plan: &SweepPlan) -> Vec<SweepNetwork> {
        let file = plan.file();
        let picks: Vec<String> = file.layers.iter().map(ToString::to_string).collect();
        let picks: Vec<&str> = picks.iter().map(String::as_str).collect();
        let covered = self.0.iter().filter_map(|(name, network)| {
            let layers = match picks.is_empty() {
                true => network.layers().to_vec(),
                false => target::picked(network, &picks).ok()?,
            };
            let scope = Scope::new(network, &layers, !picks.is_empty(), file.partial);
            Some(SweepNetwork {
                name: name.clone(),
                coverage: scope.document(),
                shortfall: scope.shortfall(),
            })
        });
        covered.collect()
    }
}

impl Machine {
    /// Reads the accelerator of a point, and picks the layers of its network.
    ///
    /// # Errors
    /// An accelerator that cannot be read or priced, layers that the network does not have, a dataflow that
    /// the accelerator does not offer.
    pub fn of(plan: &SweepPlan, networks: &Networks, place: &Place) -> Result<Self, Error> {
        let request = plan.request(place);
        let accelerator = load::accelerator(&request.arch, &overrides(&request.set)?)?.value;
        let network = networks.0[&request.network].clone();
        let target = request.target_of(accelerator, network)?;
        let control = target.control()?;
        let own = control.dataflow().map(|dataflow| &**dataflow);
        let own = own.map_or(&[][..], std::slice::from_ref);
        let cost = CostModel::of(target.accelerator())?;
        let mut named = target.accelerator().clone();
        named.name.clear();
        // It prints every field of what it compares, floating-point numbers to the last bit.
        // Where it cannot be told what is read, all is.
        let read = unread::read(named.clone(), Flows::Own(own)).ok_or(named);
        let identity = digest(format!("{read:?} {own:?}").as_bytes());
        Ok(Self {
            target,
            control,
            cost,
            identity,
        })
    }
}
