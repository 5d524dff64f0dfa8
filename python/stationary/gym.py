"""Searches as Gymnasium environments, each with its proved optimum.

```python
import gymnasium
import stationary.gym  # registers the environments

env = gymnasium.make("stationary/Assign-v0", network="mobilenet_v2", budget="area=iot")
observation, info = env.reset(seed=0)
ended = False
while not ended:
    action = env.action_space.sample(info["action_mask"])
    observation, reward, ended, _, info = env.step(action)
print(info["objective"], info["regret"], info["optimum"])
```

Three environments, whose objective falls to an optimum that is proved:

- `stationary/Assign-v0`: PEs and buffer of each layer under budgets, layer by layer (ConfuciuX's problem); an
  assignment, by its table of costs.
- `stationary/Map-v0`: the fields of a layer's tiling; a mapping, by its cycles: the model's or, with
  `of="machine"`, the machine's.
- `stationary/Codesign-v0`: the knobs of a core, then those of each layer's schedule (ARCO's problem); a chip, by the
  network's cycles on the machine.

An episode's return is optimum / objective with `reward="sparse"`: 1 for the optimum, 0 if it ended with an action
that was not allowed. With `reward="shaped"` the same less 1 is spread over the steps by how a lower bound on what can
still be reached changes. `info` has

- `action_mask`: which actions are allowed next (int8);
- `optimum`: the least objective, in cycles, nanojoules or their product;
- `certificate`: SHA-256 of what proves it, `env.unwrapped.problem.proof`, which `stationary.verify` checks where the
  objective is the machine's;
- `objective` and `regret`, at the end of an episode with a whole solution: its objective, and objective / optimum - 1.

`gymnasium.make_vec("stationary/Map-v0", num_envs=64, ...)` steps all episodes in one call of native code. The problem
is solved when an environment is made; `problem=env.unwrapped.problem` makes another of the same without that.
"""

from __future__ import annotations

import sys
from os import fspath
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from stationary import _verbs
from stationary._progress import shown
from stationary._stationary import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import Literal, TypeAlias

    from numpy.typing import NDArray

    from stationary._progress import Progress
    from stationary._verbs import AnArch, ANetwork, Value

    Observation: TypeAlias = NDArray[np.float32]
    Info: TypeAlias = dict[str, Any]
    Reward: TypeAlias = Literal["sparse", "shaped"]

__all__ = [
    "AssignEnv",
    "CodesignEnv",
    "MapEnv",
    "Problem",
    "SearchEnv",
    "VectorSearchEnv",
    "assignment",
    "chip",
    "tilings",
]


def assignment(
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
    batch: int = 1,
    objective: Literal["latency", "energy", "edp", "throughput"] = "latency",
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Problem:
    """The problem of `Assign-v0`: PEs and buffer of each layer under budgets, by the costs that `search_assign` uses.

    Arguments are those of `stationary.search_assign`. Under one budget every allowed action leads to a whole solution;
    under two an episode may come to an end where nothing is allowed.

    Raises:
        InputError: An input that cannot be read or is not allowed, or budgets that no assignment keeps.
    """
    question = _verbs._assignment(
        _verbs._model(arch, set, pes, tiles, layer, None, batch, True),
        network=None if network is None else _verbs._network(network, None)._origin[0],
        dataflow=dataflow,
        table=_verbs._path(table),
        shapes=shapes,
        deployment="pipelined",
        objective=objective,
        budget=_verbs._list(budget),
        optimizer="exact",
        preset="faithful",
        seed=0,
        certify=False,
        explain=False,
    )
    with shown(progress, "Assign-v0") as tell:
        return Problem.assignment(_verbs._dumps(question), {"progress": tell, "threads": threads})


def tilings(
    arch: AnArch,
    network: ANetwork,
    *,
    layer: str | int | Sequence[str | int] = (),
    set: Mapping[str, Value] | None = None,
    batch: int = 1,
    dataflow: str | None = None,
    of: Literal["model", "machine"] = "model",
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Problem:
    """The problem of `Map-v0`: the mapper's candidates of one layer, each once, by their cycles.

    Args:
        arch: The accelerator, one that a sequencer controls.
        network: The network.
        layer: The layer, by name or index.
        set: Fields of the accelerator that are overridden.
        batch: Images a run.
        dataflow: The dataflow; the accelerator's first if left out.
        of: Whose cycles count. The model's are known of all candidates from the beginning, so that steps take
            microseconds and the optimum is the least of them. On the machine a candidate runs when it is first come
            to, and the optimum is that of `stationary.search_map(certify=True)`, with its certificate.
        progress: True for a bar, or what is called.
        threads: Threads that work.

    Raises:
        InputError: An input that cannot be read or is not allowed; more layers than one; more than 2^20 candidates.
        NoMappingError: No mapping fits.
    """
    target = _verbs._target(arch, network, set, layer, None, batch, True, dataflow, None, None, None, False)
    with shown(progress, "Map-v0") as tell:
        return Problem.tilings(target, of, {"progress": tell, "threads": threads})


def chip(
    network: ANetwork,
    *,
    arch: AnArch = "vta",
    hardware: str | PathLike[str] = "all",
    budget: str | None = None,
    macs: int | None = None,
    set: Mapping[str, Value] | None = None,
    layer: str | int | Sequence[str | int] = (),
    batch: int = 1,
    progress: bool | Progress | None = None,
    threads: int | None = None,
) -> Problem:
    """The problem of `Codesign-v0`: a GEMM core for all layers, and a schedule of each, by the network's cycles.

    Arguments are those of `stationary.search_codesign`, whose exact search gives the optimum.

    Raises:
        InputError: An input that cannot be read or is not allowed; no core that runs all layers.
    """
    question = _verbs._codesign(
        arch,
        set,
        network=_verbs._network(network, None)._origin[0],
        layer=_verbs._layers(layer),
        batch=batch,
        partial=True,
        hardware=fspath(hardware),
        budget=budget,
        macs=macs,
    )
    with shown(progress, "Codesign-v0") as tell:
        return Problem.chip(_verbs._dumps(question), {"progress": tell, "threads": threads})


_ORDER: Literal["little", "big"] = sys.byteorder


def _infos(problem: Problem) -> Info:
    return {"optimum": problem.optimum, "certificate": problem.digest}


class SearchEnv(gymnasium.Env["Observation", np.int64]):
    """A search, decided step by step.

    Observations are `problem.features` numbers from -1 to 1; actions are numbers below `problem.actions`, of which
    `action_masks()` tells the allowed ones. An action that is not allowed ends the episode.

    Args:
        problem: What is searched, with its optimum.
        reward: `sparse` or `shaped`; see the module.
        render_mode: `ansi`, for which `render()` gives the choices so far as text.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"]}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(self, problem: Problem, *, reward: Reward = "sparse", render_mode: str | None = None) -> None:
        self.problem = problem
        self.render_mode = render_mode
        self.observation_space = Box(-1.0, 1.0, (problem.features,), np.float32)
        self.action_space = Discrete(problem.actions)
        self._episodes = problem.episodes(reward, 1)
        self._infos = _infos(problem)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observation, Info]:
        """Begins an episode. Nothing is drawn: all begin alike."""
        super().reset(seed=seed)
        self._episodes.reset()
        return self._observation(), self._info()

    def step(self, action: np.int64 | int) -> tuple[Observation, float, bool, bool, Info]:
        """Takes the next choice: observation, reward, whether the episode is over, False, and `info`."""
        rewards, ends, objectives = self._episodes.step(int(action).to_bytes(2, _ORDER))
        info = self._info()
        if ends[0]:
            objective = float(np.frombuffer(objectives)[0])
            if objective == objective:
                info["objective"] = objective
                info["regret"] = _regret(objective, self.problem.optimum)
        return self._observation(), float(np.frombuffer(rewards)[0]), bool(ends[0]), False, info

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions are allowed next; the name is that of maskable agents of sb3-contrib."""
        return np.frombuffer(self._episodes.masks(), np.bool_)

    def solution(self) -> dict[str, str]:
        """The choices so far, by name."""
        return dict(self._episodes.solution(0))

    def render(self) -> str | None:
        """The choices so far as text, a line each; nothing without the render mode `ansi`."""
        if self.render_mode is None:
            return None
        return "".join(f"{name}: {value}\n" for name, value in self.solution().items())

    def _observation(self) -> Observation:
        return np.frombuffer(self._episodes.observations(), np.float32)

    def _info(self) -> Info:
        return {"action_mask": np.frombuffer(self._episodes.masks(), np.int8), **self._infos}


class AssignEnv(SearchEnv):
    """`stationary/Assign-v0`: a `SearchEnv` of a given problem, or that of `assignment` with the other arguments."""

    def __init__(
        self,
        network: ANetwork | None = None,
        *,
        problem: Problem | None = None,
        reward: Reward = "sparse",
        render_mode: str | None = None,
        **question: Any,
    ) -> None:
        super().__init__(problem or assignment(network, **question), reward=reward, render_mode=render_mode)


class MapEnv(SearchEnv):
    """`stationary/Map-v0`: a `SearchEnv` whose problem is given, or that of `tilings` with the other arguments."""

    def __init__(
        self,
        *,
        problem: Problem | None = None,
        reward: Reward = "sparse",
        render_mode: str | None = None,
        **question: Any,
    ) -> None:
        super().__init__(problem or tilings(**question), reward=reward, render_mode=render_mode)


class CodesignEnv(SearchEnv):
    """`stationary/Codesign-v0`: a `SearchEnv` whose problem is given, or that of `chip` with the other arguments."""

    def __init__(
        self,
        *,
        problem: Problem | None = None,
        reward: Reward = "sparse",
        render_mode: str | None = None,
        **question: Any,
    ) -> None:
        super().__init__(problem or chip(**question), reward=reward, render_mode=render_mode)


class VectorSearchEnv(VectorEnv["Observation", "NDArray[np.int64]", "NDArray[Any]"]):
    """Many episodes of one problem, which one call of native code takes a step further.

    An episode that is over begins again at the next step, whose action it does not take (Gymnasium's `NEXT_STEP`).
    `info["action_mask"]` has a row an episode; `objective` and `regret` are NaN where no solution was completed.

    Args:
        problem: What is searched, with its optimum.
        num_envs: How many episodes there are.
        reward: `sparse` or `shaped`; see the module.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(self, problem: Problem, num_envs: int = 1, *, reward: Reward = "sparse") -> None:
        self.problem = problem
        self.num_envs = num_envs
        self.single_observation_space = Box(-1.0, 1.0, (problem.features,), np.float32)
        self.single_action_space = Discrete(problem.actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._episodes = problem.episodes(reward, num_envs)
        self._over = np.zeros(num_envs, np.bool_)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Observation, Info]:
        """Begins all episodes. Nothing is drawn."""
        super().reset(seed=seed)
        self._episodes.reset()
        self._over = np.zeros(self.num_envs, np.bool_)
        return self._observation(), self._info()

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[Observation, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]:
        """Takes a choice in each episode: observations, rewards, which are over, which are cut (none), and `info`."""
        was_over = self._over
        paid, ends, found = self._episodes.step(np.asarray(actions).astype(np.uint16).tobytes())
        if was_over.any():
            self._episodes.reset(was_over.tobytes())
        over = np.frombuffer(ends, np.bool_) & ~was_over
        self._over = over
        info = self._info()
        if over.any():
            objective = np.frombuffer(found)
            info["objective"] = objective
            info["regret"] = objective / self.problem.optimum - 1
        return self._observation(), np.frombuffer(paid), over, np.zeros(self.num_envs, np.bool_), info

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions are allowed next, a row an episode."""
        return np.frombuffer(self._episodes.masks(), np.bool_).reshape(self.num_envs, -1)

    def solution(self, episode: int) -> dict[str, str]:
        """The choices of an episode so far, by name."""
        return dict(self._episodes.solution(episode))

    def _observation(self) -> Observation:
        seen: Observation = np.frombuffer(self._episodes.observations(), np.float32)
        return seen.reshape(self.num_envs, -1)

    def _info(self) -> Info:
        masks = np.frombuffer(self._episodes.masks(), np.int8).reshape(self.num_envs, -1)
        return {"action_mask": masks, **_infos(self.problem)}


def _vector(make: Any) -> Any:
    def vector(
        num_envs: int = 1, *, problem: Problem | None = None, reward: Reward = "sparse", **question: Any
    ) -> VectorSearchEnv:
        return VectorSearchEnv(problem or make(**question), num_envs, reward=reward)

    return vector


def _regret(objective: float, optimum: float) -> float:
    return objective / optimum - 1 if optimum else 0.0


_ENVIRONMENTS = {
    "stationary/Assign-v0": (AssignEnv, assignment),
    "stationary/Map-v0": (MapEnv, tilings),
    "stationary/Codesign-v0": (CodesignEnv, chip),
}

for _name, (_env, _make) in _ENVIRONMENTS.items():
    if _name not in gymnasium.registry:
        _entry: Any = _env
        gymnasium.register(_name, entry_point=_entry, vector_entry_point=_vector(_make))
