"""Python gives the command line's numbers, to the last digit."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
import stationary as st

CASES = int(os.environ.get("STATIONARY_CASES", "16"))
NETWORKS = ["alexnet", "resnet18", "mobilenet_v2", "bert_base"]
FIELDS: dict[str, list[Any]] = {
    "array.rows": [8, 12, 24],
    "dram.latency": [20, 150],
    "dram.kind": ["hbm2", "ideal"],
    "global_buffer.kib": [64, 256],
}


def draw(seed: int) -> tuple[str, str, dict[str, Any], list[object]]:
    """An accelerator, a network, options of Python, and the same as flags."""
    rng = random.Random(seed)
    arch = rng.choice([name for name in st.presets("archs") if not name.startswith("systolic-")])
    network = rng.choice([name for name in NETWORKS if name in st.presets("networks")])
    sets = {path: rng.choice(values) for path, values in FIELDS.items() if rng.random() < 0.2}
    if arch.startswith("vta"):
        sets.clear()
    names = [layer.name for layer in st.Network.preset(network)]
    options: dict[str, Any] = {"layer": rng.sample(names, 2), "set": sets}
    if rng.random() < 0.3:
        options["objective"] = rng.choice(["cycles", "energy", "edp"])
    if rng.random() < 0.2:
        options["slack"] = rng.choice([0, 5, 12.5])
    if rng.random() < 0.2:
        options["batch"] = 2
    flags: list[object] = ["--arch", arch, "--network", network]
    for name in options["layer"]:
        flags += ["--layer", name]
    for path, value in sets.items():
        flags += ["--set", f"{path}={value}"]
    for name in ("objective", "slack", "batch"):
        if name in options:
            flags += [f"--{name}", options[name]]
    return arch, network, options, flags


@pytest.mark.parametrize("seed", range(CASES))
def test_a_random_question_has_the_same_answer(seed: int, printed: Callable[..., Any]) -> None:
    arch, network, options, flags = draw(seed)
    verb = ["estimate", "simulate", "validate"][seed % 3]
    extra = {"mappings": 3, "seed": seed} if verb == "validate" else {}
    words = [word for name, value in extra.items() for word in (f"--{name}", value)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", st.StationaryWarning)
            found: st.Result = getattr(st, verb)(arch, network, **options, **extra)
    except st.StationaryError as error:
        with pytest.raises(AssertionError) as refused:
            printed(verb, *flags, *words)
        first = str(error).splitlines()[0]
        assert first in str(refused.value), f"seed {seed}"
        return
    assert found.to_dict() == printed(verb, *flags, *words), f"seed {seed}"


def test_text_and_lines_are_the_same(command: Callable[..., str]) -> None:
    flags = ["--arch", "eyeriss", "--network", "alexnet", "--layer", "conv3"]
    run = st.simulate("eyeriss", "alexnet", layer="conv3")
    assert run.to_json() + "\n" == command("simulate", *flags, "--format", "json", "-q")
    assert run.to_csv() == command("simulate", *flags, "--format", "csv", "-q")


def test_advice_is_the_same(command: Callable[..., str]) -> None:
    flags = ["--arch", "shidiannao", "--network", "alexnet", "--layer", "conv5"]
    run = st.estimate("shidiannao", "alexnet", layer="conv5", advise=True)
    assert run.advised is not None and run.advised.tried
    assert run.to_json() + "\n" == command("estimate", *flags, "--format", "json")


def test_inputs_that_are_values_give_the_same_as_their_names() -> None:
    sets = {"array.rows": 24}
    named = st.simulate("eyeriss", "alexnet", set=sets, layer="conv3").to_dict()
    arch = st.Arch.from_yaml(st.Arch.preset("eyeriss").to_yaml(), "eyeriss.yaml").set(sets)
    layers = st.Network.preset("alexnet").layers
    network = st.Network.from_layers(layers, "alexnet")
    assert st.simulate(arch, network, layer="conv3").to_dict() == named


def test_a_plan_has_the_figures_of_its_layer() -> None:
    layer = st.Network.preset("alexnet")["conv3"]
    plan = st.plan("eyeriss", layer)
    for verb, figures in (("estimate", plan.estimate()), ("simulate", plan.simulate())):
        row = getattr(st, verb)("eyeriss", "alexnet", layer="conv3").layers[0]
        assert figures.cycles == row.cycles
        assert figures.model_cycles == row.model_cycles
        assert figures.lower_bound_cycles == row.lower_bound_cycles
        assert figures.utilization == row.utilization
        assert figures.energy_pj == row.energy_pj.total
        assert figures.stalls == row.stalls
        assert figures.dram_bytes == row.moved.dram_bytes
        assert figures.bound_by == row.bound_by
    assert st.estimate(plan).cycles == plan.estimate().cycles


def test_search_map_and_its_certificate(printed: Callable[..., Any], tmp_path: Path) -> None:
    network = tmp_path / "small.yaml"
    network.write_text("name: small\nsource: this test\nlayers:\n  - {name: fc, matmul: {m: 1, k: 30, c: 64}}\n")
    flags = ["--arch", "shidiannao", "--network", network]
    near = st.search_map("shidiannao", network, certify=True, gap=25)
    assert near.to_dict() == printed("search", "map", *flags, "--certify", "--gap", "25")
    found = st.search_map("shidiannao", network, certify=True)
    assert found.to_dict() == printed("search", "map", *flags, "--certify")
    assert found.layers[0].certificate.kind == "proved"
    verdict = st.verify(found)
    assert verdict and verdict.runs_again == verdict.runs
    file = tmp_path / "proof.json"
    found.write_certificate(file)
    assert verdict.to_dict() == printed("verify", file)
    quick = st.verify(file, quick=True)
    assert quick.to_dict() == printed("verify", file, "--quick")
    given = st.simulate("shidiannao", network, mapping=found)
    assert given.total.cycles == found.total.machine
    # A certificate that claims less than it proved does not hold.
    forged = found.certificate_json
    assert forged is not None
    changed = forged.replace('"kind": "proved"', '"kind": "none"')
    (tmp_path / "forged.json").write_text(changed)
    assert not st.verify(tmp_path / "forged.json")


def test_search_assign(printed: Callable[..., Any]) -> None:
    flags = ["--network", "alexnet", "--budget", "area=iot", "--pes", "16,64", "--tiles", "1,4", "--layer", "conv3"]
    found = st.search_assign("alexnet", budget="area=iot", pes=[16, 64], tiles=[1, 4], layer="conv3")
    assert found.to_dict() == printed("search", "assign", *flags)
    proved = st.search_assign("alexnet", budget="area=iot", pes=[16, 64], tiles=[1, 4], layer="conv3", certify=True)
    assert proved.certificate.kind == "proved"
    assert st.verify(proved)


def test_search_codesign(printed: Callable[..., Any]) -> None:
    def timeless(document: Any) -> Any:
        document["seconds"] = None
        return document

    found = st.search_codesign("resnet18", layer="layer4.0.conv1")
    flags = ["--network", "resnet18", "--layer", "layer4.0.conv1"]
    assert timeless(found.to_dict()) == timeless(printed("search", "codesign", *flags))
    given = st.simulate("vta", "resnet18", layer="layer4.0.conv1", mapping=found)
    assert given.total.cycles == found["best"]["machine"]
    assert st.verify(found)


def test_compare(printed: Callable[..., Any]) -> None:
    flags = ["--network", "alexnet", "--layer", "conv3", "--pes", "16,64", "--tiles", "1,4"]
    many = ["--optimizer", "exact", "--optimizer", "genetic", "--seeds", 2, "--evaluations", 20]
    found = st.compare(
        "alexnet",
        layer="conv3",
        pes="16,64",
        tiles="1,4",
        optimizer=["exact", "genetic"],
        seeds=2,
        evaluations=20,
    )
    assert found.to_dict() == printed("compare", *flags, *many)


PLAN = """\
arch: systolic
network: alexnet
layers: [conv3]
axes: {array.rows: [8, 16, 32], array.cols: [8, 16], dataflow: [ws, os]}
where: [array.rows * array.cols <= 256]
"""


def test_sweep(printed: Callable[..., Any], tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    found = st.sweep(plan)
    assert found.to_dict() == printed("sweep", plan)
    assert len(found.points) == 10 and found.best["cycles"] in found.front
    axes: dict[str, list[Any]] = {"array.rows": [8, 16, 32], "array.cols": [8, 16], "dataflow": ["ws", "os"]}
    fields = {"arch": "systolic", "network": "alexnet", "layers": ["conv3"], "axes": axes}
    same = st.sweep({**fields, "where": ["array.rows * array.cols <= 256"]})
    assert same.points == found.points
    parts = [st.sweep(plan, shard=shard) for shard in ("1/2", "2/2")]
    file = tmp_path / "part.json"
    file.write_text(parts[1].to_json())
    assert st.sweep_merge([parts[0], file]).to_dict() == found.to_dict()
    table = pyarrow.table(found)
    assert table["array.rows"].to_pylist() == [point.values[0] for point in found.points]
    assert [p for p, on in zip(table["point"].to_pylist(), table["front"].to_pylist(), strict=True) if on] == list(
        found.front
    )
    assert "parallel" in found.to_html().lower()
    record = tmp_path / "points.jsonl"
    st.sweep(plan, record=record)
    assert st.sweep(plan, resume=record).to_dict() == found.to_dict()
    plan.write_text(PLAN.replace("array.cols", "array.colls"))
    with pytest.raises(st.InputError) as wrong:
        st.sweep(plan)
    assert wrong.value.line == 4 and wrong.value.path is not None
    assert wrong.value.path.startswith("axes.array.colls")
    with pytest.raises(st.InputError, match="3/16"):
        st.sweep(plan, shard="3/2")


def test_dram_replay(printed: Callable[..., Any]) -> None:
    trace = Path(__file__).resolve().parents[2] / "tests/data/dram/rand_read.trace.gz"
    found = st.dram_replay("ddr4-2400", trace)
    assert found.to_dict() == printed("dram", "--dram", "ddr4-2400", "--trace", trace)
    assert found.row_hits + found.row_misses + found.row_conflicts == found.reads + found.writes


def test_an_onnx_model(printed: Callable[..., Any]) -> None:
    file = "workloads/tests/data/onnx/multi_head_attention.onnx"
    path = Path(__file__).resolve().parents[2] / file
    found = st.estimate("gemmini", st.Network.onnx(path))
    assert found.to_dict() == printed("estimate", "--arch", "gemmini", "--network", path)


def test_the_number_of_threads_changes_nothing() -> None:
    one = st.estimate("eyeriss", "alexnet", threads=1)
    assert one.to_dict() == st.estimate("eyeriss", "alexnet").to_dict()
