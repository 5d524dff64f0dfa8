"""The notebooks, run by a real kernel."""

from __future__ import annotations

import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted(Path(__file__).resolve().parents[1].glob("notebooks/*.ipynb"))
MOST_BYTES = 40_000


def test_there_are_five() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES, "outputs are kept small"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code), "it was kept with its outputs"
    start = time.monotonic()
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
    print(f"{path.name}: {time.monotonic() - start:.1f} s")
