//! The hardware that a search may choose from: shapes of the GEMM core.

use std::sync::Arc;

use stationary_arch::{Accelerator, ArchError, CostModel};

/// The shape of a GEMM core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GemmShape {
    /// Images (BATCH).
    pub batch: u32,
    /// Input channels (BLOCK_IN).
    pub block_in: u32,
    /// Output channels (BLOCK_OUT).
    pub block_out: u32,
}

/// A choice of hardware: every combination of the values of three knobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    knobs: [Vec<u32>; 3],
    machines: Vec<(Arc<Accelerator>, f64)>,
    limit: Option<f64>,
    macs: Option<u64>,
}

/// A copy, for a task that owns its hardware.
impl From<&Hardware> for Arc<Hardware> {
    fn from(hardware: &Hardware) -> Self {
        Self::new(hardware.clone())
    }
}

impl Hardware {
    /// The machine alone as it is.
    ///
    /// # Errors
    /// [`ArchError::NoCost`].
    pub fn fixed(base: &Accelerator) -> Result<Self, ArchError> {
        let array = &base.array;
        Self::of(
            base,
            [vec![array.rows], vec![array.lanes], vec![array.cols]],
        )
    }

    /// 64 shapes: 1 to 8 images, and 8 to 64 channels each way, in powers of two.
    ///
    /// # Errors
    /// [`ArchError::NoCost`].
    pub fn all(base: &Accelerator) -> Result<Self, ArchError> {
        let channels = || vec![8, 16, 32, 64];
        Self::of(base, [vec![1, 2, 4, 8], channels(), channels()])
    }

    /// All combinations of the values of BATCH, BLOCK_IN and BLOCK_OUT on a machine whose other
    /// fields stay; its networks are as wide as the blocks.
    ///
    /// # Errors
    /// [`ArchError::NoCost`], and [`ArchError::Invalid`] for a shape that no machine has.
    pub fn of(base: &Accelerator, knobs: [Vec<u32>; 3]) -> Result<Self, ArchError> {
        let mut machines = Vec::new();
        for &batch in &knobs[0] {
            for &block_in in &knobs[1] {
                for &block_out in &knobs[2] {
                    let shape = GemmShape {
                        batch,
                        block_in,
                        block_out,
                    };
                    let machine = shaped(base, shape);
                    machine.check()?;
                    let area = CostModel::of(&machine)?.area().total.0;
                    machines.push((Arc::new(machine), area));
                }
            }
        }
        Ok(Self {
            knobs,
            machines,
            limit: None,
            macs: None,
        })
    }

    /// The same under a limit of area in square microns: larger machines keep their numbers, and
    /// nothing runs on them.
    #[must_use]
    pub fn within(self, area: f64) -> Self {
        Self {
            limit: Some(area),
            ..self
        }
    }

    /// The same for machines of at most so many MACs a cycle.
    #[must_use]
    pub fn of_macs(self, macs: u64) -> Self {
        Self {
            macs: Some(macs),
            ..self
        }
    }

    /// MACs a cycle of a machine.
    #[must_use]
    pub fn macs(&self, number: usize) -> u64 {
        let shape = self.shape(number);
        [shape.batch, shape.block_in, shape.block_out]
            .map(u64::from)
            .iter()
            .product()
    }

    /// The limit of area in square microns.
    #[must_use]
    pub fn limit(&self) -> Option<f64> {
        self.limit
    }

    /// The limit of MACs a cycle.
    #[must_use]
    pub fn most_macs(&self) -> Option<u64> {
        self.macs
    }

    /// Whether a machine keeps the limits.
    #[must_use]
    pub fn is_allowed(&self, number: usize) -> bool {
        let has_area = self.limit.is_none_or(|limit| self.area(number) <= limit);
        has_area && self.macs.is_none_or(|most| self.macs(number) <= most)
    }

    /// The numbers of the machines that keep the limits.
    pub fn allowed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(|number| self.is_allowed(*number))
    }

    /// The machine with this number alone.
    #[must_use]
    pub fn alone(&self, number: usize) -> Self {
        let shape = self.shape(number);
        Self {
            knobs: [shape.batch, shape.block_in, shape.block_out].map(|value| vec![value]),
            machines: vec![self.machines[number].clone()],
            limit: self.limit,
            macs: self.macs,
        }
    }

    /// The values of BATCH, BLOCK_IN and BLOCK_OUT, ascending as they were given.
    #[must_use]
    pub fn knobs(&self) -> &[Vec<u32>; 3] {
        &self.knobs
    }

    /// How many machines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.machines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty()
    }

    /// The machine with this number; the last knob changes fastest.
    #[must_use]
    pub fn machine(&self, number: usize) -> &Arc<Accelerator> {
        &self.machines[number].0
    }

    /// Its area in square microns.
    #[must_use]
    pub fn area(&self, number: usize) -> f64 {
        self.machines[number].1
    }

    /// The number of a machine by the places of its values.
    #[must_use]
    pub fn number(&self, places: [usize; 3]) -> usize {
        let mut number = 0;
        for (place, values) in places.iter().zip(&self.knobs) {
            number = number * values.len() + place;
        }
        number
    }

    /// The places of a machine's values.
    #[must_use]
    pub fn places(&self, number: usize) -> [usize; 3] {
        let (mut rest, mut places) = (number, [0; 3]);
        for (place, values) in places.iter_mut().zip(&self.knobs).rev() {
            *place = rest % values.len();
            rest /= values.len();
        }
        places
    }

    /// The shape with this number.
    #[must_use]
    pub fn shape(&self, number: usize) -> GemmShape {
        let array = &self.machine(number).array;
        GemmShape {
            batch: array.rows,
            block_in: array.lanes,
            block_out: array.cols,
        }
    }
}

fn shaped(base: &Accelerator, shape: GemmShape) -> Accelerator {
    let mut machine = base.clone();
    let array = &mut machine.array;
    (array.rows, array.cols, array.lanes) = (shape.batch, shape.block_out, shape.block_in);
    let networks = &mut machine.networks;
    // What is too wide to be counted is refused by the checks that follow.
    networks.input.words_per_cycle = shape.batch.saturating_mul(shape.block_in);
    networks.weight.words_per_cycle = shape.block_in.saturating_mul(shape.block_out);
    networks.psum_in.words_per_cycle = shape.batch.saturating_mul(shape.block_out);
    networks.psum_out.words_per_cycle = shape.batch.saturating_mul(shape.block_out);
    machine.name = format!(
        "{}-{}x{}x{}",
        base.name, shape.batch, shape.block_in, shape.block_out
    );
    machine
}
