"""Errors say where they are and what was probably meant."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import pytest
import stationary as st


def test_a_misspelt_name() -> None:
    with pytest.raises(st.InputError, match="did you mean `eyeriss`") as found:
        st.Arch.preset("eyeris")
    assert found.value.suggestion == "eyeriss"
    with pytest.raises(st.InputError) as found:
        st.Network.preset("alxnet")
    assert found.value.suggestion == "alexnet"
    with pytest.raises(st.InputError):
        st.estimate("eyeriss", "alexnet", layer="conv9")


def test_a_field() -> None:
    with pytest.raises(st.InputError) as found:
        st.Arch.preset("eyeriss").set("array.rwos", 9)
    assert (found.value.path, found.value.suggestion) == ("array.rwos", "rows")
    with pytest.raises(st.InputError) as found:
        st.Arch.preset("eyeriss").set("array.rows", 0)
    assert found.value.path == "array.rows"


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = st.Arch.preset("eyeriss").to_yaml()
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("rows:"))
    lines[at] = lines[at].replace("rows:", "rwos:")
    file.write_text("\n".join(lines))
    for read in (lambda: st.Arch.open(file), lambda: st.estimate(file, "alexnet")):
        with pytest.raises(st.InputError) as found:
            read()
        error = found.value
        assert error.file == str(file)
        assert error.line == at + 1
        assert error.column == len(lines[at]) - len(lines[at].lstrip()) + 1
        assert error.suggestion == "rows"
    with pytest.raises(st.InputError) as found:
        st.Arch.from_yaml("\n".join(lines), "here.yaml")
    assert (found.value.file, found.value.line) == ("here.yaml", at + 1)
    with pytest.raises(st.InputError, match=r"cannot read .*: .*No such file") as found:
        st.Arch.open(tmp_path / "none.yaml")
    assert found.value.file == str(tmp_path / "none.yaml")


def test_a_trace(tmp_path: Path) -> None:
    file = tmp_path / "bad.trace"
    file.write_text("0x40 R\n0x80 X\n")
    with pytest.raises(st.InputError, match="found") as found:
        st.dram_replay("ddr4-2400", file)
    assert (found.value.file, found.value.line) == (str(file), 2)


def test_a_layer_without_a_mapping() -> None:
    with pytest.raises(st.NoMappingError, match="layer `conv1`: no schedule fits: the input buffer holds 64 bytes"):
        st.estimate("vta", "resnet18", layer=0, set={"global_buffer.partitions.0.kib": 0.0625})


def test_options() -> None:
    with pytest.raises(st.InputError, match="slack"):
        st.estimate("eyeriss", "alexnet", slack="much")
    with pytest.raises(st.InputError, match="pace"):
        st.simulate("eyeriss", "alexnet", pace="fast")  # type: ignore[arg-type]
    with pytest.raises(st.InputError, match="recheck"):
        st.search_map("eyeriss", "alexnet", recheck="some")
    with pytest.raises(st.InputError, match="exact"):
        st.search_assign("alexnet", budget="area=iot", optimizer="exat")
    with pytest.raises(st.InputError, match="certify"):
        st.search_map("eyeriss", "alexnet", certify=True, objective="energy", layer=0)
    with pytest.raises(st.InputError, match="no certificate"):
        st.verify(st.search_map("shidiannao", "alexnet", layer="conv5"))
    with pytest.raises(TypeError):
        st.estimate("eyeriss", "alexnet", bach=2)  # type: ignore[call-overload]


def test_what_does_nothing_is_warned_of() -> None:
    with pytest.warns(st.StationaryWarning, match="objective"):
        st.estimate("eyeriss", "alexnet", batch=4, mapping="eyeriss-alexnet", layer="conv1", objective="cycles")


def test_errors_and_inputs_are_pickled() -> None:
    with pytest.raises(st.InputError) as found:
        st.Arch.preset("eyeris")
    again = pickle.loads(pickle.dumps(found.value))
    assert (str(again), again.suggestion) == (str(found.value), "eyeriss")
    arch = st.Arch.preset("eyeriss").set("array.rows", 24)
    assert pickle.loads(pickle.dumps(arch)) == arch
    network = st.Network.preset("alexnet")
    assert pickle.loads(pickle.dumps(network)).macs == network.macs


def test_an_answer_is_not_changed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = st.estimate("shidiannao", "alexnet", layer="conv5")
    with pytest.raises(AttributeError):
        run.total.cycles = 1
    with pytest.raises(AttributeError, match="no field"):
        run.total.cicles  # type: ignore[attr-defined]  # noqa: B018
    run.to_dict()["total"]["cycles"] = 1
    assert run.to_dict()["total"]["cycles"] == run.total.cycles > 1
