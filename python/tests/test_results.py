"""Tables, pages and plots."""

from __future__ import annotations

import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest
import stationary as st


@pytest.fixture(scope="module")
def run() -> st.Run:
    return st.simulate("eyeriss", "alexnet", layer=["conv2", "conv3", "fc8"])


def leaf(row: dict[str, Any], path: str) -> Any:
    for name in path.split("."):
        row = row[name]
    return row


def test_columns_are_the_documents_fields(run: st.Run) -> None:
    table = pyarrow.table(run)
    rows = run.to_dict()["layers"]
    assert table.num_rows == len(rows) == 3
    assert table["name"].to_pylist() == ["conv2", "conv3", "fc8"]
    for name in table.column_names:
        if name != "mapping" and not name.startswith("stalls."):
            assert table[name].to_pylist() == [leaf(row, name) for row in rows], name
    assert pyarrow.types.is_int64(table.schema.field("cycles").type)
    assert pyarrow.types.is_float64(table.schema.field("energy_pj.total").type)
    assert table["dims.stride"].to_pylist()[0] == [1, 1]
    # What a layer has no cause of is nothing, and all causes are the cycles without work.
    stalls = [name for name in table.column_names if name.startswith("stalls.")]
    for row in table.to_pylist():
        lost = sum(row[name] or 0 for name in stalls)
        assert lost + row["busy_cycles"] == row["cycles"]


def test_pandas_and_polars_read_it(run: st.Run) -> None:
    frame = pyarrow.table(run).to_pandas()
    assert frame["cycles"].sum() == run.total.cycles
    # Its stubs do not know it yet.
    from_arrow: Any = getattr(pandas.DataFrame, "from_arrow")  # noqa: B009
    assert from_arrow(run)["cycles"].sum() == run.total.cycles
    other = polars.DataFrame(run)
    assert other["cycles"].sum() == run.total.cycles
    assert other["energy_pj.total"].sum() == pytest.approx(run.total.energy_pj)


def test_the_stream_can_be_read_twice(run: st.Run) -> None:
    assert pyarrow.table(run).equals(pyarrow.table(run))


def test_every_answer_is_a_table(tmp_path: Path) -> None:
    layer = {"layer": "conv5"}
    compared = st.validate("shidiannao", "alexnet", mappings=3, layer="conv5")
    assert pyarrow.table(compared)["mapping"].to_pylist() == [0, 1, 2]
    network = tmp_path / "small.yaml"
    network.write_text("name: small\nsource: this test\nlayers:\n  - {name: fc, matmul: {m: 1, k: 30, c: 64}}\n")
    found = st.search_map("shidiannao", network, certify=True)
    assert pyarrow.table(found)["machine"].to_pylist() == [found.total.machine]
    assert pyarrow.table(st.verify(found))["holds"].to_pylist() == [True] * len(st.verify(found).checks)
    options: dict[str, Any] = {"pes": [16, 64], "tiles": [1, 4], **layer}
    assigned = st.search_assign("alexnet", budget="area=iot", **options)
    assert pyarrow.table(assigned).num_rows == 1
    trace = tmp_path / "trace"
    trace.write_text("0x0 R\n0x40 R\n")
    assert pyarrow.table(st.dram_replay("ddr4-2400", trace))["requests"].to_pylist() == [2]


def test_attributes_are_the_documents_fields(run: st.Run) -> None:
    document = run.to_dict()
    assert run.total.cycles == run.cycles == document["total"]["cycles"]
    assert [row.moved.dram.weight_read for row in run.layers] == [
        row["moved"]["dram"]["weight_read"] for row in document["layers"]
    ]
    assert document["layers"][0]["dims"]["K"] == run.layers[0].dims.K
    assert run.layers[0].dram is None
    assert run.goal is not None and run.goal.objective == "cycles"
    assert "cycles" in dir(run.total) and "cycles=" in repr(run.total)
    assert run["arch"] == run.arch == "eyeriss"
    assert dict(run.total) == document["total"]


def test_pages_and_plots_stand_by_themselves(run: st.Run, tmp_path: Path) -> None:
    page = run.to_html()
    assert page.startswith("<!DOCTYPE html>")
    assert run._repr_html_().startswith('<iframe srcdoc="&lt;!DOCTYPE')
    plots = {
        "roofline": run.plot_roofline(),
        "cycles": run.plot_cycles(),
        "energy": run.plot_energy(),
        "traffic": run.plot_traffic(),
        "parity": run.plot_parity(),
    }
    for name, plot in plots.items():
        root = xml.etree.ElementTree.fromstring(plot.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg", name
        # Few programs but browsers know colours by names.
        assert "var(" not in plot.svg and ".work { fill: #2f5d8a; }" in plot.svg, name
        assert plot._repr_svg_() == plot.svg and len(str(plot)) < 100
    assert len(run.plots()) == len(plots)
    plots["energy"].save(tmp_path / "energy.svg")
    assert (tmp_path / "energy.svg").read_text(encoding="utf-8") == plots["energy"].svg
    with pytest.raises(st.InputError, match="Roofline"):
        st.estimate("shidiannao", "alexnet", layer="conv5").plot_parity()


def test_the_drawings_are_those_of_the_page(run: st.Run) -> None:
    page = run.to_html()
    for plot in run.plots():
        # The same shapes, of the page's wide drawing.
        body = plot.svg.rsplit("<g transform", 1)[1].split("\n", 1)[1].rsplit("</g>", 1)[0]
        assert len(body) > 100 and body in page
