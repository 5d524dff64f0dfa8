"""Parts of documents: a class for each of them, with every field's meaning and unit beside its name.

Made by `generate_documents.py` from the schemas of the library; not to be changed by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationary._record import Record

if TYPE_CHECKING:
    from typing import Any, ClassVar

__all__ = [
    "Advice",
    "Advised",
    "BestCoreFound",
    "BestFound",
    "BestMissing",
    "Binding",
    "Check",
    "CheckedCore",
    "Claim",
    "CompareHeadline",
    "CompareInstance",
    "CompareInterrupted",
    "ComparePair",
    "CompareProfile",
    "CompareRatio",
    "CompareRun",
    "CompareShares",
    "CompareSpeedup",
    "CompareTarget",
    "Core",
    "CoreCertificate",
    "CoreChoice",
    "CoreEvaluations",
    "CoreSeconds",
    "CoreUsed",
    "CoreVerdict",
    "Cores",
    "Coverage",
    "Dims",
    "Dram",
    "EachItsOwn",
    "EnergyByComponent",
    "EnergyParts",
    "Explanation",
    "Goal",
    "Headline",
    "Heavy",
    "Interrupted",
    "LeftOut",
    "Mac",
    "MapLayer",
    "MapTotal",
    "Moved",
    "NoCore",
    "Operators",
    "OptimumOf",
    "OwnCore",
    "Parts",
    "Peaks",
    "Picked",
    "Ranking",
    "Recheck",
    "RecheckOfSearch",
    "Rechecked",
    "Redeployed",
    "Reduced",
    "Regret",
    "RelaxationOf",
    "Relaxed",
    "RunLayer",
    "SearchCertificate",
    "SearchChoice",
    "SearchEvaluations",
    "Seconds",
    "Share",
    "ShortfallOf",
    "SweepAxis",
    "SweepFailure",
    "SweepFigures",
    "SweepNetwork",
    "SweepPoint",
    "SweepShard",
    "Task",
    "Total",
    "TotalEnergy",
    "Traffic",
    "TrafficOfDram",
    "Unmapped",
    "Used",
    "ValidateDataflow",
    "ValidateLayer",
    "ValidateMapping",
    "Vertex",
]


class Goal(Record):
    """The goal that the mapper chose mappings for.

    Attributes:
        objective: The objective that was minimised: `cycles`, `energy` or `edp`.
        slack_percent: The slack: by how many per cent the objective may be above its least, so that a
            second quantity decides.
        layers: The names of the layers that the mapper chose a mapping for, where a file gives those of the
            others; absent where it chose all.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["layers"])

    objective: str
    """The objective that was minimised: `cycles`, `energy` or `edp`."""
    slack_percent: float
    """The slack: by how many per cent the objective may be above its least, so that a second quantity decides."""
    layers: list[str] | None
    """The names of the layers that the mapper chose a mapping for, where a file gives those of the others;
absent where it chose all."""


class Operators(Record):
    """Numbers of a file's operators by what became of them.

    Attributes:
        simulated: Operators that became layers.
        left_out: Operators that were left out although they multiply.
        of_unknown_size: Those of `left_out` whose size is not known.
        without_products: Operators that do not multiply.
    """

    simulated: int
    """Operators that became layers."""
    left_out: int
    """Operators that were left out although they multiply."""
    of_unknown_size: int
    """Those of `left_out` whose size is not known."""
    without_products: int
    """Operators that do not multiply."""


class LeftOut(Record):
    """A kind of operators that did not become layers.

    Attributes:
        operator: The operators' type, as the file names it.
        count: The number of operators of this kind.
        macs: The multiply-accumulates of these operators, as far as they are known.
        first_lost: The name of the first operator whose shape is not known, where that is why they were
            left out.
        reason: The reason why they were left out.
        macs_unknown: Those of `count` whose size is not known.
        bytes: The bytes that these operators move, as far as they are known.
        bytes_unknown: Those of `count` of which it is not known how many bytes they move.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["first_lost"])

    operator: str
    """The operators' type, as the file names it."""
    count: int
    """The number of operators of this kind."""
    macs: int
    """The multiply-accumulates of these operators, as far as they are known."""
    first_lost: str | None
    """The name of the first operator whose shape is not known, where that is why they were left out."""
    reason: str
    """The reason why they were left out."""
    macs_unknown: int
    """Those of `count` whose size is not known."""
    bytes: int
    """The bytes that these operators move, as far as they are known."""
    bytes_unknown: int
    """Those of `count` of which it is not known how many bytes they move."""


class Picked(Record):
    """The layers that were picked of a network.

    Attributes:
        layers: The number of layers that were picked.
        of: The number of layers of the network.
        macs: The share of the network's multiply-accumulates that they have, from 0 to 1.
    """

    layers: int
    """The number of layers that were picked."""
    of: int
    """The number of layers of the network."""
    macs: float
    """The share of the network's multiply-accumulates that they have, from 0 to 1."""


class Coverage(Record):
    """The part of a network that an answer is for.

    Attributes:
        macs: The share of the file's multiply-accumulates that the layers stand for, from 0 to 1.
        is_upper_bound: Whether operators of unknown size are left out, so that the share is an upper limit.
        operators: The number of operators of the file by what became of them.
        bytes_left_out: The bytes that the operators that were left out move, as far as they are known.
        bytes_unknown: The number of operators of which it is not known how many bytes they move.
        left_out: The kinds of operators that multiply and were left out.
        without_products: The kinds of operators that do not multiply.
        picked: The layers that were picked; null where all are meant.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"operators": ["Operators"], "left_out": ["LeftOut"], "without_products": ["LeftOut"], "picked": ["Picked"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["picked"])

    macs: float
    """The share of the file's multiply-accumulates that the layers stand for, from 0 to 1."""
    is_upper_bound: bool
    """Whether operators of unknown size are left out, so that the share is an upper limit."""
    operators: Operators
    """The number of operators of the file by what became of them."""
    bytes_left_out: int
    """The bytes that the operators that were left out move, as far as they are known."""
    bytes_unknown: int
    """The number of operators of which it is not known how many bytes they move."""
    left_out: list[LeftOut]
    """The kinds of operators that multiply and were left out."""
    without_products: list[LeftOut]
    """The kinds of operators that do not multiply."""
    picked: Picked | None
    """The layers that were picked; null where all are meant."""


class Peaks(Record):
    """The peaks of an accelerator, by cycles of the array's clock.

    Attributes:
        rows: The number of rows of PEs.
        cols: The number of columns of PEs.
        lanes: The number of multipliers (lanes) of a PE.
        clock_mhz: The clock of the array in MHz.
        peak_macs_per_cycle: Multiply-accumulates in a cycle, with every multiplier at work.
        dram: The kind of DRAM (`ideal`, `bandwidth`), or the name of its standard.
        dram_bytes_per_cycle: Bytes that DRAM moves in a cycle in one direction; null without a limit.
        dram_bytes_per_cycle_both_ways: Bytes that DRAM moves in a cycle in both directions together; null
            without a limit.
        cache_bytes_per_cycle: Bytes in a cycle that a cache in front of DRAM delivers of what it holds;
            null without a cache.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["dram_bytes_per_cycle", "dram_bytes_per_cycle_both_ways", "cache_bytes_per_cycle"])

    rows: int
    """The number of rows of PEs."""
    cols: int
    """The number of columns of PEs."""
    lanes: int
    """The number of multipliers (lanes) of a PE."""
    clock_mhz: float
    """The clock of the array in MHz."""
    peak_macs_per_cycle: float
    """Multiply-accumulates in a cycle, with every multiplier at work."""
    dram: str
    """The kind of DRAM (`ideal`, `bandwidth`), or the name of its standard."""
    dram_bytes_per_cycle: float | None
    """Bytes that DRAM moves in a cycle in one direction; null without a limit."""
    dram_bytes_per_cycle_both_ways: float | None
    """Bytes that DRAM moves in a cycle in both directions together; null without a limit."""
    cache_bytes_per_cycle: float | None
    """Bytes in a cycle that a cache in front of DRAM delivers of what it holds; null without a cache."""


class Share(Record):
    """A share of a whole.

    Attributes:
        of: The part of the hardware.
        share: The share of the run's cycles, from 0 to 1.
    """

    of: str
    """The part of the hardware."""
    share: float
    """The share of the run's cycles, from 0 to 1."""


class Advice(Record):
    """A change that helps, with its relative effect on the run: 0.1 is 10 % more, less than zero is less.

    Attributes:
        flags: The change as it is typed: a flag and its value.
        metric: The name of the figure that `change` is about.
        by: Whether the figures are the model's or the machine's.
        change: The relative change of the metric.
        cycles_change: The relative change of cycles for one image.
        energy_change: The relative change of energy for one image.
        area_change: The relative change of the chip's area.
    """

    flags: list[str]
    """The change as it is typed: a flag and its value."""
    metric: str
    """The name of the figure that `change` is about."""
    by: str
    """Whether the figures are the model's or the machine's."""
    change: float
    """The relative change of the metric."""
    cycles_change: float
    """The relative change of cycles for one image."""
    energy_change: float
    """The relative change of energy for one image."""
    area_change: float
    """The relative change of the chip's area."""


class Advised(Record):
    """Changes to try next, and what the run's cycles go by.

    Attributes:
        cycles_go_by: The parts of the hardware that cycles are spent on, with their shares.
        changes: Changes that help, the best first.
        tried: The flags of every change that was tried.
        share_of_cycles: The share of the cycles that goes by in the layers that changes were tried on.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"cycles_go_by": ["Share"], "changes": ["Advice"]}

    cycles_go_by: list[Share]
    """The parts of the hardware that cycles are spent on, with their shares."""
    changes: list[Advice]
    """Changes that help, the best first."""
    tried: list[list[str]]
    """The flags of every change that was tried."""
    share_of_cycles: float
    """The share of the cycles that goes by in the layers that changes were tried on."""


class Dims(Record):
    """The shape of a layer: the extent of each of its eight loops, and its window as pairs of rows and columns.

    Attributes:
        N: The number of images (N).
        G: The number of groups (G): 1 for a dense layer, the heads of an attention product.
        K: Output channels of a group (K).
        C: Input channels of a group (C).
        P: Output rows (P).
        Q: Output columns (Q).
        R: Kernel rows (R).
        S: Kernel columns (S).
        stride: The stride: input elements from one output to the next.
        dilation: The dilation: input elements from one tap of the kernel to the next.
        pad: Padding before the first input element.
        input: The size of the input without padding.
        pad_behind: Padding behind the last input element.
    """

    N: int
    """The number of images (N)."""
    G: int
    """The number of groups (G): 1 for a dense layer, the heads of an attention product."""
    K: int
    """Output channels of a group (K)."""
    C: int
    """Input channels of a group (C)."""
    P: int
    """Output rows (P)."""
    Q: int
    """Output columns (Q)."""
    R: int
    """Kernel rows (R)."""
    S: int
    """Kernel columns (S)."""
    stride: list[int]
    """The stride: input elements from one output to the next."""
    dilation: list[int]
    """The dilation: input elements from one tap of the kernel to the next."""
    pad: list[int]
    """Padding before the first input element."""
    input: list[int]
    """The size of the input without padding."""
    pad_behind: list[int]
    """Padding behind the last input element."""


class TrafficOfDram(Record):
    """Words that cross the DRAM interface.

    Attributes:
        input_read: Inputs.
        weight_read: Weights.
        output_read: Partial sums.
        output_write: Outputs and partial sums.
    """

    input_read: int
    """Inputs."""
    weight_read: int
    """Weights."""
    output_read: int
    """Partial sums."""
    output_write: int
    """Outputs and partial sums."""


class Traffic(Record):
    """Words moved, by place and operand.

    Attributes:
        dram: Words that cross the DRAM interface.
        dram_bytes: Bytes that cross it, packed as they are there.
        dram_written_bytes: Of `dram_bytes`, the bytes that are written.
        global_buffer: Words in and out of the buffer.
        array: Words in and out of the array.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"dram": ["TrafficOfDram"]}

    dram: TrafficOfDram
    """Words that cross the DRAM interface."""
    dram_bytes: float
    """Bytes that cross it, packed as they are there."""
    dram_written_bytes: float
    """Of `dram_bytes`, the bytes that are written."""
    global_buffer: dict[str, int]
    """Words in and out of the buffer."""
    array: dict[str, int]
    """Words in and out of the array."""


class EnergyByComponent(Record):
    """Energy by component, in picojoules.

    Attributes:
        mac: Energy of multiply-accumulates.
        scratchpad: Energy of accesses to the scratchpads of the PEs.
        network: Energy of words on the networks between buffer and array, and of sums from PE to PE.
        global_buffer: Energy of accesses to the global buffer.
        dram: Energy of DRAM and of the interface to it.
        leakage: Energy that leaks over the whole time.
        total: The sum over all components.
    """

    mac: float
    """Energy of multiply-accumulates."""
    scratchpad: float
    """Energy of accesses to the scratchpads of the PEs."""
    network: float
    """Energy of words on the networks between buffer and array, and of sums from PE to PE."""
    global_buffer: float
    """Energy of accesses to the global buffer."""
    dram: float
    """Energy of DRAM and of the interface to it."""
    leakage: float
    """Energy that leaks over the whole time."""
    total: float
    """The sum over all components."""


class Mac(Record):
    """The energy of multiply-accumulates, in picojoules, by what it depends on.

    Attributes:
        events: The energy of the operations, which their number alone decides.
        clock: The energy of the PEs' clock over the whole time.
    """

    events: float
    """The energy of the operations, which their number alone decides."""
    clock: float
    """The energy of the PEs' clock over the whole time."""


class Moved(Record):
    """The energy of a component that moves words, in picojoules by operand.

    Attributes:
        input: The energy of inputs.
        weight: The energy of weights.
        output: The energy of outputs and partial sums.
        clock: The energy of the clock over the whole time; absent where the component has none.
    """

    input: float
    """The energy of inputs."""
    weight: float
    """The energy of weights."""
    output: float
    """The energy of outputs and partial sums."""
    clock: float
    """The energy of the clock over the whole time; absent where the component has none."""


class Parts(Record):
    """A figure of each part of the chip, in the unit of what holds it.

    Attributes:
        pes: The PEs without their scratchpads.
        scratchpads: The scratchpads of the PEs.
        networks: The networks between buffer and array.
        global_buffer: The global buffer.
        dram_interface: The interface to DRAM, which is on the chip.
    """

    pes: float
    """The PEs without their scratchpads."""
    scratchpads: float
    """The scratchpads of the PEs."""
    networks: float
    """The networks between buffer and array."""
    global_buffer: float
    """The global buffer."""
    dram_interface: float
    """The interface to DRAM, which is on the chip."""


class EnergyParts(Record):
    """The parts of each component's energy, in picojoules.

    Attributes:
        mac: The parts of the energy of multiply-accumulates.
        scratchpad: The parts of the scratchpads' energy.
        network: The parts of the networks' energy.
        global_buffer: The parts of the global buffer's energy.
        dram: The parts of DRAM's energy.
        leakage: The energy that leaks, by part of the chip.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"mac": ["Mac"], "scratchpad": ["Moved"], "network": ["Moved"], "global_buffer": ["Moved"], "dram": ["Moved"], "leakage": ["Parts"]}

    mac: Mac
    """The parts of the energy of multiply-accumulates."""
    scratchpad: Moved
    """The parts of the scratchpads' energy."""
    network: Moved
    """The parts of the networks' energy."""
    global_buffer: Moved
    """The parts of the global buffer's energy."""
    dram: Moved
    """The parts of DRAM's energy."""
    leakage: Parts
    """The energy that leaks, by part of the chip."""


class Dram(Record):
    """Statistics of a DRAM standard.

    Attributes:
        reads: Read bursts.
        writes: Write bursts.
        row_hits: Bursts whose row was open.
        row_misses: Bursts whose bank was closed.
        row_conflicts: Bursts whose bank had another row open.
        refreshes: Refreshes.
        mean_read_latency: Memory clocks from a read's arrival to its last data, on the mean.
    """

    reads: int
    """Read bursts."""
    writes: int
    """Write bursts."""
    row_hits: int
    """Bursts whose row was open."""
    row_misses: int
    """Bursts whose bank was closed."""
    row_conflicts: int
    """Bursts whose bank had another row open."""
    refreshes: int
    """Refreshes."""
    mean_read_latency: float
    """Memory clocks from a read's arrival to its last data, on the mean."""


class RunLayer(Record):
    """The figures of a layer.

    Attributes:
        name: The layer's name.
        dims: The layer's shape.
        macs: The number of multiply-accumulates.
        cycles: Cycles of the array's clock.
        model_cycles: Cycles by the model's estimate.
        compute_cycles: Cycles from the first to the last multiply-accumulate, with memory never in the way.
        processing_cycles: Cycles less those in which the array waited for DRAM.
        lower_bound_cycles: Cycles that this mapping cannot go below.
        busy_cycles: Cycles in which the array works.
        utilization: Multiply-accumulates by the array's peak over all cycles, from 0 to 1.
        active_pes: PEs that the mapping uses at most.
        active_lanes: Lanes of a PE that have a channel each.
        stalls: Cycles lost by cause; none under the model.
        moved: Words and bytes moved.
        energy_pj: Energy by component, in picojoules.
        energy_parts_pj: The parts of each component's energy, in picojoules.
        energy_lower_bound_pj: Energy that no mapping goes below, in picojoules.
        mapping: The mapping or schedule that ran.
        bound_by: The part of the hardware that sets the time.
        dram: Statistics of the DRAM; left out unless the machine ran on a DRAM standard.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"dims": ["Dims"], "moved": ["Traffic"], "energy_pj": ["EnergyByComponent"], "energy_parts_pj": ["EnergyParts"], "dram": ["Dram"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["dram"])

    name: str
    """The layer's name."""
    dims: Dims
    """The layer's shape."""
    macs: int
    """The number of multiply-accumulates."""
    cycles: int
    """Cycles of the array's clock."""
    model_cycles: int
    """Cycles by the model's estimate."""
    compute_cycles: int
    """Cycles from the first to the last multiply-accumulate, with memory never in the way."""
    processing_cycles: int
    """Cycles less those in which the array waited for DRAM."""
    lower_bound_cycles: int
    """Cycles that this mapping cannot go below."""
    busy_cycles: int
    """Cycles in which the array works."""
    utilization: float
    """Multiply-accumulates by the array's peak over all cycles, from 0 to 1."""
    active_pes: int
    """PEs that the mapping uses at most."""
    active_lanes: int
    """Lanes of a PE that have a channel each."""
    stalls: dict[str, int]
    """Cycles lost by cause; none under the model."""
    moved: Traffic
    """Words and bytes moved."""
    energy_pj: EnergyByComponent
    """Energy by component, in picojoules."""
    energy_parts_pj: EnergyParts
    """The parts of each component's energy, in picojoules."""
    energy_lower_bound_pj: float
    """Energy that no mapping goes below, in picojoules."""
    mapping: dict[str, Any]
    """The mapping or schedule that ran."""
    bound_by: str
    """The part of the hardware that sets the time."""
    dram: Dram | None
    """Statistics of the DRAM; left out unless the machine ran on a DRAM standard."""


class Total(Record):
    """The figures of all layers together.

    Attributes:
        cycles: Cycles of the array's clock.
        macs: The number of multiply-accumulates.
        energy_pj: Energy in picojoules.
        area_um2: Area of the chip in square microns.
        seconds: Time of the run in seconds.
        energy_by_component_pj: Energy by component, in picojoules.
        energy_parts_pj: The parts of each component's energy, in picojoules.
        energy_lower_bound_pj: Energy that no mappings go below, in picojoules.
        energy_per_mac_pj: Energy of the run divided by its multiply-accumulates, in picojoules.
        edp_js: Energy times time, in joule seconds.
        tops: 10^12 operations a second, two to a multiply-accumulate.
        tops_per_watt: 10^12 operations a second per watt, DRAM's power included.
        dram_bytes_per_mac: Bytes that cross the DRAM interface for a multiply-accumulate.
        area_parts_um2: Area by part of the chip in square microns.
        average_power_mw: Power in milliwatts, DRAM included.
        peak_power_mw: The greatest power of the chip, in milliwatts.
        peak_dram_power_mw: The greatest power of DRAM, in milliwatts; null where an ideal memory has none.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"energy_by_component_pj": ["EnergyByComponent"], "energy_parts_pj": ["EnergyParts"], "area_parts_um2": ["Parts"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["peak_dram_power_mw"])

    cycles: int
    """Cycles of the array's clock."""
    macs: int
    """The number of multiply-accumulates."""
    energy_pj: float
    """Energy in picojoules."""
    area_um2: float
    """Area of the chip in square microns."""
    seconds: float
    """Time of the run in seconds."""
    energy_by_component_pj: EnergyByComponent
    """Energy by component, in picojoules."""
    energy_parts_pj: EnergyParts
    """The parts of each component's energy, in picojoules."""
    energy_lower_bound_pj: float
    """Energy that no mappings go below, in picojoules."""
    energy_per_mac_pj: float
    """Energy of the run divided by its multiply-accumulates, in picojoules."""
    edp_js: float
    """Energy times time, in joule seconds."""
    tops: float
    """10^12 operations a second, two to a multiply-accumulate."""
    tops_per_watt: float
    """10^12 operations a second per watt, DRAM's power included."""
    dram_bytes_per_mac: float
    """Bytes that cross the DRAM interface for a multiply-accumulate."""
    area_parts_um2: Parts
    """Area by part of the chip in square microns."""
    average_power_mw: float
    """Power in milliwatts, DRAM included."""
    peak_power_mw: float
    """The greatest power of the chip, in milliwatts."""
    peak_dram_power_mw: float | None
    """The greatest power of DRAM, in milliwatts; null where an ideal memory has none."""


class Regret(Record):
    """What is lost if only the model's best few mappings are run on the machine; null with too few mappings.

    Attributes:
        1: The loss with the model's best alone, relative to the machine's best.
        5: The loss with the best of the model's five best.
        10: The loss with the best of the model's ten best.
    """



class ValidateMapping(Record):
    """A mapping by model and machine.

    Attributes:
        model_cycles: Cycles by the model.
        machine_cycles: Cycles on the machine.
        lower_bound_cycles: Cycles that the mapping cannot go below, by the model's bound.
        error: The model's error of cycles, relative to the machine.
        busy_cycles: Cycles in which the array works.
        stalls: Cycles in which the array waits, by cause.
        counts_agree: Whether model and machine count the same words.
        model_energy_pj: Energy by the model in picojoules.
        machine_energy_pj: Energy on the machine in picojoules.
        machine_energy_parts_pj: The parts of the machine's energy, in picojoules.
        energy_error: The model's error of energy, relative to the machine.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"model_energy_pj": ["EnergyByComponent"], "machine_energy_pj": ["EnergyByComponent"], "machine_energy_parts_pj": ["EnergyParts"]}

    model_cycles: int
    """Cycles by the model."""
    machine_cycles: int
    """Cycles on the machine."""
    lower_bound_cycles: int
    """Cycles that the mapping cannot go below, by the model's bound."""
    error: float
    """The model's error of cycles, relative to the machine."""
    busy_cycles: int
    """Cycles in which the array works."""
    stalls: dict[str, int]
    """Cycles in which the array waits, by cause."""
    counts_agree: bool
    """Whether model and machine count the same words."""
    model_energy_pj: EnergyByComponent
    """Energy by the model in picojoules."""
    machine_energy_pj: EnergyByComponent
    """Energy on the machine in picojoules."""
    machine_energy_parts_pj: EnergyParts
    """The parts of the machine's energy, in picojoules."""
    energy_error: float
    """The model's error of energy, relative to the machine."""


class ValidateLayer(Record):
    """A layer.

    Attributes:
        name: The layer's name.
        dims: The layer's shape.
        mappings: The mappings that were compared; the first is the mapper's best, or the file's.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"dims": ["Dims"], "mappings": ["ValidateMapping"]}

    name: str
    """The layer's name."""
    dims: Dims
    """The layer's shape."""
    mappings: list[ValidateMapping]
    """The mappings that were compared; the first is the mapper's best, or the file's."""


class ValidateDataflow(Record):
    """All layers under a dataflow. Errors are the model's, relative to the machine.

    Attributes:
        dataflow: The dataflow's short name, or `decoupled`.
        mean_abs_error: The mean of the absolute relative errors of cycles; 0.01 is 1 %.
        max_abs_error: The greatest absolute relative error of cycles.
        max_abs_error_layer: The name of the layer with that error.
        bias: The mean of the signed relative errors of cycles; negative where the model is too low.
        bound_violations: The number of mappings that took fewer cycles than their bound; a fault if it is
            not 0.
        count_mismatches: The number of mappings of which model and machine count other words; a fault if it
            is not 0.
        energy_mean_abs_error: The mean of the absolute relative errors of energy.
        energy_max_abs_error: The greatest absolute relative error of energy.
        kendall_tau: Kendall's tau between model and machine over the mappings of a layer, from 1 (the same
            order) to -1; null with too few mappings.
        regret: The loss by choosing with the model.
        layers: The layers, in the network's order.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"regret": ["Regret"], "layers": ["ValidateLayer"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["kendall_tau"])

    dataflow: str
    """The dataflow's short name, or `decoupled`."""
    mean_abs_error: float
    """The mean of the absolute relative errors of cycles; 0.01 is 1 %."""
    max_abs_error: float
    """The greatest absolute relative error of cycles."""
    max_abs_error_layer: str
    """The name of the layer with that error."""
    bias: float
    """The mean of the signed relative errors of cycles; negative where the model is too low."""
    bound_violations: int
    """The number of mappings that took fewer cycles than their bound; a fault if it is not 0."""
    count_mismatches: int
    """The number of mappings of which model and machine count other words; a fault if it is not 0."""
    energy_mean_abs_error: float
    """The mean of the absolute relative errors of energy."""
    energy_max_abs_error: float
    """The greatest absolute relative error of energy."""
    kendall_tau: float | None
    """Kendall's tau between model and machine over the mappings of a layer, from 1 (the same order) to -1; null with
too few mappings."""
    regret: Regret
    """The loss by choosing with the model."""
    layers: list[ValidateLayer]
    """The layers, in the network's order."""


class Unmapped(Record):
    """A dataflow that was asked for and not compared.

    Attributes:
        dataflow: The dataflow's short name.
        reason: The reason why it was not compared.
    """

    dataflow: str
    """The dataflow's short name."""
    reason: str
    """The reason why it was not compared."""


class Headline(Record):
    """One figure, by the machine and by the model.

    Attributes:
        of: The origin of `value`: `machine` where it ran, else `model`.
        value: The figure, in the unit of what holds it.
        model: The model's figure, where `value` is the machine's.
        error: The model's relative error: `(model - machine) / machine`.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["value", "model", "error"])

    of: str
    """The origin of `value`: `machine` where it ran, else `model`."""
    value: float | None
    """The figure, in the unit of what holds it."""
    model: float | None
    """The model's figure, where `value` is the machine's."""
    error: float | None
    """The model's relative error: `(model - machine) / machine`."""


class Claim(Record):
    """What is proved on the machine.

    Attributes:
        kind: `proved` or `none`.
        of: Whether the proof is about the model or the machine: always `machine`.
        objective: The quantity that is proved to be least.
        over: The set of mappings over which it is proved, in words.
        candidates: The number of these mappings.
        left_out: Choices of which the candidates have some only.
        lower_bound: Cycles that no candidate goes below; null where bounds were not compared.
        gap: The distance from the lower bound to the winner, relative to the winner, from 0 to 1; 0 is a
            proof.
        any_mapping_lower_bound: Cycles that no mapping goes below, candidate or not; null where bounds were
            not compared.
        any_mapping_gap: By how much the winner may be above that, relative to it.
        simulations: The number of runs of the machine.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["lower_bound", "gap", "any_mapping_lower_bound", "any_mapping_gap"])

    kind: str
    """`proved` or `none`."""
    of: str
    """Whether the proof is about the model or the machine: always `machine`."""
    objective: str
    """The quantity that is proved to be least."""
    over: str
    """The set of mappings over which it is proved, in words."""
    candidates: int
    """The number of these mappings."""
    left_out: list[str]
    """Choices of which the candidates have some only."""
    lower_bound: int | None
    """Cycles that no candidate goes below; null where bounds were not compared."""
    gap: float | None
    """The distance from the lower bound to the winner, relative to the winner, from 0 to 1; 0 is a proof."""
    any_mapping_lower_bound: int | None
    """Cycles that no mapping goes below, candidate or not; null where bounds were not compared."""
    any_mapping_gap: float | None
    """By how much the winner may be above that, relative to it."""
    simulations: int
    """The number of runs of the machine."""


class Reduced(Record):
    """A choice of a mapping of which the candidates have some only.

    Attributes:
        choice: The name of the choice.
        tried: What of it the candidates have, in words.
    """

    choice: str
    """The name of the choice."""
    tried: str
    """What of it the candidates have, in words."""


class MapLayer(Record):
    """The best mapping of a layer, with its figures.

    Attributes:
        name: The layer's name.
        dims: The layer's shape.
        candidates: The number of mappings to choose from.
        model: The winner's cycles by the model.
        machine: The winner's cycles on the machine.
        error: The model's error, relative to the machine.
        lower_bound: Cycles that the winner cannot go below.
        model_choice_machine: Cycles on the machine of the mapping that the model ranks first.
        certificate: What is proved of the winner.
        left_out: Choices of a mapping of which the candidates have some only.
        energy_pj: Energy by component.
        energy_parts_pj: The parts of each component's energy, in picojoules.
        energy_lower_bound_pj: Energy that no mapping goes below, in picojoules.
        mapping: The winning mapping, as a file of mappings has it.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"dims": ["Dims"], "certificate": ["Claim"], "left_out": ["Reduced"], "energy_pj": ["EnergyByComponent"], "energy_parts_pj": ["EnergyParts"]}

    name: str
    """The layer's name."""
    dims: Dims
    """The layer's shape."""
    candidates: int
    """The number of mappings to choose from."""
    model: int
    """The winner's cycles by the model."""
    machine: int
    """The winner's cycles on the machine."""
    error: float
    """The model's error, relative to the machine."""
    lower_bound: int
    """Cycles that the winner cannot go below."""
    model_choice_machine: int
    """Cycles on the machine of the mapping that the model ranks first."""
    certificate: Claim
    """What is proved of the winner."""
    left_out: list[Reduced]
    """Choices of a mapping of which the candidates have some only."""
    energy_pj: EnergyByComponent
    """Energy by component."""
    energy_parts_pj: EnergyParts
    """The parts of each component's energy, in picojoules."""
    energy_lower_bound_pj: float
    """Energy that no mapping goes below, in picojoules."""
    mapping: dict[str, Any]
    """The winning mapping, as a file of mappings has it."""


class Recheck(Record):
    """How `--recheck` was carried out.

    Attributes:
        note: Why fewer mappings ran than were asked for; null if all did.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["note"])

    note: str | None
    """Why fewer mappings ran than were asked for; null if all did."""


class MapTotal(Record):
    """The figures of all layers together.

    Attributes:
        machine: Cycles on the machine.
        model: Cycles by the model.
        error: The model's error, relative to the machine.
        energy_pj: Energy by component.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"energy_pj": ["EnergyByComponent"]}

    machine: int
    """Cycles on the machine."""
    model: int
    """Cycles by the model."""
    error: float
    """The model's error, relative to the machine."""
    energy_pj: EnergyByComponent
    """Energy by component."""


class Interrupted(Record):
    """The way to go on with a search that was interrupted.

    Attributes:
        go_on: The command that resumes the search; null where no record was kept.
        not_reached: The names of the layers that were not reached.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["go_on", "not_reached"])

    go_on: str | None
    """The command that resumes the search; null where no record was kept."""
    not_reached: list[str] | None
    """The names of the layers that were not reached."""


class Used(Record):
    """Amounts of what budgets limit.

    Attributes:
        area_um2: Area in square microns.
        power_mw: Power in milliwatts.
    """

    area_um2: float
    """Area in square microns."""
    power_mw: float
    """Power in milliwatts."""


class TotalEnergy(Record):
    """Energy whose components are not known.

    Attributes:
        total: The sum over all components, in picojoules.
    """

    total: float
    """The sum over all components, in picojoules."""


class SearchChoice(Record):
    """What was chosen for a layer.

    Attributes:
        layer: The index of the layer in the network, from 0.
        pe: The number of PEs.
        tile: The level of the tile that the buffer is sized for.
        stage: The index of the stage of the pipeline that the layer runs in, from 0.
        cycles: Cycles by the model or the table.
        machine_cycles: Cycles on the machine, where it ran.
        energy_pj: Energy in picojoules, by component; of a table the total alone.
        machine_energy_pj: Energy on the machine in picojoules; null if the layer did not run.
        dataflow: The dataflow by its short name.
        name: The layer's name, where it is known.
        dims: The layer's shape, where it is known.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"energy_pj": ["EnergyByComponent", "TotalEnergy"], "machine_energy_pj": ["EnergyByComponent"], "dims": ["Dims"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["machine_cycles", "machine_energy_pj", "dataflow", "name", "dims"])

    layer: int
    """The index of the layer in the network, from 0."""
    pe: int
    """The number of PEs."""
    tile: int
    """The level of the tile that the buffer is sized for."""
    stage: int
    """The index of the stage of the pipeline that the layer runs in, from 0."""
    cycles: int
    """Cycles by the model or the table."""
    machine_cycles: int | None
    """Cycles on the machine, where it ran."""
    energy_pj: EnergyByComponent | TotalEnergy
    """Energy in picojoules, by component; of a table the total alone."""
    machine_energy_pj: EnergyByComponent | None
    """Energy on the machine in picojoules; null if the layer did not run."""
    dataflow: str | None
    """The dataflow by its short name."""
    name: str | None
    """The layer's name, where it is known."""
    dims: Dims | None
    """The layer's shape, where it is known."""


class Binding(Record):
    """A stage that the budgets hold back.

    Attributes:
        stage: The index of the stage, from 0.
        loss: By how much the stage's best option would better the objective, in the objective's unit.
    """

    stage: int
    """The index of the stage, from 0."""
    loss: float
    """By how much the stage's best option would better the objective, in the objective's unit."""


class BestFound(Record):
    """The best assignment.

    Attributes:
        feasible: Whether the assignment keeps the budgets, by `of`.
        objective: The objective, by `of`.
        of: Whose figure the objective is: `model`, `table` or `machine`.
        machine: The objective on the machine; null if the assignment did not run.
        model: The objective by the model; null if the assignment did not run on the machine.
        error: The model's error, relative to the machine.
        used: The amounts of area and power that the assignment uses.
        machine_used: The same amounts by the machine; null if the assignment did not run.
        machine_feasible: Whether the assignment keeps the budgets by the machine; null if it did not run.
        choices: The choice for each layer, in the network's order.
        binding: The stages that the budgets hold back, the most first.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"used": ["Used"], "machine_used": ["Used"], "choices": ["SearchChoice"], "binding": ["Binding"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["machine", "model", "error", "machine_used", "machine_feasible"])

    feasible: bool
    """Whether the assignment keeps the budgets, by `of`."""
    objective: float
    """The objective, by `of`."""
    of: str
    """Whose figure the objective is: `model`, `table` or `machine`."""
    machine: float | None
    """The objective on the machine; null if the assignment did not run."""
    model: float | None
    """The objective by the model; null if the assignment did not run on the machine."""
    error: float | None
    """The model's error, relative to the machine."""
    used: Used
    """The amounts of area and power that the assignment uses."""
    machine_used: Used | None
    """The same amounts by the machine; null if the assignment did not run."""
    machine_feasible: bool | None
    """Whether the assignment keeps the budgets by the machine; null if it did not run."""
    choices: list[SearchChoice]
    """The choice for each layer, in the network's order."""
    binding: list[Binding]
    """The stages that the budgets hold back, the most first."""


class ShortfallOf(Record):
    """A budget that no assignment keeps.

    Attributes:
        resource: The resource that the budget limits: `area` or `power`.
        limit: The limit, in square microns or milliwatts.
        least: The least that is needed, with the other budgets as they are.
        over: By what share that is above the limit.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["over"])

    resource: str
    """The resource that the budget limits: `area` or `power`."""
    limit: float
    """The limit, in square microns or milliwatts."""
    least: float
    """The least that is needed, with the other budgets as they are."""
    over: float | None
    """By what share that is above the limit."""


class RelaxationOf(Record):
    """A factor on all budgets.

    Attributes:
        factor: A factor on all budgets with which there is an assignment.
        bound: A factor below which there is none.
    """

    factor: float
    """A factor on all budgets with which there is an assignment."""
    bound: float
    """A factor below which there is none."""


class OptimumOf(Record):
    """A best objective.

    Attributes:
        objective: The best objective, in the search's unit.
        proved: Whether it is proved.
    """

    objective: float
    """The best objective, in the search's unit."""
    proved: bool
    """Whether it is proved."""


class Heavy(Record):
    """A stage that uses much.

    Attributes:
        layer: The index of the stage's first layer in the network, from 0.
        share: Its share of what is used, from 0 to 1.
    """

    layer: int
    """The index of the stage's first layer in the network, from 0."""
    share: float
    """Its share of what is used, from 0 to 1."""


class Relaxed(Record):
    """What is reached with greater budgets.

    Attributes:
        factor: The factor on all budgets.
        optimum: The best objective with that factor; null if none was found.
        heaviest: For each budget the heaviest stages.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"optimum": ["OptimumOf"], "heaviest": ["Heavy"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["optimum"])

    factor: float
    """The factor on all budgets."""
    optimum: OptimumOf | None
    """The best objective with that factor; null if none was found."""
    heaviest: list[list[Heavy]]
    """For each budget the heaviest stages."""


class Redeployed(Record):
    """What is reached if layers share the hardware otherwise.

    Attributes:
        deployment: How layers share the hardware.
        optimum: The best; null where there is none.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"optimum": ["OptimumOf"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["optimum"])

    deployment: str
    """How layers share the hardware."""
    optimum: OptimumOf | None
    """The best; null where there is none."""


class Explanation(Record):
    """What would do where nothing keeps the budgets.

    Attributes:
        shortfalls: What is missing of each budget.
        relaxed: All budgets multiplied by the smallest factor that will do.
        deployments: Other ways of sharing the hardware.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"shortfalls": ["ShortfallOf"], "relaxed": ["Relaxed"], "deployments": ["Redeployed"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["relaxed"])

    shortfalls: list[ShortfallOf]
    """What is missing of each budget."""
    relaxed: Relaxed | None
    """All budgets multiplied by the smallest factor that will do."""
    deployments: list[Redeployed]
    """Other ways of sharing the hardware."""


class BestMissing(Record):
    """Why there is no assignment.

    Attributes:
        feasible: Always false.
        shortfalls: The budgets that no assignment keeps.
        relaxation: The factor on every budget that would admit an assignment.
        explanation: What would do, with `--explain`.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"shortfalls": ["ShortfallOf"], "relaxation": ["RelaxationOf"], "explanation": ["Explanation"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["relaxation", "explanation"])

    feasible: bool
    """Always false."""
    shortfalls: list[ShortfallOf]
    """The budgets that no assignment keeps."""
    relaxation: RelaxationOf | None
    """The factor on every budget that would admit an assignment."""
    explanation: Explanation | None
    """What would do, with `--explain`."""


class Rechecked(Record):
    """An assignment that was run again.

    Attributes:
        model: The objective by the model.
        machine: The objective on the machine.
        error: The model's error, relative to the machine.
        feasible: Whether it keeps the budgets by the machine.
        model_rank: The rank of the assignment by the model, from 1.
    """

    model: float
    """The objective by the model."""
    machine: float
    """The objective on the machine."""
    error: float
    """The model's error, relative to the machine."""
    feasible: bool
    """Whether it keeps the budgets by the machine."""
    model_rank: int
    """The rank of the assignment by the model, from 1."""


class RecheckOfSearch(Record):
    """What became of `--recheck`.

    Attributes:
        run: The number of assignments that ran.
        note: The reason why fewer ran than were asked for; null if as many ran.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["note"])

    run: int
    """The number of assignments that ran."""
    note: str | None
    """The reason why fewer ran than were asked for; null if as many ran."""


class SearchCertificate(Record):
    """What is proved.

    Attributes:
        kind: `proved`, `conditional` or `none`.
        of: Whose optimum is proved: the `model`'s or the `machine`'s.
        costs: Whose costs the proof is over: of a table, the model or the machine.
        lower_bound: The objective that no assignment goes below; null if none is known.
        gap: The distance from the lower bound to the best, relative to the best, from 0 to 1; 0 is a proof.
        multipliers: The Lagrange multiplier of each budget, in their order: the objective's unit by the
            budget's.
        simulations: The number of runs of the machine that the proof rests on.
        entries: Options of all layers, where the proof is of the machine.
        rounds: Times that the model's costs were replaced by the machine's and solved again.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["lower_bound", "gap", "entries", "rounds"])

    kind: str
    """`proved`, `conditional` or `none`."""
    of: str
    """Whose optimum is proved: the `model`'s or the `machine`'s."""
    costs: str
    """Whose costs the proof is over: of a table, the model or the machine."""
    lower_bound: float | None
    """The objective that no assignment goes below; null if none is known."""
    gap: float | None
    """The distance from the lower bound to the best, relative to the best, from 0 to 1; 0 is a proof."""
    multipliers: list[float]
    """The Lagrange multiplier of each budget, in their order: the objective's unit by the budget's."""
    simulations: int
    """The number of runs of the machine that the proof rests on."""
    entries: int | None
    """Options of all layers, where the proof is of the machine."""
    rounds: int | None
    """Times that the model's costs were replaced by the machine's and solved again."""


class SearchEvaluations(Record):
    """What a search spent.

    Attributes:
        calls: The number of points that the optimiser asked for.
        distinct: The number of different points among them.
        entries: The number of different entries of the table of costs that were read.
    """

    calls: int
    """The number of points that the optimiser asked for."""
    distinct: int
    """The number of different points among them."""
    entries: int
    """The number of different entries of the table of costs that were read."""


class Ranking(Record):
    """How model and machine rank the same points.

    Attributes:
        model_ranks: The model's ranks, in the machine's order.
        turned_pairs: The number of pairs that model and machine order differently.
        pairs: The number of pairs that were compared.
    """

    model_ranks: list[int]
    """The model's ranks, in the machine's order."""
    turned_pairs: int
    """The number of pairs that model and machine order differently."""
    pairs: int
    """The number of pairs that were compared."""


class Seconds(Record):
    """Wall-clock seconds; null without `--verbose`.

    Attributes:
        table: Seconds to make the table of costs.
        search: Seconds of the search itself.
        recheck: Seconds to run the best again on the machine.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["table", "search", "recheck"])

    table: float | None
    """Seconds to make the table of costs."""
    search: float | None
    """Seconds of the search itself."""
    recheck: float | None
    """Seconds to run the best again on the machine."""


class Vertex(Record):
    """A point of the front under a limit on the first budget.

    Attributes:
        limit: The limit on the first budget, in square microns or milliwatts.
        used: The amount that is used of that budget; null if no assignment keeps it.
        objective: The best objective under the limit; null if no assignment keeps it.
        kind: `proved`, `conditional` or `none`.
        lower_bound: Nothing has a lower objective under this limit.
        multipliers: Lagrange multipliers of the budgets.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["used", "objective", "lower_bound"])

    limit: float
    """The limit on the first budget, in square microns or milliwatts."""
    used: float | None
    """The amount that is used of that budget; null if no assignment keeps it."""
    objective: float | None
    """The best objective under the limit; null if no assignment keeps it."""
    kind: str
    """`proved`, `conditional` or `none`."""
    lower_bound: float | None
    """Nothing has a lower objective under this limit."""
    multipliers: list[float]
    """Lagrange multipliers of the budgets."""


class Cores(Record):
    """The cores that there are to choose from.

    Attributes:
        batch: The values of `batch`: rows of inputs at a time.
        block_in: The values of `block_in`: input channels at a time.
        block_out: The values of `block_out`: output channels at a time.
        area_limit_um2: Area that a core may take, in square microns; null without a limit.
        macs_limit: Multipliers that a core may have; null without a limit.
        allowed: The number of cores that keep the limits.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["area_limit_um2", "macs_limit"])

    batch: list[int]
    """The values of `batch`: rows of inputs at a time."""
    block_in: list[int]
    """The values of `block_in`: input channels at a time."""
    block_out: list[int]
    """The values of `block_out`: output channels at a time."""
    area_limit_um2: float | None
    """Area that a core may take, in square microns; null without a limit."""
    macs_limit: int | None
    """Multipliers that a core may have; null without a limit."""
    allowed: int
    """The number of cores that keep the limits."""


class Core(Record):
    """A matrix core.

    Attributes:
        batch: Rows of inputs at a time.
        block_in: Input channels at a time.
        block_out: Output channels at a time.
    """

    batch: int
    """Rows of inputs at a time."""
    block_in: int
    """Input channels at a time."""
    block_out: int
    """Output channels at a time."""


class CoreUsed(Record):
    """The area and the multipliers of a core.

    Attributes:
        area_um2: Area in square microns.
        macs: The number of multipliers.
    """

    area_um2: float
    """Area in square microns."""
    macs: int
    """The number of multipliers."""


class CoreChoice(Record):
    """The schedule of a layer, with its figures.

    Attributes:
        layer: The layer's index in the network, from 0.
        name: The layer's name.
        dims: The layer's shape.
        schedule: The schedule.
        model: Cycles by the model.
        lower_bound: Cycles that it cannot go below.
        machine: Cycles on the machine.
        energy_pj: Energy in picojoules by component.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"dims": ["Dims"], "energy_pj": ["EnergyByComponent"]}

    layer: int
    """The layer's index in the network, from 0."""
    name: str
    """The layer's name."""
    dims: Dims
    """The layer's shape."""
    schedule: dict[str, Any]
    """The schedule."""
    model: int
    """Cycles by the model."""
    lower_bound: int
    """Cycles that it cannot go below."""
    machine: int
    """Cycles on the machine."""
    energy_pj: EnergyByComponent
    """Energy in picojoules by component."""


class BestCoreFound(Record):
    """The best core and its schedules.

    Attributes:
        feasible: Whether there is such a core: always true.
        objective: Cycles of the network, on the machine.
        of: Whether `objective` is the model's or the machine's: always `machine`.
        machine: Cycles of the network on the machine; the same as `objective`.
        model: Cycles of the network by the model.
        error: The model's error, relative to the machine.
        hardware: The core.
        used: The area and the multipliers of the core.
        energy_pj: Energy of the network in picojoules.
        energy_by_component_pj: The same energy by component.
        choices: The schedule of each layer, in the network's order.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"hardware": ["Core"], "used": ["CoreUsed"], "energy_by_component_pj": ["EnergyByComponent"], "choices": ["CoreChoice"]}

    feasible: bool
    """Whether there is such a core: always true."""
    objective: int
    """Cycles of the network, on the machine."""
    of: str
    """Whether `objective` is the model's or the machine's: always `machine`."""
    machine: int
    """Cycles of the network on the machine; the same as `objective`."""
    model: int
    """Cycles of the network by the model."""
    error: float
    """The model's error, relative to the machine."""
    hardware: Core
    """The core."""
    used: CoreUsed
    """The area and the multipliers of the core."""
    energy_pj: float
    """Energy of the network in picojoules."""
    energy_by_component_pj: EnergyByComponent
    """The same energy by component."""
    choices: list[CoreChoice]
    """The schedule of each layer, in the network's order."""


class NoCore(Record):
    """The answer that no core runs all layers.

    Attributes:
        feasible: Whether there is such a core: always false.
    """

    feasible: bool
    """Whether there is such a core: always false."""


class CheckedCore(Record):
    """Cycles of the network on the best core, by model and machine.

    Attributes:
        model: Cycles by the model.
        machine: Cycles on the machine.
        error: The model's error, relative to the machine.
    """

    model: int
    """Cycles by the model."""
    machine: int
    """Cycles on the machine."""
    error: float
    """The model's error, relative to the machine."""


class CoreCertificate(Record):
    """What is proved of the best core.

    Attributes:
        kind: `proved` if no core is better, else `none`.
        of: Whether the proof is about the model or the machine: always `machine`.
        over: The set of cores and schedules over which it is proved, in words; given by an exact search
            only.
        lower_bound: Cycles of the network that no core and schedules go below; null where nothing is
            proved.
        gap: The distance from the lower bound to the best, relative to the best, from 0 to 1; 0 is a proof.
        simulations: The number of runs of the machine.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["over", "lower_bound", "gap"])

    kind: str
    """`proved` if no core is better, else `none`."""
    of: str
    """Whether the proof is about the model or the machine: always `machine`."""
    over: str | None
    """The set of cores and schedules over which it is proved, in words; given by an exact search only."""
    lower_bound: int | None
    """Cycles of the network that no core and schedules go below; null where nothing is proved."""
    gap: float | None
    """The distance from the lower bound to the best, relative to the best, from 0 to 1; 0 is a proof."""
    simulations: int
    """The number of runs of the machine."""


class OwnCore(Record):
    """The core that suits a layer best.

    Attributes:
        name: The layer's name.
        hardware: The core; null where the layer runs on none.
        machine: Cycles of the layer on the machine; null where it runs on no core.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"hardware": ["Core"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["hardware", "machine"])

    name: str
    """The layer's name."""
    hardware: Core | None
    """The core; null where the layer runs on none."""
    machine: int | None
    """Cycles of the layer on the machine; null where it runs on no core."""


class EachItsOwn(Record):
    """The cycles that would be reached if each layer had the core that suits it best.

    Attributes:
        buildable: Whether one chip can be so: always false, as a chip has one core.
        objective: Cycles of the network on the machine; null where a layer runs on no core.
        choices: The core of each layer, in the network's order.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"choices": ["OwnCore"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["objective"])

    buildable: bool
    """Whether one chip can be so: always false, as a chip has one core."""
    objective: int | None
    """Cycles of the network on the machine; null where a layer runs on no core."""
    choices: list[OwnCore]
    """The core of each layer, in the network's order."""


class CoreSeconds(Record):
    """Wall-clock time of a search.

    Attributes:
        search: Seconds of the search; null without `--verbose`.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["search"])

    search: float | None
    """Seconds of the search; null without `--verbose`."""


class CoreVerdict(Record):
    """What an exact search found of a core.

    Attributes:
        hardware: The core.
        area_um2: Area of the core in square microns.
        macs: The number of multipliers.
        verdict: `proved`, `not_better`, `open`, `unable` or `too_large`.
        cycles: The least cycles of the network on this core; null where they are not proved.
        lower_bound: Cycles of the network that no schedules on this core go below; null where none is
            known.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"hardware": ["Core"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["cycles", "lower_bound"])

    hardware: Core
    """The core."""
    area_um2: float
    """Area of the core in square microns."""
    macs: int
    """The number of multipliers."""
    verdict: str
    """`proved`, `not_better`, `open`, `unable` or `too_large`."""
    cycles: int | None
    """The least cycles of the network on this core; null where they are not proved."""
    lower_bound: int | None
    """Cycles of the network that no schedules on this core go below; null where none is known."""


class Task(Record):
    """The layers of one shape, which a tuner tunes together.

    Attributes:
        layers: The names of the layers.
        points: The number of points (core and schedule) to choose from.
        measurements: The number of measurements that were made.
        curve_free: The course with the core free: pairs of the measurements made and the best cycles of one
            layer after them.
        curve: The course on the core that was chosen, in the same form.
    """

    layers: list[str]
    """The names of the layers."""
    points: int
    """The number of points (core and schedule) to choose from."""
    measurements: int
    """The number of measurements that were made."""
    curve_free: list[list[int]]
    """The course with the core free: pairs of the measurements made and the best cycles of one layer after
them."""
    curve: list[list[int]]
    """The course on the core that was chosen, in the same form."""


class CoreEvaluations(Record):
    """How many points a search evaluated.

    Attributes:
        calls: The number of points that were asked for.
        valid: Of `calls`, the number of legal schedules; given by an exact search only.
        machine_runs: Of `calls`, the number of points that ran on the machine; given by a tuner only.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["valid", "machine_runs"])

    calls: int
    """The number of points that were asked for."""
    valid: int | None
    """Of `calls`, the number of legal schedules; given by an exact search only."""
    machine_runs: int | None
    """Of `calls`, the number of points that ran on the machine; given by a tuner only."""


class CompareHeadline(Record):
    """The figure of the optimum, by the machine and by the model.

    Attributes:
        of: The origin of `value`: `machine` or `model`.
        value: The figure, in the objective's unit.
        model: The model's figure, where `value` is the machine's.
        error: The model's relative error: `(model - machine) / machine`.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["value", "model", "error"])

    of: str
    """The origin of `value`: `machine` or `model`."""
    value: float | None
    """The figure, in the objective's unit."""
    model: float | None
    """The model's figure, where `value` is the machine's."""
    error: float | None
    """The model's relative error: `(model - machine) / machine`."""


class CompareInstance(Record):
    """An instance: a problem that optimisers are run on.

    Attributes:
        name: The instance's name.
        fingerprint: A digest of what decides its results.
        optimum: The least objective that is known, in the objective's unit.
        proved: Whether that objective is proved to be the optimum.
        of: The origin of the costs: the model, or a table.
        arch: The accelerator's name; null for a table.
        network: The network's name; null for a table.
        batch: The number of images.
        settings: The settings that were overridden, `PATH=VALUE` each.
        caveats: Sentences on what the energy figures rest on besides measurements.
        coverage: How much of the network it is about; null for a table.
        headline: The optimum, by the machine and by the model.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"coverage": ["Coverage"], "headline": ["CompareHeadline"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["optimum", "coverage"])

    name: str
    """The instance's name."""
    fingerprint: str
    """A digest of what decides its results."""
    optimum: float | None
    """The least objective that is known, in the objective's unit."""
    proved: bool
    """Whether that objective is proved to be the optimum."""
    of: str
    """The origin of the costs: the model, or a table."""
    arch: str
    """The accelerator's name; null for a table."""
    network: str
    """The network's name; null for a table."""
    batch: int
    """The number of images."""
    settings: list[str]
    """The settings that were overridden, `PATH=VALUE` each."""
    caveats: list[str]
    """Sentences on what the energy figures rest on besides measurements."""
    coverage: Coverage | None
    """How much of the network it is about; null for a table."""
    headline: CompareHeadline
    """The optimum, by the machine and by the model."""


class CompareTarget(Record):
    """The expected running time to come within a gap of the optimum (ERT; Hansen et al., 2009).

    Attributes:
        target: The gap: the objective over the optimum, less 1.
        evaluations: The number of evaluations expected; null where no run came so far.
        interval: The 95 % bootstrap interval of that number.
        successes: The number of runs that came so far.
        seeds: The number of runs.
        success_rate: The share of runs that came so far, from 0 to 1.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["evaluations"])

    target: float
    """The gap: the objective over the optimum, less 1."""
    evaluations: float | None
    """The number of evaluations expected; null where no run came so far."""
    interval: list[float | None]
    """The 95 % bootstrap interval of that number."""
    successes: int
    """The number of runs that came so far."""
    seeds: int
    """The number of runs."""
    success_rate: float
    """The share of runs that came so far, from 0 to 1."""


class CompareRun(Record):
    """The results of an optimiser on an instance, over its seeds.

    Attributes:
        instance: The instance's name.
        optimizer: The optimiser's name.
        final_gap: Quartiles of the last gaps to the optimum; null where a run found nothing.
        expected_running_time: The expected running time to each target.
        anytime_gap: The quartiles of the gaps at each checkpoint; null where a run had found nothing.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"expected_running_time": ["CompareTarget"]}

    instance: str
    """The instance's name."""
    optimizer: str
    """The optimiser's name."""
    final_gap: list[float | None]
    """Quartiles of the last gaps to the optimum; null where a run found nothing."""
    expected_running_time: list[CompareTarget]
    """The expected running time to each target."""
    anytime_gap: list[list[float | None]]
    """The quartiles of the gaps at each checkpoint; null where a run had found nothing."""


class CompareShares(Record):
    """The shares of an optimiser's runs.

    Attributes:
        optimizer: The optimiser's name.
        shares: The shares, from 0 to 1, in the order of the checkpoints.
    """

    optimizer: str
    """The optimiser's name."""
    shares: list[float]
    """The shares, from 0 to 1, in the order of the checkpoints."""


class CompareProfile(Record):
    """A performance profile: the shares of an optimiser for a gap.

    Attributes:
        optimizer: The optimiser's name.
        target: The gap: the objective over the optimum, less 1.
        shares: Pairs of a factor over the fastest and the share of instances within it, from 0 to 1.
    """

    optimizer: str
    """The optimiser's name."""
    target: float
    """The gap: the objective over the optimum, less 1."""
    shares: list[list[float]]
    """Pairs of a factor over the fastest and the share of instances within it, from 0 to 1."""


class ComparePair(Record):
    """A comparison of two optimisers.

    Attributes:
        first: The first optimiser.
        second: The second optimiser.
        first_better: The number of pairs of a seed and an instance on which the first is better.
        second_better: The number of these on which the second is better.
        equal: The number of these on which neither is better.
        p: The p-value: the probability of a difference as large if there were none.
        p_holm: The p-value after Holm's correction for the number of pairs.
    """

    first: str
    """The first optimiser."""
    second: str
    """The second optimiser."""
    first_better: int
    """The number of pairs of a seed and an instance on which the first is better."""
    second_better: int
    """The number of these on which the second is better."""
    equal: int
    """The number of these on which neither is better."""
    p: float
    """The p-value: the probability of a difference as large if there were none."""
    p_holm: float
    """The p-value after Holm's correction for the number of pairs."""


class CompareRatio(Record):
    """A ratio, summed up over instances.

    Attributes:
        mean: The geometric mean.
        interval: Its 95 % bootstrap interval.
        worst: The ratio of the worst instance.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["mean", "worst"])

    mean: float | None
    """The geometric mean."""
    interval: list[float | None]
    """Its 95 % bootstrap interval."""
    worst: float | None
    """The ratio of the worst instance."""


class CompareSpeedup(Record):
    """The speed-up of an optimiser over another.

    Attributes:
        optimizer: The optimiser's name.
        target: The gap that both have to come within.
        instances: The number of instances on which both came so far.
        ratio: The evaluations of the other over its own; null without such instances.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"ratio": ["CompareRatio"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["ratio"])

    optimizer: str
    """The optimiser's name."""
    target: float
    """The gap that both have to come within."""
    instances: int
    """The number of instances on which both came so far."""
    ratio: CompareRatio | None
    """The evaluations of the other over its own; null without such instances."""


class CompareInterrupted(Record):
    """The way to go on with a comparison that was interrupted.

    Attributes:
        go_on: The command that resumes the comparison; null where no record was kept.
        runs: The number of runs that were done.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["go_on"])

    go_on: str | None
    """The command that resumes the comparison; null where no record was kept."""
    runs: int
    """The number of runs that were done."""


class SweepNetwork(Record):
    """A network of a sweep.

    Attributes:
        name: The network's name, as the plan has it.
        coverage: How much of it the figures are for.
        shortfall: Why the layers are too little of the network (the exit code is 1 then); null where they
            are enough.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"coverage": ["Coverage"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["shortfall"])

    name: str
    """The network's name, as the plan has it."""
    coverage: Coverage
    """How much of it the figures are for."""
    shortfall: str | None
    """Why the layers are too little of the network (the exit code is 1 then); null where they are enough."""


class SweepAxis(Record):
    """An axis of a sweep: what varies, and its values.

    Attributes:
        name: `arch`, `network`, `dataflow`, `batch`, or the path of a field of the accelerator.
        values: Its values.
    """

    name: str
    """`arch`, `network`, `dataflow`, `batch`, or the path of a field of the accelerator."""
    values: list[bool | int | float | str]
    """Its values."""


class SweepShard(Record):
    """A part of the points of a plan: every `of`-th point.

    Attributes:
        index: The number of the part, from 1.
        of: The number of parts.
    """

    index: int
    """The number of the part, from 1."""
    of: int
    """The number of parts."""


class SweepFigures(Record):
    """The figures of a point, as the total of a run has them.

    Attributes:
        cycles: Cycles of the array's clock.
        seconds: Time of a run in seconds.
        energy_pj: Energy, DRAM and leakage included, in picojoules.
        edp_js: Energy times delay, in joules times seconds.
        area_um2: Area of the chip in square microns.
        average_power_mw: Average power in milliwatts, DRAM included.
        utilization: Multiply-accumulates by the array's peak over all cycles, from 0 to 1.
    """

    cycles: int
    """Cycles of the array's clock."""
    seconds: float
    """Time of a run in seconds."""
    energy_pj: float
    """Energy, DRAM and leakage included, in picojoules."""
    edp_js: float
    """Energy times delay, in joules times seconds."""
    area_um2: float
    """Area of the chip in square microns."""
    average_power_mw: float
    """Average power in milliwatts, DRAM included."""
    utilization: float
    """Multiply-accumulates by the array's peak over all cycles, from 0 to 1."""


class SweepPoint(Record):
    """A point of a sweep, with its figures.

    Attributes:
        point: Its number in the plan, from 0.
        values: The value of each axis, in their order.
        figures: The figures; null for a point that cannot run.
        error: The reason why the point cannot run; left out if it ran.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"figures": ["SweepFigures"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["figures", "error"])

    point: int
    """Its number in the plan, from 0."""
    values: list[bool | int | float | str]
    """The value of each axis, in their order."""
    figures: SweepFigures | None
    """The figures; null for a point that cannot run."""
    error: str | None
    """The reason why the point cannot run; left out if it ran."""


class SweepFailure(Record):
    """Points that cannot run for one reason.

    Attributes:
        error: The error of the first of them.
        points: The number of these points.
        first: The number of the first of these points.
    """

    error: str
    """The error of the first of them."""
    points: int
    """The number of these points."""
    first: int
    """The number of the first of these points."""


class Check(Record):
    """One check of a certificate, and how it ended.

    Attributes:
        check: The name of the check, such as `accelerator` or `derived again`.
        holds: Whether the check holds.
        detail: What was found, in words.
    """

    check: str
    """The name of the check, such as `accelerator` or `derived again`."""
    holds: bool
    """Whether the check holds."""
    detail: str
    """What was found, in words."""
