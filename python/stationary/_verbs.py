"""The functions of the package: the command line's verbs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, overload

from stationary import _stationary as native
from stationary._progress import shown
from stationary._stationary import Arch, Figures, Layer, Network, Plan
from stationary.errors import InputError, Interrupted, StationaryWarning
from stationary.results import (
    AssignmentSearch,
    CodesignSearch,
    Comparison,
    MappingSearch,
    Replay,
    Result,
    Run,
    Sweep,
    Validation,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, TypeAlias

    from stationary._progress import Progress

    AnArch: TypeAlias = Arch | str | PathLike[str]
    ANetwork: TypeAlias = Network | str | PathLike[str]
    Value: TypeAlias = float | str | bool
    Pace: TypeAlias = Literal["every-cycle", "skip-idle", "skip-periods"]
    Objective: TypeAlias = Literal["cycles", "energy", "edp"]
    Mappings: TypeAlias = MappingSearch | CodesignSearch | str | PathLike[str]
    Certificate: TypeAlias = MappingSearch | AssignmentSearch | CodesignSearch | Mapping[str, Any] | str | PathLike[str]


@overload
def estimate(arch: Plan) -> Figures: ...
@overload
def estimate(
    arch: AnArch,
    network: ANetwork,
    *,
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    dataflow: str | None = None,
    objective: Objective | None = None,
    slack: float | str | None = None,
    mapping: Mappings | None = None,
    explain: bool = False,
    advise: bool = False,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Run: ...
def estimate(
    arch: AnArch | Plan,
    network: ANetwork | None = None,
    *,
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    dataflow: str | None = None,
    objective: Objective | None = None,
    slack: float | str | None = None,
    mapping: Mappings | None = None,
    explain: bool = False,
    advise: bool = False,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Run | Figures:
    """What the analytical model says of a network on an accelerator; of a `Plan`, at once.

    >>> run = st.estimate("shidiannao", "alexnet", layer=["conv4", "conv5"])
    >>> [layer.name for layer in run.layers]
    ['conv4', 'conv5']
    >>> run.total.cycles == sum(layer.cycles for layer in run.layers)
    True

    Args:
        arch: The accelerator: a value, a preset's name, or a file's.
        network: The network: a value, a preset's name, or a file's.
        set: Fields of the accelerator that are overridden, by their paths.
        layer: Only these layers, by name or index from 0.
        dim: Sizes that an ONNX model leaves open, by name.
        batch: Images a run.
        partial: Whether an answer for less than 95 % of the network's multiply-accumulates is what is asked for;
            without it a warning says so.
        dataflow: `ws`, `os`, `rs`, `is` or a YAML file; the accelerator's first if left out.
        objective: What a mapping is chosen for: cycles if left out.
        slack: By how many per cent the objective may be above its least, for the sake of what comes second; 2 for
            cycles and 0 for the others if left out.
        mapping: Mappings instead of the mapper's: a preset's name, a file's, or what a search found.
        explain: Whether the error on a mapping that is not legal says what would make it so.
        advise: Whether to try what to change about the accelerator, which takes longer.
        progress: True for a bar; or is called with how many layers are done, of how many, and what is under way.
        threads: Threads that work; all processors if left out.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        NoMappingError: A layer that no mapping fits.
    """
    if isinstance(arch, Plan):
        return arch.estimate()
    if network is None:
        raise InputError("estimate: needed a network, or a plan alone")
    target = _target(arch, network, set, layer, dim, batch, partial, dataflow, objective, slack, mapping, explain)
    with shown(progress, "estimate") as tell:
        return Run(native.estimate(target, advise, {"progress": tell, "threads": threads}))


def simulate(
    arch: AnArch,
    network: ANetwork,
    *,
    pace: Pace = "skip-periods",
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    dataflow: str | None = None,
    objective: Objective | None = None,
    slack: float | str | None = None,
    mapping: Mappings | None = None,
    explain: bool = False,
    advise: bool = False,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Run:
    """What the cycle-level machine does with a network: every stall with its cause.

    >>> layer = st.simulate("shidiannao", "alexnet", layer="conv5").layers[0]
    >>> layer.busy_cycles + sum(layer.stalls.values()) == layer.cycles
    True

    Args:
        arch: The accelerator.
        network: The network.
        pace: How the machine advances time; results are the same.
        set: As for `estimate`, and so are all that follow.
        layer: Only these layers.
        dim: Sizes that an ONNX model leaves open.
        batch: Images a run.
        partial: Whether an answer for a part of the network will do.
        dataflow: The dataflow.
        objective: What a mapping is chosen for.
        slack: How much the objective may give.
        mapping: Mappings instead of the mapper's.
        explain: Whether an error says what would make a mapping legal.
        advise: Whether to try what to change.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        NoMappingError: A layer that no mapping fits.
    """
    target = _target(arch, network, set, layer, dim, batch, partial, dataflow, objective, slack, mapping, explain)
    with shown(progress, "simulate") as tell:
        return Run(native.simulate(target, pace, advise, {"progress": tell, "threads": threads}))


def validate(
    arch: AnArch,
    network: ANetwork,
    *,
    mappings: int = 1,
    seed: int = 0,
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    dataflow: str | None = None,
    objective: Objective | None = None,
    slack: float | str | None = None,
    mapping: Mappings | None = None,
    explain: bool = False,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Validation:
    """The model against the machine, layer by layer.

    >>> found = st.validate("shidiannao", "alexnet", layer="conv5", mappings=3)
    >>> found.dataflows[0].bound_violations
    0

    Args:
        arch: The accelerator.
        network: The network.
        mappings: Mappings a layer: the mapper's best, and others drawn over the whole range.
        seed: What the others are drawn by.
        set: As for `estimate`, and so are all that follow.
        layer: Only these layers.
        dim: Sizes that an ONNX model leaves open.
        batch: Images a run.
        partial: Whether an answer for a part of the network will do.
        dataflow: The dataflow; `all` takes every one in turn.
        objective: What the first mapping is chosen for.
        slack: How much the objective may give.
        mapping: Mappings instead of the mapper's.
        explain: Whether an error says what would make a mapping legal.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        NoMappingError: A layer that no mapping fits.
    """
    target = _target(arch, network, set, layer, dim, batch, partial, dataflow, objective, slack, mapping, explain)
    with shown(progress, "validate") as tell:
        waiting: native._Waiting = {"progress": tell, "threads": threads}
        return Validation(native.validate(target, mappings, seed, waiting))


def plan(
    arch: AnArch,
    layer: Layer,
    *,
    set: Mapping[str, Value] | None = None,
    dataflow: str | None = None,
    objective: Objective | None = None,
    slack: float | str | None = None,
    explain: bool = False,
) -> Plan:
    """A layer with the mapping that the mapper chooses, or the schedule, to be asked many times.

    >>> plan = st.plan("gemmini", st.Layer.matmul("fc", m=16, k=64, c=256))
    >>> plan.estimate().lower_bound_cycles <= plan.simulate().cycles
    True

    Args:
        arch: The accelerator.
        layer: The layer.
        set: As for `estimate`, and so are all that follow.
        dataflow: The dataflow.
        objective: What the mapping is chosen for.
        slack: How much the objective may give.
        explain: Whether an error says what would make a mapping legal.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        NoMappingError: No mapping fits.
    """
    network = Network.from_layers([layer], layer.name)
    target = _target(arch, network, set, (), None, 1, False, dataflow, objective, slack, None, explain)
    return target.plan()


def search_map(
    arch: AnArch,
    network: ANetwork,
    *,
    recheck: int | str = 5,
    certify: bool = False,
    simulations: int | None = None,
    gap: float | str | None = None,
    time: str | None = None,
    seed: int = 0,
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    dataflow: str | None = None,
    objective: Objective | None = None,
    slack: float | str | None = None,
    record: str | PathLike[str] | None = None,
    resume: str | PathLike[str] | None = None,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> MappingSearch:
    """The best mapping of each layer on fixed hardware, by the machine.

    >>> found = st.search_map("shidiannao", "alexnet", layer="conv5")
    >>> st.simulate("shidiannao", "alexnet", layer="conv5", mapping=found).total.cycles == found.total.machine
    True

    Args:
        arch: The accelerator.
        network: The network.
        recheck: How many of the model's best run on the machine; `auto`, or `auto=N`: until no candidate that is
            left can win.
        certify: Whether to prove the best of the mapper's candidates on the machine. Certificates name their inputs:
            there is one of presets and files, and none of values that were put together.
        simulations: Runs of the machine that a layer may take; then the proof ends with a gap.
        gap: Nothing more is run for a layer whose mapping takes at most so many per cent more cycles than any mapping
            needs, candidate or not; with `certify` or `recheck='auto'`.
        time: About how long all layers together may take, as `500ms`, `30s` or `2m`; then each has the best that was
            found, and its gap; with `certify` or `recheck='auto'`.
        seed: What documents say of a seed; nothing is drawn.
        set: As for `estimate`, and so are those that follow.
        layer: Only these layers.
        dim: Sizes that an ONNX model leaves open.
        batch: Images a run.
        partial: Whether an answer for a part of the network will do.
        dataflow: The dataflow.
        objective: What is made small.
        slack: How much the objective may give.
        record: A file to which each run of the machine is written as it ends.
        resume: A record whose runs are not made again; may be the same file.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        NoMappingError: A layer that no mapping fits.
        Interrupted: Ctrl-C, when there was something to show: `result` is the best so far.
    """
    target = _target(arch, network, set, layer, dim, batch, partial, dataflow, objective, slack, None, False)
    with shown(progress, "search map") as tell, _showing(MappingSearch):
        answer = native.search_map(
            target,
            str(recheck),
            certify,
            simulations,
            None if gap is None else str(gap),
            time,
            seed,
            _path(record),
            _path(resume),
            {"progress": tell, "threads": threads},
        )
        return MappingSearch(answer)


def search_assign(
    network: ANetwork | None = None,
    *,
    budget: str | Sequence[str] = (),
    dataflow: Literal["dla", "shi", "eye", "mix"] = "dla",
    arch: AnArch | None = None,
    set: Mapping[str, Value] | None = None,
    pes: str | Sequence[int] | None = None,
    tiles: str | Sequence[int] | None = None,
    table: str | PathLike[str] | None = None,
    shapes: str | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    deployment: str = "pipelined",
    objective: Literal["latency", "energy", "edp", "throughput"] = "latency",
    optimizer: str = "exact",
    evaluations: int | None = None,
    epochs: int | None = None,
    preset: str = "faithful",
    seed: int = 0,
    recheck: int | str = 1,
    certify: bool = False,
    simulations: int | None = None,
    explain: bool = False,
    front: int | None = None,
    record: str | PathLike[str] | None = None,
    resume: str | PathLike[str] | None = None,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> AssignmentSearch:
    """PEs and buffer of each layer under budgets.

    >>> found = st.search_assign("alexnet", budget="area=iot", layer="conv5", pes=[16, 64], tiles=[1, 4])
    >>> found.best.feasible, found.certificate.kind
    (True, 'proved')

    Args:
        network: The network, by the name of a preset or a file; none for a table.
        budget: `area=VALUE` or `power=VALUE`, or several: absolute (in square microns or mW, or with a unit:
            `2.5mm2`), a fraction, or `unlimited`, `cloud`, `iot`, `iotx`.
        dataflow: The style of the arrays; `mix` for a choice by layer.
        arch: Gives clocks, DRAM, precision, technology and the most buffer; a documented default if left out.
        set: Fields of it that are overridden.
        pes: Numbers of PEs to choose from; ConfuciuX's 12 levels if left out.
        tiles: Output channels that a PE keeps, to choose from; 1 to 12 if left out.
        table: A table of costs, in the place of our own model.
        shapes: The network whose layers a table's are.
        layer: Only these layers.
        dim: Sizes that an ONNX model leaves open.
        batch: Images a run.
        partial: Whether an answer for a part of the network will do.
        deployment: `pipelined`, `sequential`, `segmented` or `segmented=N`.
        objective: What is made small.
        optimizer: One of `presets("optimizers")`.
        evaluations: Points that the optimiser may evaluate; 10,000 if neither this nor `epochs` is given.
        epochs: Episodes or generations of those that work in epochs.
        preset: Settings of confuciux and its parts: `faithful`, `tuned` or `as-published`.
        seed: What is drawn is drawn from it.
        recheck: How many of the best run on the machine; `auto` or `auto=N`.
        certify: Whether to prove the optimum on the machine.
        simulations: Entries that may run on the machine; then the proof ends with a gap.
        explain: Whether to say what would do where no design keeps the budgets.
        front: Also solve exactly under so many limits on the first budget.
        record: A file to which each evaluation is written as it is made.
        resume: A record whose evaluations are not made again; may be the same file.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        Interrupted: Ctrl-C, when there was something to show: `result` is the best so far.
    """
    question = _assignment(
        _model(arch, set, pes, tiles, layer, dim, batch, partial),
        network=None if network is None else _network(network, dim)._origin[0],
        dataflow=dataflow,
        table=_path(table),
        shapes=shapes,
        deployment=deployment,
        objective=objective,
        budget=_list(budget),
        optimizer=optimizer,
        evaluations=evaluations,
        epochs=epochs,
        preset=preset,
        seed=seed,
        certify=certify,
        simulations=simulations,
        explain=explain,
        front=front,
    )
    with shown(progress, "search assign") as tell, _showing(AssignmentSearch):
        waiting: native._Waiting = {"progress": tell, "threads": threads}
        answer = native.search_assign(_dumps(question), str(recheck), _path(record), _path(resume), waiting)
        return AssignmentSearch(answer)


def search_codesign(
    network: ANetwork,
    *,
    arch: AnArch = "vta",
    hardware: str | PathLike[str] = "fixed",
    budget: str | None = None,
    macs: int | None = None,
    optimizer: str = "exact",
    measurements: int = 256,
    every: bool = False,
    seed: int = 0,
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    record: str | PathLike[str] | None = None,
    resume: str | PathLike[str] | None = None,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> CodesignSearch:
    """A core that all layers share, and a schedule of each layer, on a machine that instructions control.

    Args:
        network: The network, by the name of a preset or a file.
        arch: The machine.
        hardware: Cores to choose from: `fixed` (the machine as it is), `all` (64 shapes), or a YAML file.
        budget: Area that the machine may take: `area=VALUE`.
        macs: Multiply-accumulates a cycle that it may have.
        optimizer: `exact`, or a tuner: `arco`, `autotvm`, `chameleon`, `random`, `grid`, `genetic`, `annealing`.
        measurements: Measurements of each task by a tuner.
        every: Whether `exact` proves every core's optimum, not only which is best.
        seed: What is drawn is drawn from it.
        set: Fields of the machine that are overridden.
        layer: Only these layers.
        dim: Sizes that an ONNX model leaves open.
        batch: Images a run.
        partial: Whether an answer for a part of the network will do.
        record: A file to which each measurement is written as it is made.
        resume: A record whose measurements are not made again; may be the same file.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        Interrupted: Ctrl-C, when there was something to show: `result` is the best so far.
    """
    question = _codesign(
        arch,
        set,
        network=_network(network, dim)._origin[0],
        layer=_layers(layer),
        dim=_pairs(dim),
        batch=batch,
        partial=partial,
        hardware=fspath(hardware),
        budget=budget,
        macs=macs,
        optimizer=optimizer,
        measurements=measurements,
        every=every,
        seed=seed,
    )
    with shown(progress, "search codesign") as tell, _showing(CodesignSearch):
        waiting: native._Waiting = {"progress": tell, "threads": threads}
        answer = native.search_codesign(_dumps(question), _path(record), _path(resume), waiting)
        return CodesignSearch(answer)


def compare(
    network: ANetwork | Sequence[ANetwork] = (),
    *,
    table: str | PathLike[str] | Sequence[str | PathLike[str]] = (),
    shapes: str | None = None,
    dataflow: str | Sequence[str] = "dla",
    arch: AnArch | None = None,
    set: Mapping[str, Value] | None = None,
    pes: str | Sequence[int] | None = None,
    tiles: str | Sequence[int] | None = None,
    layer: str | int | Sequence[str | int] = (),
    dim: Mapping[str, int] | None = None,
    batch: int = 1,
    partial: bool = False,
    deployment: str | Sequence[str] = "pipelined",
    objective: str | Sequence[str] = "latency",
    budget: str | Sequence[str] = "area=iot",
    optimizer: str | Sequence[str] = (),
    against: str = "random",
    seeds: int = 20,
    epoch_seeds: int | None = None,
    evaluations: int = 5_000,
    epochs: int | None = None,
    preset: str = "faithful",
    seed: int = 0,
    record: str | PathLike[str] | None = None,
    resume: str | PathLike[str] | None = None,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Comparison:
    """Optimisers of assignments side by side: equal budgets, many seeds. Every table or style of every network,
    deployment, objective and budget together is an instance.

    Args:
        network: Networks by our own model.
        table: Tables of costs.
        shapes: The network whose layers the tables' are.
        dataflow: Styles of the arrays.
        arch: As for `search_assign`, and so are those that follow.
        set: Fields of it that are overridden.
        pes: Numbers of PEs to choose from.
        tiles: Output channels that a PE keeps, to choose from.
        layer: Only these layers.
        dim: Sizes that an ONNX model leaves open.
        batch: Images a run.
        partial: Whether an answer for a part of the network will do.
        deployment: How layers share the hardware.
        objective: What is made small.
        budget: Budgets of an instance each, joined by plus: `area=iot+power=cloud`.
        optimizer: Optimisers; every one if left out. A preset and epochs of their own may follow: `sac@100`.
        against: The optimiser that speed-ups are measured against.
        seeds: How many seeds, from `seed` on.
        epoch_seeds: How many seeds for those that work in epochs, if other.
        evaluations: Points that each run may evaluate.
        epochs: Epochs of those that learn.
        preset: Settings of those that learn.
        seed: The first seed.
        record: A file to which each run is written as it ends.
        resume: A record whose runs are not made again; may be the same file.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read, or is not allowed.
        Interrupted: Ctrl-C, when there was something to show: `result` is what was found so far.
    """
    networks = [network] if isinstance(network, Network | str | PathLike) else list(network)
    tables = [table] if isinstance(table, str | PathLike) else list(table)
    question = {
        "table": [fspath(path) for path in tables],
        "network": [_network(one, dim)._origin[0] for one in networks],
        "shapes": shapes,
        "dataflow": _list(dataflow),
        "model": _model(arch, set, pes, tiles, layer, dim, batch, partial),
        "deployment": _list(deployment),
        "objective": _list(objective),
        "budget": _list(budget),
        "optimizer": _list(optimizer),
        "against": against,
        "seeds": seeds,
        "epoch_seeds": epoch_seeds,
        "evaluations": evaluations,
        "epochs": epochs,
        "preset": preset,
        "seed": seed,
    }
    with shown(progress, "compare") as tell, _showing(Comparison):
        waiting: native._Waiting = {"progress": tell, "threads": threads}
        answer = native.compare(_dumps(question), _path(record), _path(resume), waiting)
        return Comparison(answer)


def sweep(
    plan: Mapping[str, Any] | str | PathLike[str],
    *,
    shard: str | None = None,
    record: str | PathLike[str] | None = None,
    resume: str | PathLike[str] | None = None,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Sweep:
    """A study over many accelerators and networks: axes over any fields, constraints between them, a grid or drawn
    points. Nothing is computed twice.

    Args:
        plan: The plan's file, or its fields, such as `{"arch": "systolic", "network": "alexnet", "axes":
            {"array.rows": [8, 16]}}`; `stationary schema plan` has them all.
        shard: A part of the points: `"3/16"` is every sixteenth from the third on; `sweep_merge` joins the parts.
        record: A file to which each point is written as it ends.
        resume: A record whose points are not evaluated again; may be the same file.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: A plan that cannot be read or is not allowed, with `file`, `line` and `path`.
    """
    name, text = ("plan", _dumps(plan)) if isinstance(plan, Mapping) else (fspath(plan), None)
    with shown(progress, "sweep") as tell:
        waiting: native._Waiting = {"progress": tell, "threads": threads}
        return _swept(native.sweep(name, text, shard, _path(record), _path(resume), waiting))


def sweep_merge(parts: Sequence[Sweep | str | PathLike[str]]) -> Sweep:
    """The parts of a sweep, joined: the same as the whole in one.

    Args:
        parts: Every part, as a result or the file of one.

    Raises:
        InputError: A file that is no sweep; parts of different plans, too few or one twice.
    """
    texts = []
    for at, part in enumerate(parts):
        if isinstance(part, Sweep):
            texts.append((f"part {at + 1}", part.to_json()))
            continue
        name = fspath(part)
        try:
            with open(name, encoding="utf-8") as file:
                texts.append((name, file.read()))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {name}: {error}", file=name) from error
    return _swept(native.sweep_merge(texts))


def _swept(found: tuple[native.Answer, list[str]]) -> Sweep:
    answer, notes = found
    for note in notes:
        warnings.warn(note, StationaryWarning, stacklevel=3)
    return Sweep(answer)


def verify(
    certificate: Certificate,
    *,
    quick: bool = False,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Verdict:
    """A certificate, checked again: its inputs are read and its bounds computed anew, and what ran runs again.

    Args:
        certificate: A file, what one holds, or the search that made one.
        quick: Whether to run only what is called the best again; the verdict says so.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Returns:
        The verdict, which is true where every check holds.

    Raises:
        InputError: A file that cannot be read or is no certificate; a search without one.
    """
    name = "certificate"
    if isinstance(certificate, MappingSearch | AssignmentSearch | CodesignSearch):
        made = certificate.certificate_json
        if made is None:
            raise InputError("verify: the search has no certificate; certify=True makes one")
        text = made
    elif isinstance(certificate, Mapping):
        text = _dumps(certificate)
    else:
        name = fspath(certificate)
        try:
            with open(name, encoding="utf-8") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {name}: {error}", file=name) from error
    with shown(progress, "verify") as tell:
        return Verdict(native.verify(text, name, quick, {"progress": tell, "threads": threads}))


def dram_replay(
    dram: str | PathLike[str],
    trace: str | PathLike[str],
    *,
    issue_per_clock: int = 1,
    progress: bool | Progress | None = None,
) -> Replay:
    """An address trace through a memory of a DRAM standard.

    Args:
        dram: The standard: a preset's name, or a file (YAML, DRAMsim3 `.ini`).
        trace: The trace, plain or packed by gzip: `0xADDRESS R|W [CYCLE]` a line.
        issue_per_clock: Requests without a cycle that issue a memory clock at most.
        progress: True for a bar, or what is called.

    Raises:
        InputError: A file that cannot be read; a line that is no request, with `file` and `line`.
    """
    with shown(progress, "dram") as tell:
        waiting: native._Waiting = {"progress": tell, "threads": None}
        answer, notes = native.dram_replay(fspath(dram), fspath(trace), issue_per_clock, waiting)
    for note in notes:
        warnings.warn(note, StationaryWarning, stacklevel=2)
    return Replay(answer)


class _showing:
    """Gives what an interrupted search had found its type."""

    def __init__(self, kind: type[Result]) -> None:
        self.kind = kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Interrupted) and isinstance(error.result, native.Answer):
            error.result = self.kind(error.result)


def _target(
    arch: AnArch,
    network: ANetwork,
    set: Mapping[str, Value] | None,
    layer: str | int | Sequence[str | int],
    dim: Mapping[str, int] | None,
    batch: int,
    partial: bool,
    dataflow: str | None,
    objective: str | None,
    slack: float | str | None,
    mapping: Mappings | None,
    explain: bool,
) -> native.Target:
    """Everything together; warns of what alters the answer or does nothing."""
    text = None
    if isinstance(mapping, MappingSearch):
        text = mapping.mappings_yaml
    elif isinstance(mapping, CodesignSearch):
        text = mapping.schedules_yaml
        if text is None:
            raise InputError("mapping: the search found no schedules")
    target = native.Target(
        _arch(arch, set),
        _network(network, dim),
        {
            "layers": _layers(layer),
            "batch": batch,
            "partial": partial,
            "dataflow": dataflow,
            "objective": objective,
            "slack": None if slack is None else str(slack),
            "mapping": None if mapping is None or isinstance(mapping, Result) else fspath(mapping),
            "mapping_text": text,
            "explain": explain,
        },
    )
    said, _ = target.remarks
    for remark in said:
        warnings.warn(remark, StationaryWarning, stacklevel=3)
    if shortfall := target.shortfall:
        warnings.warn(shortfall, StationaryWarning, stacklevel=3)
    return target


def _arch(arch: AnArch, set: Mapping[str, Value] | None) -> Arch:
    arch = arch if isinstance(arch, Arch) else Arch.open(arch)
    return arch.set(set) if set else arch


def _network(network: ANetwork, dim: Mapping[str, int] | None) -> Network:
    if isinstance(network, Network):
        if dim:
            raise InputError("dim: it is for a network by name; Network.onnx(path, dims=...) reads a value")
        return network
    return Network.open(network, dims=dim)


def _model(
    arch: AnArch | None,
    set: Mapping[str, Value] | None,
    pes: str | Sequence[int] | None,
    tiles: str | Sequence[int] | None,
    layer: str | int | Sequence[str | int],
    dim: Mapping[str, int] | None,
    batch: int,
    partial: bool,
) -> dict[str, Any]:
    """What prices the options of an assignment. Without an accelerator, fields of the default are overridden."""
    name, sets = _arch(arch, None)._origin if arch is not None else (None, [])
    return {
        "arch": name,
        "set": [*sets, *_settings(set)],
        "pes": _levels(pes),
        "tiles": _levels(tiles),
        "layer": _layers(layer),
        "dim": _pairs(dim),
        "batch": batch,
        "partial": partial,
    }


def _assignment(
    model: Mapping[str, Any],
    *,
    network: str | None,
    dataflow: str,
    table: str | None,
    shapes: str | None,
    **question: Any,
) -> dict[str, Any]:
    """A question of `search_assign` by the names of its fields; what is left out has its default."""
    costs = {**model, "table": table, "network": network, "dataflow": dataflow, "shapes": shapes}
    return {"costs": costs, **question}


def _codesign(arch: AnArch, set: Mapping[str, Value] | None, **question: Any) -> dict[str, Any]:
    """A question of `search_codesign` by the names of its fields; what is left out has its default."""
    name, sets = _arch(arch, set)._origin
    return {"arch": name, "set": sets, **question}


def _dumps(value: Any) -> str:
    # Not before it is needed: it takes as long to import as all of this package.
    from json import dumps

    return dumps(value)


def _settings(set: Mapping[str, Value] | None) -> list[str]:
    text = {True: "true", False: "false"}
    items = (set or {}).items()
    return [f"{path}={text[value] if isinstance(value, bool) else value}" for path, value in items]


def _levels(levels: str | Sequence[int] | None) -> str | None:
    if levels is None or isinstance(levels, str):
        return levels
    return ",".join(map(str, levels))


def _layers(layer: str | int | Sequence[str | int]) -> list[str]:
    return [str(layer)] if isinstance(layer, str | int) else [str(one) for one in layer]


def _pairs(dim: Mapping[str, int] | None) -> list[str]:
    return [f"{name}={size}" for name, size in (dim or {}).items()]


def _list(values: str | Sequence[str]) -> list[str]:
    return [values] if isinstance(values, str) else list(values)


def _path(path: str | PathLike[str] | None) -> str | None:
    return None if path is None else fspath(path)
