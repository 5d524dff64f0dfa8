"""The documents: a class for each, with every field's meaning and unit beside its name.

Made by `generate_documents.py` from the schemas of the library; not to be changed by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationary._record import Record

if TYPE_CHECKING:
    from typing import Any, ClassVar

    from stationary.parts import (
        Advised,
        BestCoreFound,
        BestFound,
        BestMissing,
        Check,
        CheckedCore,
        Claim,
        CompareInstance,
        CompareInterrupted,
        ComparePair,
        CompareProfile,
        CompareRun,
        CompareShares,
        CompareSpeedup,
        CoreCertificate,
        CoreEvaluations,
        CoreSeconds,
        CoreVerdict,
        Cores,
        Coverage,
        EachItsOwn,
        EnergyByComponent,
        EnergyParts,
        Goal,
        Headline,
        Interrupted,
        MapLayer,
        MapTotal,
        NoCore,
        Peaks,
        Ranking,
        Recheck,
        RecheckOfSearch,
        Rechecked,
        RunLayer,
        SearchCertificate,
        SearchEvaluations,
        Seconds,
        SweepAxis,
        SweepFailure,
        SweepNetwork,
        SweepPoint,
        SweepShard,
        Task,
        Total,
        TotalEnergy,
        Unmapped,
        ValidateDataflow,
        Vertex,
    )

__all__ = [
    "Codesign",
    "Compare",
    "Map",
    "Replay",
    "Run",
    "Search",
    "Sweep",
    "Validate",
    "Verified",
]


class Run(Record):
    """The answer of `estimate` or `simulate`: the figures of a network, by model or machine.

    Attributes:
        schema: The name of the schema: `stationary/run/1`.
        reading: Whether the figures are the model's or the machine's: `model` or `machine`.
        arch: The accelerator's name.
        network: The network's name.
        dataflow: The dataflow by its short name, or `decoupled`.
        goal: What mappings were chosen for; null where a file gives all.
        seed: The seed that was given; nothing of a run is drawn.
        batch: The number of images.
        settings: The overrides of fields of the accelerator, as given.
        coverage: How much of the network the answer is for.
        accelerator: What the accelerator could do at most.
        caveats: Sentences on what energy and area rest on besides measurements.
        notes: Sentences to be read beside the figures.
        advice: What to try next, in a sentence.
        advised: The same advice for programs; null where nothing was tried.
        layers: Layer by layer, in the network's order.
        total: All layers together.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"goal": ["Goal"], "coverage": ["Coverage"], "accelerator": ["Peaks"], "advised": ["Advised"], "layers": ["RunLayer"], "total": ["Total"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["goal", "advised"])

    schema: str
    """The name of the schema: `stationary/run/1`."""
    reading: str
    """Whether the figures are the model's or the machine's: `model` or `machine`."""
    arch: str
    """The accelerator's name."""
    network: str
    """The network's name."""
    dataflow: str
    """The dataflow by its short name, or `decoupled`."""
    goal: Goal | None
    """What mappings were chosen for; null where a file gives all."""
    seed: int
    """The seed that was given; nothing of a run is drawn."""
    batch: int
    """The number of images."""
    settings: list[str]
    """The overrides of fields of the accelerator, as given."""
    coverage: Coverage
    """How much of the network the answer is for."""
    accelerator: Peaks
    """What the accelerator could do at most."""
    caveats: list[str]
    """Sentences on what energy and area rest on besides measurements."""
    notes: list[str]
    """Sentences to be read beside the figures."""
    advice: str
    """What to try next, in a sentence."""
    advised: Advised | None
    """The same advice for programs; null where nothing was tried."""
    layers: list[RunLayer]
    """Layer by layer, in the network's order."""
    total: Total
    """All layers together."""


class Validate(Record):
    """The model against the machine, over mappings of layers.

    Attributes:
        schema: The name of the schema: `stationary/validate/1`.
        arch: The accelerator's name.
        network: The network's name.
        mappings: The greatest number of mappings of a layer that were compared.
        goal: What the first mapping was chosen for; null where a file gives all.
        seed: The seed that the other mappings were drawn by.
        batch: The number of images of a run.
        settings: The fields of the accelerator that were overridden, `PATH=VALUE` each.
        caveats: What energies and areas rest on besides measurements, a sentence each.
        coverage: How much of the network the answer is for.
        dataflows: The comparison under each dataflow.
        left_out: Dataflows that were asked for and not compared.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"goal": ["Goal"], "coverage": ["Coverage"], "dataflows": ["ValidateDataflow"], "left_out": ["Unmapped"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["goal"])

    schema: str
    """The name of the schema: `stationary/validate/1`."""
    arch: str
    """The accelerator's name."""
    network: str
    """The network's name."""
    mappings: int
    """The greatest number of mappings of a layer that were compared."""
    goal: Goal | None
    """What the first mapping was chosen for; null where a file gives all."""
    seed: int
    """The seed that the other mappings were drawn by."""
    batch: int
    """The number of images of a run."""
    settings: list[str]
    """The fields of the accelerator that were overridden, `PATH=VALUE` each."""
    caveats: list[str]
    """What energies and areas rest on besides measurements, a sentence each."""
    coverage: Coverage
    """How much of the network the answer is for."""
    dataflows: list[ValidateDataflow]
    """The comparison under each dataflow."""
    left_out: list[Unmapped]
    """Dataflows that were asked for and not compared."""


class Map(Record):
    """The answer of a search for the best mapping of each layer.

    Attributes:
        schema: The name of the schema: `stationary/search-map/1`.
        arch: The accelerator's name.
        network: The network's name.
        dataflow: The dataflow's short name.
        seed: The seed that was given; nothing is drawn.
        goal: What mappings were chosen for.
        batch: The number of images.
        settings: The overrides of fields of the accelerator, as given.
        caveats: Sentences on what energy rests on besides measurements.
        notes: Sentences to be read beside the figures.
        coverage: How much of the network the answer is for.
        headline: Cycles of all layers, by machine and model.
        layers: Layer by layer.
        certificate: What is proved of all layers.
        recheck: How `--recheck` was carried out.
        total: All layers together.
        interrupted: How to resume the search, where it was interrupted.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"goal": ["Goal"], "coverage": ["Coverage"], "headline": ["Headline"], "layers": ["MapLayer"], "certificate": ["Claim"], "recheck": ["Recheck"], "total": ["MapTotal"], "interrupted": ["Interrupted"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["goal", "interrupted"])

    schema: str
    """The name of the schema: `stationary/search-map/1`."""
    arch: str
    """The accelerator's name."""
    network: str
    """The network's name."""
    dataflow: str
    """The dataflow's short name."""
    seed: int
    """The seed that was given; nothing is drawn."""
    goal: Goal | None
    """What mappings were chosen for."""
    batch: int
    """The number of images."""
    settings: list[str]
    """The overrides of fields of the accelerator, as given."""
    caveats: list[str]
    """Sentences on what energy rests on besides measurements."""
    notes: list[str]
    """Sentences to be read beside the figures."""
    coverage: Coverage
    """How much of the network the answer is for."""
    headline: Headline
    """Cycles of all layers, by machine and model."""
    layers: list[MapLayer]
    """Layer by layer."""
    certificate: Claim
    """What is proved of all layers."""
    recheck: Recheck
    """How `--recheck` was carried out."""
    total: MapTotal
    """All layers together."""
    interrupted: Interrupted | None
    """How to resume the search, where it was interrupted."""


class Search(Record):
    """A search for an assignment. Its objective is in cycles or cycles times nanojoules as whole numbers, or in nanojoules.

    Attributes:
        schema: The name of the schema: `stationary/search/1`.
        optimizer: The name of the optimiser.
        network: The network's name; null for a table of costs.
        batch: The number of images of a run.
        settings: The fields of the accelerator that were overridden, `PATH=VALUE` each.
        caveats: What energies and areas rest on besides measurements, a sentence each.
        notes: Remarks on the figures, a sentence each.
        coverage: How much of the network the answer is for; null for a table.
        deployment: How layers share the hardware: `pipelined`, `sequential`, `segmented` or `segmented=N`.
        objective: The objective that is minimised: `latency` or `throughput` in cycles, `energy` in
            nanojoules, `edp` in cycles times nanojoules.
        budgets: Limits by resource and unit: `area_um2`, `power_mw`.
        headline: The objective of the best assignment; null if there is none.
        best: The best assignment, or the reason why there is none.
        checked: The assignments that were run again on the machine.
        recheck: The outcome of `--recheck`.
        certificate: What is proved of the best assignment.
        evaluations: The work that the search did.
        ranking: How the machine ranks the assignments that were run again; null with fewer than two.
        seconds: The wall-clock time of each part in seconds, with `--verbose`.
        curve: The course of the search: for each improvement the number of evaluations so far and the best
            objective.
        stop: The reason why the search ended.
        energy_pj: Energy of the best assignment in picojoules, by component; of a table the total alone.
        energy_parts_pj: What it consists of.
        machine_energy_pj: The same on the machine.
        interrupted: How to go on, where the search was interrupted.
        front: The Pareto front that `--front` asks for.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"coverage": ["Coverage"], "headline": ["Headline"], "best": ["BestFound", "BestMissing"], "checked": ["Rechecked"], "recheck": ["RecheckOfSearch"], "certificate": ["SearchCertificate"], "evaluations": ["SearchEvaluations"], "ranking": ["Ranking"], "seconds": ["Seconds"], "energy_pj": ["EnergyByComponent", "TotalEnergy"], "energy_parts_pj": ["EnergyParts"], "machine_energy_pj": ["EnergyByComponent"], "interrupted": ["Interrupted"], "front": ["Vertex"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["network", "coverage", "headline", "ranking", "energy_pj", "energy_parts_pj", "machine_energy_pj", "interrupted", "front"])

    schema: str
    """The name of the schema: `stationary/search/1`."""
    optimizer: str
    """The name of the optimiser."""
    network: str | None
    """The network's name; null for a table of costs."""
    batch: int
    """The number of images of a run."""
    settings: list[str]
    """The fields of the accelerator that were overridden, `PATH=VALUE` each."""
    caveats: list[str]
    """What energies and areas rest on besides measurements, a sentence each."""
    notes: list[str]
    """Remarks on the figures, a sentence each."""
    coverage: Coverage | None
    """How much of the network the answer is for; null for a table."""
    deployment: str
    """How layers share the hardware: `pipelined`, `sequential`, `segmented` or `segmented=N`."""
    objective: str
    """The objective that is minimised: `latency` or `throughput` in cycles, `energy` in nanojoules, `edp` in cycles
times nanojoules."""
    budgets: dict[str, float]
    """Limits by resource and unit: `area_um2`, `power_mw`."""
    headline: Headline | None
    """The objective of the best assignment; null if there is none."""
    best: BestFound | BestMissing
    """The best assignment, or the reason why there is none."""
    checked: list[Rechecked]
    """The assignments that were run again on the machine."""
    recheck: RecheckOfSearch
    """The outcome of `--recheck`."""
    certificate: SearchCertificate
    """What is proved of the best assignment."""
    evaluations: SearchEvaluations
    """The work that the search did."""
    ranking: Ranking | None
    """How the machine ranks the assignments that were run again; null with fewer than two."""
    seconds: Seconds
    """The wall-clock time of each part in seconds, with `--verbose`."""
    curve: list[list[int | float]]
    """The course of the search: for each improvement the number of evaluations so far and the best objective."""
    stop: str
    """The reason why the search ended."""
    energy_pj: EnergyByComponent | TotalEnergy | None
    """Energy of the best assignment in picojoules, by component; of a table the total alone."""
    energy_parts_pj: EnergyParts | None
    """What it consists of."""
    machine_energy_pj: EnergyByComponent | None
    """The same on the machine."""
    interrupted: Interrupted | None
    """How to go on, where the search was interrupted."""
    front: list[Vertex] | None
    """The Pareto front that `--front` asks for."""


class Codesign(Record):
    """The answer of a search for hardware and schedules.

    Attributes:
        schema: The name of the schema: `stationary/codesign/1`.
        optimizer: The name of the optimiser.
        seed: The seed of all that is drawn at random.
        network: The network's name.
        arch: The accelerator's name.
        objective: The objective that is minimised: `latency`.
        batch: The number of images.
        settings: The overrides of fields of the accelerator, as given.
        caveats: Sentences on what energy and area rest on besides measurements.
        notes: Sentences to be read beside the figures.
        coverage: How much of the network the answer is for.
        hardware: The cores that there are to choose from.
        headline: Cycles of the network on the best; null where there is none.
        best: The best core and its schedules, or that there is none.
        checked: The best core by model and by machine.
        certificate: What is proved of the best core.
        each_layer_its_own_hardware: The cycles that would be reached if each layer had the core that suits
            it best.
        seconds: Wall-clock time.
        stop: Why the search ended.
        interrupted: How to resume the search, where it was interrupted.
        machines: What is known of each core; given by an exact search only.
        tasks: The shapes of layers, which are tuned together; given by a tuner only.
        evaluations: What the search spent.
        curve: The course of a tuner: pairs of the measurements made of each task and the network's cycles
            after them.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"coverage": ["Coverage"], "hardware": ["Cores"], "headline": ["Headline"], "best": ["BestCoreFound", "NoCore"], "checked": ["CheckedCore"], "certificate": ["CoreCertificate"], "each_layer_its_own_hardware": ["EachItsOwn"], "seconds": ["CoreSeconds"], "interrupted": ["Interrupted"], "machines": ["CoreVerdict"], "tasks": ["Task"], "evaluations": ["CoreEvaluations"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["headline", "interrupted", "machines", "tasks", "curve"])

    schema: str
    """The name of the schema: `stationary/codesign/1`."""
    optimizer: str
    """The name of the optimiser."""
    seed: int
    """The seed of all that is drawn at random."""
    network: str
    """The network's name."""
    arch: str
    """The accelerator's name."""
    objective: str
    """The objective that is minimised: `latency`."""
    batch: int
    """The number of images."""
    settings: list[str]
    """The overrides of fields of the accelerator, as given."""
    caveats: list[str]
    """Sentences on what energy and area rest on besides measurements."""
    notes: list[str]
    """Sentences to be read beside the figures."""
    coverage: Coverage
    """How much of the network the answer is for."""
    hardware: Cores
    """The cores that there are to choose from."""
    headline: Headline | None
    """Cycles of the network on the best; null where there is none."""
    best: BestCoreFound | NoCore
    """The best core and its schedules, or that there is none."""
    checked: list[CheckedCore]
    """The best core by model and by machine."""
    certificate: CoreCertificate
    """What is proved of the best core."""
    each_layer_its_own_hardware: EachItsOwn
    """The cycles that would be reached if each layer had the core that suits it best."""
    seconds: CoreSeconds
    """Wall-clock time."""
    stop: str
    """Why the search ended."""
    interrupted: Interrupted | None
    """How to resume the search, where it was interrupted."""
    machines: list[CoreVerdict] | None
    """What is known of each core; given by an exact search only."""
    tasks: list[Task] | None
    """The shapes of layers, which are tuned together; given by a tuner only."""
    evaluations: CoreEvaluations
    """What the search spent."""
    curve: list[list[int]] | None
    """The course of a tuner: pairs of the measurements made of each task and the network's cycles after
them."""


class Compare(Record):
    """A comparison of optimisers on the same instances, with equal budgets of evaluations and many seeds (`stationary compare`).

    Attributes:
        schema: The name of the schema: `stationary/compare/1`.
        evaluations: The number of evaluations that each run may make.
        epochs: The number of epochs of optimisers that learn; null if left to the number of evaluations.
        preset: The settings of optimisers that learn: `faithful`, `tuned` or `as-published`.
        seed: The first seed.
        seeds: The number of seeds of each optimiser on each instance; a deterministic one runs once.
        against: The optimiser that speed-ups are relative to.
        optimizers: The optimisers by name, in the order asked for.
        notes: Sentences on what is to be known beside the figures.
        instances: The instances: problems that each optimiser is run on.
        checkpoints: The checkpoints: numbers of evaluations at which gaps are given.
        runs: The results of each optimiser on each instance.
        ecdf: For each optimiser, the share of runs and targets reached by each checkpoint (an empirical
            distribution).
        performance_profile: For each gap and optimiser, the share of instances on which it is within a
            factor of the fastest (a performance profile; Dolan and Moré, 2002).
        wilcoxon: Wilcoxon's signed-rank test of each pair of optimisers.
        speedups: The speed-ups over `against`, in evaluations.
        interrupted: The way to go on; absent unless the comparison was interrupted.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"instances": ["CompareInstance"], "runs": ["CompareRun"], "ecdf": ["CompareShares"], "performance_profile": ["CompareProfile"], "wilcoxon": ["ComparePair"], "speedups": ["CompareSpeedup"], "interrupted": ["CompareInterrupted"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["interrupted"])

    schema: str
    """The name of the schema: `stationary/compare/1`."""
    evaluations: int
    """The number of evaluations that each run may make."""
    epochs: int
    """The number of epochs of optimisers that learn; null if left to the number of evaluations."""
    preset: str
    """The settings of optimisers that learn: `faithful`, `tuned` or `as-published`."""
    seed: int
    """The first seed."""
    seeds: int
    """The number of seeds of each optimiser on each instance; a deterministic one runs once."""
    against: str
    """The optimiser that speed-ups are relative to."""
    optimizers: list[str]
    """The optimisers by name, in the order asked for."""
    notes: list[str]
    """Sentences on what is to be known beside the figures."""
    instances: list[CompareInstance]
    """The instances: problems that each optimiser is run on."""
    checkpoints: list[int]
    """The checkpoints: numbers of evaluations at which gaps are given."""
    runs: list[CompareRun]
    """The results of each optimiser on each instance."""
    ecdf: list[CompareShares]
    """For each optimiser, the share of runs and targets reached by each checkpoint (an empirical distribution)."""
    performance_profile: list[CompareProfile]
    """For each gap and optimiser, the share of instances on which it is within a factor of the fastest (a
performance profile; Dolan and Moré, 2002)."""
    wilcoxon: list[ComparePair]
    """Wilcoxon's signed-rank test of each pair of optimisers."""
    speedups: list[CompareSpeedup]
    """The speed-ups over `against`, in evaluations."""
    interrupted: CompareInterrupted | None
    """The way to go on; absent unless the comparison was interrupted."""


class Replay(Record):
    """The result of replaying an address trace through a memory (`stationary dram replay`).

    Attributes:
        schema: The name of the schema: `stationary/dram/1`.
        dram: The name of the memory's standard.
        requests: The number of requests that were done.
        reads: The number of reads among them.
        writes: The number of writes among them.
        cycles: Clocks of the memory until the last request was done.
        last_issue_cycle: The clock at which the last request issued.
        nanoseconds: The time of `cycles` in nanoseconds.
        mean_read_latency_cycles: The mean number of clocks from a read's issue to its data; null without
            reads.
        max_read_latency_cycles: The number of clocks of the slowest read; null without reads.
        bytes_per_request: The number of bytes of a burst.
        bytes_asked_for: A trace names no sizes: a request is for the burst that its address lies in.
        bytes_moved: Bytes that crossed the bus: what was forwarded or merged did not, nor did a write that
            still waits.
        bursts: Bursts that crossed the bus.
        writes_waiting: Writes that were accepted and had not crossed the bus when the last request was
            done: the controller keeps them until enough wait.
        bytes_per_cycle: Bytes that crossed the bus in a clock, on average.
        peak_share: The share of what the bus could have moved, from 0 to 1.
        row_hits: The number of bursts whose row was open (row hits).
        row_misses: The number of bursts whose bank had no open row (row misses).
        row_conflicts: The number of bursts whose bank had another row open (row conflicts).
        forwarded: The number of reads answered by a write that waited (forwarded).
        merged: The number of requests that became one with another of the same burst (merged).
        activates: The number of rows opened (activates).
        precharges: The number of rows closed (precharges).
        refreshes: The number of refreshes.
    """

    _optional: ClassVar[frozenset[str]] = frozenset(["mean_read_latency_cycles", "max_read_latency_cycles"])

    schema: str
    """The name of the schema: `stationary/dram/1`."""
    dram: str
    """The name of the memory's standard."""
    requests: int
    """The number of requests that were done."""
    reads: int
    """The number of reads among them."""
    writes: int
    """The number of writes among them."""
    cycles: int
    """Clocks of the memory until the last request was done."""
    last_issue_cycle: int
    """The clock at which the last request issued."""
    nanoseconds: float
    """The time of `cycles` in nanoseconds."""
    mean_read_latency_cycles: float | None
    """The mean number of clocks from a read's issue to its data; null without reads."""
    max_read_latency_cycles: int | None
    """The number of clocks of the slowest read; null without reads."""
    bytes_per_request: int
    """The number of bytes of a burst."""
    bytes_asked_for: int
    """A trace names no sizes: a request is for the burst that its address lies in."""
    bytes_moved: int
    """Bytes that crossed the bus: what was forwarded or merged did not, nor did a write that still waits."""
    bursts: int
    """Bursts that crossed the bus."""
    writes_waiting: int
    """Writes that were accepted and had not crossed the bus when the last request was done: the controller keeps
them until enough wait."""
    bytes_per_cycle: float
    """Bytes that crossed the bus in a clock, on average."""
    peak_share: float
    """The share of what the bus could have moved, from 0 to 1."""
    row_hits: int
    """The number of bursts whose row was open (row hits)."""
    row_misses: int
    """The number of bursts whose bank had no open row (row misses)."""
    row_conflicts: int
    """The number of bursts whose bank had another row open (row conflicts)."""
    forwarded: int
    """The number of reads answered by a write that waited (forwarded)."""
    merged: int
    """The number of requests that became one with another of the same burst (merged)."""
    activates: int
    """The number of rows opened (activates)."""
    precharges: int
    """The number of rows closed (precharges)."""
    refreshes: int
    """The number of refreshes."""


class Sweep(Record):
    """A sweep: axes, a record a point, and what is best.

    Attributes:
        schema: The name of the schema: `stationary/sweep/1`.
        plan: SHA-256 of the version, of the plan, and of every file that it names.
        version: The version of stationary that wrote it.
        verb: What was asked of each point: `estimate` or `simulate`.
        objectives: The objectives that are minimised.
        fixed: What is the same at every point, by name, as options and overrides take it.
        networks: Of each network, how much of it the figures are for.
        axes: What varies, in the order of the plan.
        where: The constraints that points keep.
        points_by: How points were chosen: `grid`, `random` or `sobol`.
        seed: The seed of those that are drawn; null of a grid.
        planned: The number of points of the whole plan.
        shard: The part of the plan's points that this is; null if it is all of them.
        points: The points, in the order of the plan.
        front: The points that no other is as good as in every objective and better in one, by number; of
            those that are equal in all objectives the first.
        best: The best point of each objective, by number; of equals one that is on the front.
        failed: The reasons why points have no figures, the most frequent first.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"networks": ["SweepNetwork"], "axes": ["SweepAxis"], "shard": ["SweepShard"], "points": ["SweepPoint"], "failed": ["SweepFailure"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["seed", "shard"])

    schema: str
    """The name of the schema: `stationary/sweep/1`."""
    plan: str
    """SHA-256 of the version, of the plan, and of every file that it names."""
    version: str
    """The version of stationary that wrote it."""
    verb: str
    """What was asked of each point: `estimate` or `simulate`."""
    objectives: list[str]
    """The objectives that are minimised."""
    fixed: dict[str, bool | int | float | str]
    """What is the same at every point, by name, as options and overrides take it."""
    networks: list[SweepNetwork]
    """Of each network, how much of it the figures are for."""
    axes: list[SweepAxis]
    """What varies, in the order of the plan."""
    where: list[str]
    """The constraints that points keep."""
    points_by: str
    """How points were chosen: `grid`, `random` or `sobol`."""
    seed: int | None
    """The seed of those that are drawn; null of a grid."""
    planned: int
    """The number of points of the whole plan."""
    shard: SweepShard | None
    """The part of the plan's points that this is; null if it is all of them."""
    points: list[SweepPoint]
    """The points, in the order of the plan."""
    front: list[int]
    """The points that no other is as good as in every objective and better in one, by number; of those that are
equal in all objectives the first."""
    best: dict[str, int]
    """The best point of each objective, by number; of equals one that is on the front."""
    failed: list[SweepFailure]
    """The reasons why points have no figures, the most frequent first."""


class Verified(Record):
    """The result of checking a certificate (`stationary verify`).

    Attributes:
        schema: The name of the schema: `stationary/verify/1`.
        holds: Whether every check holds.
        about: The subject of the certificate as it was read again: pairs of a name and a value.
        origin: A sentence that says so if another build or version wrote the certificate; else null.
        claim: The claim that is proved, in words.
        runs: The number of runs of the machine that the certificate rests on.
        runs_again: The number of these runs that were made again.
        checks: The checks, in the order in which they were made.
    """

    _kinds: ClassVar[dict[str, list[str]]] = {"checks": ["Check"]}
    _optional: ClassVar[frozenset[str]] = frozenset(["origin"])

    schema: str
    """The name of the schema: `stationary/verify/1`."""
    holds: bool
    """Whether every check holds."""
    about: dict[str, str]
    """The subject of the certificate as it was read again: pairs of a name and a value."""
    origin: str | None
    """A sentence that says so if another build or version wrote the certificate; else null."""
    claim: str
    """The claim that is proved, in words."""
    runs: int
    """The number of runs of the machine that the certificate rests on."""
    runs_again: int
    """The number of these runs that were made again."""
    checks: list[Check]
    """The checks, in the order in which they were made."""
