"""What tests share."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program() -> Path:
    """The command line: what `STATIONARY` names, or what cargo has built."""
    if named := os.environ.get("STATIONARY"):
        return Path(named)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [target / profile / "stationary" for profile in ("release", "debug")]
    for path in built:
        if path.is_file():
            return path
    raise FileNotFoundError(f"none of {built}: cargo build makes one, or STATIONARY names one")


@pytest.fixture(scope="session")
def command(program: Path) -> Callable[..., str]:
    """Runs a command, and gives what it prints."""

    def run(*words: object, no: bool = False) -> str:
        done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == int(no), f"{words}: {done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def printed(command: Callable[..., str]) -> Callable[..., Any]:
    """The JSON that a command prints."""

    def run(*words: object, no: bool = False) -> Any:
        return json.loads(command(*words, "--format", "json", "-q", no=no))

    return run
