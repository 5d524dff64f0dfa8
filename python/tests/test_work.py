"""Long work: Ctrl-C, progress, threads, and what a call costs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import stationary as st
from stationary._progress import Bar

ROOT = Path(__file__).resolve().parents[2]
SLOW = {
    # Every cycle of a large layer: minutes.
    "simulate": 'st.simulate("eyeriss", "vgg16", layer="conv1_2", pace="every-cycle", batch=64)',
    "validate": 'st.validate("eyeriss", "vgg16", mappings=2000)',
    "search_map": 'st.search_map("eyeriss", "resnet50", recheck=100_000)',
    "search_assign": 'st.search_assign("resnet50", budget="area=iot", optimizer="random", evaluations=10**9)',
}


@pytest.mark.parametrize("verb", SLOW)
def test_ctrl_c_ends_it(verb: str) -> None:
    script = f"""
import threading, time, sys
import stationary as st
def told(done, total, name):
    # From the first call on it is at work.
    print("begun", flush=True)
try:
    {SLOW[verb][:-1]}, progress=told)
except KeyboardInterrupt as error:
    print(type(error).__name__, type(getattr(error, "result", None)).__name__, flush=True)
else:
    print("done", flush=True)
"""
    program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "begun\n"
    time.sleep(1)
    begun = time.monotonic()
    program.send_signal(signal.SIGINT)
    rest, _ = program.communicate(timeout=60)
    last = rest.splitlines()[-1]
    took = time.monotonic() - begun
    if verb.startswith("search"):
        assert last in {
            "Interrupted MappingSearch",
            "Interrupted AssignmentSearch",
            "KeyboardInterrupt NoneType",
        }
    else:
        assert last == "KeyboardInterrupt NoneType"
    # The grace of a search and what the machine makes of a signal; all of it would take far longer.
    assert took < 30


def test_progress_tells_of_every_kind_of_layer() -> None:
    told: list[tuple[int, int, str]] = []
    st.simulate("shidiannao", "alexnet", progress=lambda *state: told.append(state))
    assert told[-1][0] == told[-1][1] == 8
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


def test_an_error_of_the_callback_ends_the_work() -> None:
    def refuses(*_state: object) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        st.simulate("eyeriss", "vgg16", layer="conv1_2", pace="every-cycle", batch=64, progress=refuses)


def test_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    st.estimate("shidiannao", "alexnet", layer="conv5", progress=True)
    # Standard error is no terminal here.
    assert capsys.readouterr().err == ""
    bar = Bar("work")
    bar(3, 8, "conv3")
    assert bar.text().startswith("3/8 [") and bar.text().endswith("conv3")
    bar.close()


def test_a_bar_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[dict[str, str]] = []
    handle = SimpleNamespace(update=lambda page, raw: pages.append(page))
    shell, display = ModuleType("IPython"), ModuleType("IPython.display")
    vars(shell)["get_ipython"] = lambda: SimpleNamespace(kernel=object())
    vars(display)["display"] = lambda page, raw, display_id: handle
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    st.estimate("shidiannao", "alexnet", progress=True)
    assert '<progress value="1.0000">' in pages[-1]["text/html"]
    assert pages[-1]["text/plain"].startswith("8/8 [")


def test_others_work_meanwhile() -> None:
    count = 0
    done = threading.Event()

    def counts() -> None:
        nonlocal count
        while not done.is_set():
            count += 1
            time.sleep(0.001)

    thread = threading.Thread(target=counts)
    thread.start()
    begun = time.monotonic()
    st.simulate("eyeriss", "alexnet", layer=["conv3", "conv4"], pace="every-cycle")
    took = time.monotonic() - begun
    done.set()
    thread.join()
    # Without the GIL released it would stand still.
    assert count > took * 10


def test_many_threads_ask_at_once() -> None:
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(st.estimate("shidiannao", "alexnet").cycles)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and len(set(answers)) == 1


def least(times: int, script: str) -> float:
    """Seconds that a script says, the least of some runs."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    words = [sys.executable, "-c", script]
    runs = [subprocess.run(words, capture_output=True, text=True, env=environment, check=True) for _ in range(times)]
    return min(float(run.stdout) for run in runs)


def test_the_package_is_imported_at_once() -> None:
    script = "import time; begun = time.perf_counter(); import stationary; print(time.perf_counter() - begun)"
    # The first of them may have to compile it.
    assert least(6, script) < 0.05


def test_a_plan_costs_little_to_ask() -> None:
    layer = st.Layer.conv("conv", input=14, channels=(64, 64), kernel=3, pad=1)
    plan = st.plan("gemmini", layer)

    def seconds(asks: int) -> float:
        begun = time.perf_counter()
        for _ in range(asks):
            st.estimate(plan)
        return (time.perf_counter() - begun) / asks

    # All of it, what the model itself takes included.
    assert min(seconds(1000) for _ in range(5)) < 10e-6
