//! What transfers go over: a simple bus, or the port to a DRAM standard.

use stationary_arch::DramKind;

use crate::bus::{Bus, Crossing};
use crate::dram::clocked::ClockedMemory;
use crate::dram_width::Width;
use crate::machine::ports::Stream;
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::machine::transfer::Transfer;
use crate::mapping::Mapping;
use crate::mapping::bank_allocation::BankAllocation;
use crate::timing::layout::{Bursts, Layout};

/// A transfer that the bus has not finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Job {
    pub(crate) transfer: Transfer,
    /// Bus cycles left, of how many.
    pub(crate) left: u64,
    pub(crate) total: u64,
    width: Width,
    /// Where its tile lies in the buffer, and which tile of its direction it is.
    pub(crate) place: Option<BankAllocation>,
    pub(crate) tile: u64,
    /// The bursts that a device is still to be asked for; `left` counts them.
    pub(crate) bursts: Option<Bursts>,
}

impl Job {
    /// A transfer of the operand's tile number `tile` to or from its place in the buffer.
    pub(crate) fn new(
        link: &mut Link,
        m: &Mapping,
        transfer: Transfer,
        width: Width,
        (place, tile): (Option<BankAllocation>, u64),
    ) -> Self {
        let mut job = Self {
            transfer,
            left: 0,
            total: 0,
            width,
            place,
            tile,
            bursts: None,
        };
        match link {
            Link::Bus(bus) => {
                job.total = bus.cycles(transfer.words, width);
                if bus.is_ideal() {
                    job.place = None;
                }
            }
            Link::Device(device, layout) if transfer.words > 0 => {
                let bursts = layout.bursts(m, transfer.operand, &transfer.tile, width);
                job.total = bursts.count();
                job.transfer.number = device.open();
                job.bursts = Some(bursts);
            }
            Link::Device(..) => {}
        }
        job.left = job.total;
        job
    }

    /// Shows the state to a visitor; `tiles` counts those of the operand, and `stream` goes through
    /// them. Over a bus only.
    pub(crate) fn visit(
        &mut self,
        v: &mut impl Visitor,
        bus: Option<&Bus>,
        (tiles, stream): (u64, &Stream),
        now: u64,
    ) {
        let gone = self.words_gone(bus, self.left);
        let Self {
            transfer,
            left,
            total,
            width,
            place,
            tile,
            // A device repeats itself too rarely.
            bursts: _,
        } = self;
        v.progress(left);
        v.same(*total);
        // Rows begin at the same cycles if words do, and results follow stores word by word.
        let phase = bus.map_or(0, |bus| bus.phase(*total - *left, *width));
        v.same(phase as u64);
        v.same((phase >> 64) as u64);
        if let Some(place) = place {
            v.same(stream.distance_of(place.rows(gone)));
        }
        v.field(FieldKind::CountOrSame, tile, tiles);
        transfer.visit(v, now);
    }

    /// How it crosses a bus from here on, if that can be told in few bits.
    pub(crate) fn crossing(&self, bus: &Bus) -> Option<Crossing> {
        bus.crossing(self.total - self.left, self.transfer.words, self.width)
    }

    /// Words that have gone by when so much is left.
    pub(crate) fn words_gone(&self, bus: Option<&Bus>, left: u64) -> u64 {
        let words = self.transfer.words;
        match bus {
            Some(bus) => bus.words_after(self.total - left, words, self.width),
            None => words * (self.total - left) / self.total.max(1),
        }
    }
}

/// What is at the other end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) enum Link {
    Bus(Bus),
    Device(Box<ClockedMemory>, Layout),
}

impl Link {
    pub(crate) fn new(m: &Mapping) -> Self {
        let accelerator = &m.accelerator;
        match &accelerator.dram.kind {
            DramKind::Standard(standard) => Self::Device(
                Box::new(ClockedMemory::new(standard, accelerator.clock)),
                Layout::new(m, standard.organization().burst_bytes()),
            ),
            _ => Self::Bus(Bus::new(accelerator)),
        }
    }

    /// Gives a link that was read from a checkpoint what the accelerator says.
    pub(crate) fn attach(&mut self, m: &Mapping) {
        if let (Self::Device(device, _), DramKind::Standard(standard)) =
            (self, &m.accelerator.dram.kind)
        {
            device.attach(standard);
        }
    }

    /// The bus, if it is one.
    pub(crate) fn bus(&self) -> Option<&Bus> {
        match self {
            Self::Bus(bus) => Some(bus),
            Self::Device(..) => None,
        }
    }
}
