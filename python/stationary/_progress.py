"""A bar that tells how far long work is: in a notebook, or on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Progress: TypeAlias = Callable[[int, int, str], object]
    """Is called with how much is done, of how much (0 if that is not known), and what is under way."""

_BETWEEN = 0.1
"""Seconds from one drawing to the next."""
_WIDE = 30


class shown:
    """Gives what the native half calls; a bar of our own where `progress` is true, which ends with the work."""

    def __init__(self, progress: bool | Progress | None, what: str) -> None:
        self.progress = progress
        self.what = what
        self.bar: Bar | None = None

    def __enter__(self) -> Progress | None:
        if not isinstance(self.progress, bool):
            return self.progress
        self.bar = Bar(self.what) if self.progress else None
        return self.bar

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()


class Bar:
    """How far work is, as a bar."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.start = time.monotonic()
        self.last = 0.0
        self.state = (0, 0, "")
        self.handle = _notebook()

    def __call__(self, done: int, total: int, name: str) -> None:
        self.state = (done, total, name)
        now = time.monotonic()
        if now - self.last >= _BETWEEN:
            self.last = now
            self.draw()

    def text(self) -> str:
        done, total, name = self.state
        seconds = time.monotonic() - self.start
        counts = f"{done}/{total}" if total else str(done)
        return f"{counts} [{seconds:.0f} s] {name}".rstrip()

    def draw(self) -> None:
        done, total, _ = self.state
        share = done / total if total else 0.0
        if self.handle is not None:
            from html import escape

            value = f' value="{share:.4f}"' if total else ""
            page = f"{escape(self.what)} <progress{value}></progress> {escape(self.text())}"
            self.handle.update({"text/html": page, "text/plain": self.text()}, raw=True)
        elif sys.stderr is not None and sys.stderr.isatty():
            full = round(share * _WIDE)
            bar = "#" * full + "." * (_WIDE - full)
            sys.stderr.write(f"\r\x1b[K{self.what} [{bar}] {self.text()[:60]}")
            sys.stderr.flush()

    def close(self) -> None:
        """Draws it for the last time."""
        self.draw()
        if self.handle is None and sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write("\n")


def _notebook() -> Any:
    """A place in a notebook's output; none elsewhere."""
    shell = sys.modules.get("IPython")
    here = shell.get_ipython() if shell is not None else None
    if here is None or not hasattr(here, "kernel"):
        return None
    from IPython.display import display  # type: ignore[import-not-found,unused-ignore]

    return display({"text/plain": ""}, raw=True, display_id=True)  # type: ignore[no-untyped-call,unused-ignore]
