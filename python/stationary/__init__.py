"""A cycle-level simulator of DNN accelerators with a search driver.

```python
import stationary as st

gemmini = st.Arch.preset("gemmini").set("array.rows", 32)
run = st.simulate(gemmini, "resnet18")
print(run.total.cycles, run.total.energy_pj)
```

Functions carry the names of the command line's verbs, and their options the names of its flags: the numbers
are the same to the last digit. Cycles are of the array's clock, energies in picojoules, areas in square microns.
"""

from __future__ import annotations

from stationary._stationary import VERSION as __version__
from stationary._stationary import Arch, Figures, Layer, Network, Plan, presets
from stationary._verbs import (
    compare,
    dram_replay,
    estimate,
    plan,
    search_assign,
    search_codesign,
    search_map,
    simulate,
    sweep,
    sweep_merge,
    validate,
    verify,
)
from stationary.errors import (
    InputError,
    Interrupted,
    NoMappingError,
    StationaryError,
    StationaryWarning,
)
from stationary.results import (
    AssignmentSearch,
    CodesignSearch,
    Comparison,
    MappingSearch,
    Plot,
    Replay,
    Result,
    Run,
    Sweep,
    Validation,
    Verdict,
)

__all__ = [
    "Arch",
    "AssignmentSearch",
    "CodesignSearch",
    "Comparison",
    "Figures",
    "InputError",
    "Interrupted",
    "Layer",
    "MappingSearch",
    "Network",
    "NoMappingError",
    "Plan",
    "Plot",
    "Replay",
    "Result",
    "Run",
    "StationaryError",
    "StationaryWarning",
    "Sweep",
    "Validation",
    "Verdict",
    "__version__",
    "compare",
    "dram_replay",
    "estimate",
    "plan",
    "presets",
    "search_assign",
    "search_codesign",
    "search_map",
    "simulate",
    "sweep",
    "sweep_merge",
    "validate",
    "verify",
]
