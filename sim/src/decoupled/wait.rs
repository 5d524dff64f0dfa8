//! Where the cycles go in which the GEMM core makes no products.

/// A cause of cycles without products, or of a unit's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wait {
    /// Inputs are on their way from memory.
    Input,
    /// Weights are on their way from memory.
    Weight,
    /// Biases are on their way from memory.
    Bias,
    /// Operands of an addition are on their way from memory.
    Operand,
    /// Results are on their way to memory.
    Output,
    /// Micro-ops are on their way from memory.
    MicroOps,
    /// The next instruction is not there yet.
    Fetch,
    /// Accumulators are set to zero.
    Reset,
    /// The ALU is at work.
    Alu,
    /// An instruction begins, turns its loops or ends.
    Issue,
    /// The other unit waits as well, or is between two instructions.
    Dependency,
}

impl Wait {
    /// Every cause, in the order of reports.
    pub const ALL: [Wait; 11] = [
        Wait::Input,
        Wait::Weight,
        Wait::Bias,
        Wait::Operand,
        Wait::Output,
        Wait::MicroOps,
        Wait::Fetch,
        Wait::Reset,
        Wait::Alu,
        Wait::Issue,
        Wait::Dependency,
    ];

    /// The name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Wait::Input => "dram:input",
            Wait::Weight => "dram:weight",
            Wait::Bias => "dram:bias",
            Wait::Operand => "dram:operand",
            Wait::Output => "dram:output",
            Wait::MicroOps => "dram:micro_ops",
            Wait::Fetch => "dram:instructions",
            Wait::Reset => "reset",
            Wait::Alu => "alu",
            Wait::Issue => "issue",
            Wait::Dependency => "dependency",
        }
    }

    /// Whether memory is the cause.
    #[must_use]
    pub const fn is_memory(self) -> bool {
        matches!(
            self,
            Wait::Input
                | Wait::Weight
                | Wait::Bias
                | Wait::Operand
                | Wait::Output
                | Wait::MicroOps
                | Wait::Fetch
        )
    }
}

/// Cycles lost to each cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Waits([u64; 11]);

impl Waits {
    /// Cycles lost to one cause.
    #[must_use]
    pub fn of(&self, cause: Wait) -> u64 {
        self.0[cause as usize]
    }

    /// All cycles lost.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The causes that lost any cycle, in the order of [`Wait::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Wait, u64)> + '_ {
        let all = Wait::ALL.into_iter();
        all.map(|cause| (cause, self.of(cause)))
            .filter(|(_, cycles)| *cycles > 0)
    }

    pub(super) fn add(&mut self, cause: Wait, cycles: u64) {
        self.0[cause as usize] += cycles;
    }
}
