//! The hardware that a search may choose from: shapes of the GEMM core.

use std::sync::Arc;

use stationary_arch::{Accelerator, ArchError, CostModel};

/// The shape of a GEMM core, in elements: each cycle it multiplies a matrix of `batch` x `block_in` inputs with
/// one of `block_in` x `block_out` weights (VTA, arXiv 1807.04188).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GemmShape {
    /// Images in an input block (VTA's BATCH): the accelerator's `array.rows`.
    pub batch: u32,
    /// Input channels in a block (VTA's BLOCK_IN): the accelerator's `array.lanes`.
    pub block_in: u32,
    /// Output channels in a block (VTA's BLOCK_OUT): the accelerator's `array.cols`.
    pub block_out: u32,
}

/// The machines that a search may choose from: one for each combination of the values of three knobs, numbered
/// from 0 with the last knob changing fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    knobs: [Vec<u32>; 3],
    machines: Vec<(Arc<Accelerator>, f64)>,
    limit: Option<f64>,
    macs: Option<u64>,
}

/// Copies the hardware, for a task that owns its own.
impl From<&Hardware> for Arc<Hardware> {
    fn from(hardware: &Hardware) -> Self {
        Self::new(hardware.clone())
    }
}

impl Hardware {
    /// A choice of one machine: the base as it is.
    ///
    /// # Errors
    /// [`ArchError::NoCost`], if the technology gives no cost for a part of the machine, and
    /// [`ArchError::Invalid`], if the machine breaks a limit of the accelerator's fields.
    pub fn fixed(base: &Accelerator) -> Result<Self, ArchError> {
        let array = &base.array;
        Self::of(
            base,
            [vec![array.rows], vec![array.lanes], vec![array.cols]],
        )
    }

    /// The 64 shapes of BATCH 1 to 8 and of BLOCK_IN and BLOCK_OUT 8 to 64, in powers of two.
    ///
    /// # Errors
    /// As [`Hardware::of`].
    pub fn all(base: &Accelerator) -> Result<Self, ArchError> {
        let channels = || vec![8, 16, 32, 64];
        Self::of(base, [vec![1, 2, 4, 8], channels(), channels()])
    }

    /// All combinations of the given values of BATCH, BLOCK_IN and BLOCK_OUT. The widths of the networks follow
    /// the blocks; all other fields stay as in the base.
    ///
    /// # Errors
    /// [`ArchError::NoCost`], if the technology gives no cost for a part of a machine, and
    /// [`ArchError::Invalid`], if a shape breaks a limit of the accelerator's fields.
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

    /// The same machines with a limit: an area of at most so many square microns. Larger machines keep their numbers,
    /// but no point on them is valid.
    #[must_use]
    pub fn within(self, area: f64) -> Self {
        Self {
            limit: Some(area),
            ..self
        }
    }

    /// The same machines with a limit: at most so many MACs in a cycle. Larger machines keep their numbers, but
    /// no point on them is valid.
    #[must_use]
    pub fn of_macs(self, macs: u64) -> Self {
        Self {
            macs: Some(macs),
            ..self
        }
    }

    /// The peak of a machine's MACs in a cycle: the product of the three sizes of its shape.
    #[must_use]
    pub fn macs(&self, number: usize) -> u64 {
        let shape = self.shape(number);
        [shape.batch, shape.block_in, shape.block_out]
            .map(u64::from)
            .iter()
            .product()
    }

    /// The limit of area in square microns; None without a limit.
    #[must_use]
    pub fn limit(&self) -> Option<f64> {
        self.limit
    }

    /// The limit of MACs in a cycle; None without a limit.
    #[must_use]
    pub fn most_macs(&self) -> Option<u64> {
        self.macs
    }

    /// Whether a machine keeps the limits of area and MACs.
    #[must_use]
    pub fn is_allowed(&self, number: usize) -> bool {
        let has_area = self.limit.is_none_or(|limit| self.area(number) <= limit);
        has_area && self.macs.is_none_or(|most| self.macs(number) <= most)
    }

    /// The numbers of the machines that keep the limits, ascending.
    pub fn allowed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(|number| self.is_allowed(*number))
    }

    /// The machine with this number as the only one, where its number is 0; the limits stay.
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

    /// The values of BATCH, BLOCK_IN and BLOCK_OUT, in the order in which they were given.
    #[must_use]
    pub fn knobs(&self) -> &[Vec<u32>; 3] {
        &self.knobs
    }

    /// The number of machines, those beyond the limits included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.machines.len()
    }

    /// Whether there is no machine, since a knob has no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty()
    }

    /// The machine with this number.
    ///
    /// # Panics
    /// If the number is not below [`Hardware::len`].
    #[must_use]
    pub fn machine(&self, number: usize) -> &Arc<Accelerator> {
        &self.machines[number].0
    }

    /// The area of the machine with this number, in square microns.
    #[must_use]
    pub fn area(&self, number: usize) -> f64 {
        self.machines[number].1
    }

    /// The number of the machine whose knobs have the values at these indices of [`Hardware::knobs`].
    #[must_use]
    pub fn number(&self, places: [usize; 3]) -> usize {
        let mut number = 0;
        for (place, values) in places.iter().zip(&self.knobs) {
            number = number * values.len() + place;
        }
        number
    }

    /// The indices, in [`Hardware::knobs`], of the values of the machine with this number.
    #[must_use]
    pub fn places(&self, number: usize) -> [usize; 3] {
        let (mut rest, mut places) = (number, [0; 3]);
        for (place, values) in places.iter_mut().zip(&self.knobs).rev() {
            *place = rest % values.len();
            rest /= values.len();
        }
        places
    }

    /// The shape of the GEMM core of the machine with this number.
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
