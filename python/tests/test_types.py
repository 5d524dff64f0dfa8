"""Types, stubs and documentation."""

from __future__ import annotations

import doctest
import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import stationary as st
from stationary import _stationary, _verbs

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = """
import stationary as st

arch: st.Arch = st.Arch.preset("gemmini").set("array.rows", 32)
run: st.Run = st.simulate(arch, "resnet18", layer=["conv1", 3], progress=print)
cycles: int = run.total.cycles
energy: float = run.layers[0].energy_pj.total
words: int = run.layers[0].moved.dram.weight_read
plan: st.Plan = st.plan(arch, st.Layer.matmul("fc", m=1, k=10, c=64))
figures: st.Figures = st.estimate(plan)
found: st.MappingSearch = st.search_map(arch, "alexnet", certify=True)
bound: int | None = found.certificate.lower_bound
holds: bool = st.verify(found).holds
best = st.search_assign("alexnet", budget="area=iot").best
feasible: bool = best.feasible
"""


def mypy(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "mypy", *words], capture_output=True, text=True, cwd=ROOT)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_package_and_its_tests_are_typed() -> None:
    assert mypy() == ""


def test_a_program_is_checked(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SAMPLE)
    assert mypy("--strict", str(program)) == ""
    program.write_text(SAMPLE + "\nrun.total.cicles\nst.simulate(1, 2)\n")
    assert mypy("--strict", str(program)).count("error:") >= 2


def test_the_stub_says_what_the_native_half_has(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "stationary._stationary", "--ignore-missing-stub"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout


def generator() -> ModuleType:
    path = ROOT / "python/generate_documents.py"
    spec = importlib.util.spec_from_file_location("generate_documents", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_classes_of_documents_are_those_of_the_schemas(program: Path) -> None:
    for name, text in generator().made(str(program)).items():
        assert (ROOT / "python/stationary" / name).read_text(encoding="utf-8") == text, name


@pytest.mark.parametrize("name", [name for name in st.__all__ if not name.startswith("__")])
def test_everything_is_documented(name: str) -> None:
    found = getattr(st, name)
    if inspect.isbuiltin(found) or getattr(found, "__module__", "") == "stationary":
        # Its documentation is in the stub.
        text = (ROOT / "python/stationary/_stationary.pyi").read_text()
        assert name in text
        return
    assert found.__doc__
    if inspect.isfunction(found):
        for parameter in inspect.signature(found).parameters:
            assert f"\n        {parameter}: " in found.__doc__, parameter


def test_the_version_is_the_crates() -> None:
    assert st.__version__ == _stationary.VERSION


def test_the_examples_of_functions_run() -> None:
    ran = doctest.testmod(_verbs, extraglobs={"st": st})
    assert ran.attempted > 10 and ran.failed == 0


def test_the_readme_runs() -> None:
    text = (ROOT / "python/README.md").read_text(encoding="utf-8")
    blocks = [block.split("```", 1)[0] for block in text.split("```python\n")[1:]]
    assert len(blocks) >= 3
    scope: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), scope)
