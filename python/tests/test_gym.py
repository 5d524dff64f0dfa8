"""Environments: Gymnasium's own checks, optima, masks and rewards, and how fast they step."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import gymnasium
import numpy as np
import pytest
import stationary as st
import stationary.gym as envs
from gymnasium.utils.env_checker import check_env

ASSIGN: dict[str, Any] = {"network": "alexnet", "budget": "area=iot", "pes": [8, 16, 32, 64], "tiles": [1, 2, 4]}
MAP: dict[str, Any] = {"arch": "nvdla-small", "network": "alexnet", "layer": "conv5", "of": "machine"}
CODESIGN: dict[str, Any] = {"network": "resnet18", "layer": ["layer4.0.conv1"], "macs": 256}
ALL = [("stationary/Assign-v0", ASSIGN), ("stationary/Map-v0", MAP), ("stationary/Codesign-v0", CODESIGN)]


@pytest.fixture(scope="module")
def problems() -> dict[str, envs.Problem]:
    made = [envs.assignment(**ASSIGN), envs.tilings(**MAP), envs.chip(**CODESIGN)]
    return dict(zip([name for name, _ in ALL], made, strict=True))


@pytest.mark.parametrize("name", [name for name, _ in ALL])
@pytest.mark.parametrize("reward", ["sparse", "shaped"])
def test_gymnasium_accepts_them(name: str, reward: str, problems: dict[str, envs.Problem]) -> None:
    env = gymnasium.make(name, problem=problems[name], reward=reward)
    check_env(env.unwrapped, skip_render_check=True)


@pytest.mark.parametrize("name", [name for name, _ in ALL])
def test_a_random_agent_never_beats_the_optimum(name: str, problems: dict[str, envs.Problem]) -> None:
    problem = problems[name]
    for reward, most in (("sparse", 1.0), ("shaped", 0.0)):
        env = gymnasium.make(name, problem=problem, reward=reward)
        env.action_space.seed(7)
        for _ in range(20):
            _, info = env.reset()
            ended, paid = False, 0.0
            while not ended:
                action = env.action_space.sample(info["action_mask"])
                _, gained, ended, _, info = env.step(action)
                paid += float(gained)
            assert info["objective"] >= problem.optimum == info["optimum"]
            assert info["regret"] == info["objective"] / problem.optimum - 1
            assert paid == pytest.approx(most - 1 + problem.optimum / info["objective"])
            assert info["certificate"] == hashlib.sha256(problem.proof.encode()).hexdigest()


@pytest.mark.parametrize("name", [name for name, _ in ALL])
def test_what_is_not_allowed_ends_an_episode(name: str, problems: dict[str, envs.Problem]) -> None:
    env = gymnasium.make(name, problem=problems[name])
    steps = problems[name].steps
    _, info = env.reset()
    refused = None
    while refused is None:
        closed = np.flatnonzero(info["action_mask"] == 0)
        refused = closed[0] if closed.size else None
        action = refused if refused is not None else np.argmax(info["action_mask"])
        _, reward, ended, _, info = env.step(action)
    assert ended and reward == 0 and "objective" not in info
    assert not info["action_mask"].any()
    solution = env.unwrapped.solution()  # type: ignore[attr-defined]
    assert list(solution) == [name for name, _ in steps[: len(solution)]]


def test_optima_are_those_of_the_searches(problems: dict[str, envs.Problem]) -> None:
    assign, tilings, chip = problems.values()
    found = st.search_assign(**ASSIGN)
    assert assign.optimum == found.to_dict()["best"]["objective"]
    mapped = st.search_map("nvdla-small", "alexnet", layer="conv5", certify=True)
    assert tilings.optimum == mapped.total.machine
    assert st.verify(json.loads(tilings.proof))
    designed = st.search_codesign(**CODESIGN, hardware="all", partial=True)
    assert chip.optimum == designed.to_dict()["best"]["objective"]
    assert st.verify(json.loads(chip.proof))


def test_by_the_model_the_optimum_is_the_least_estimate() -> None:
    problem = envs.tilings("tpu-v1", "alexnet", layer="conv3")
    found = st.search_map("tpu-v1", "alexnet", layer="conv3", certify=True, objective="cycles", slack=0)
    assert json.loads(problem.proof)["least"] == problem.optimum
    assert problem.optimum <= found.layers[0].model
    env = envs.SearchEnv(problem, reward="shaped")
    _, info = env.reset()
    ended, paid, actions = False, 0.0, list[int]()
    while not ended:
        # The action after which the reward is the best leads to an optimum: the bound of the model is exact.
        for action in np.flatnonzero(info["action_mask"]):
            tried = envs.SearchEnv(problem, reward="shaped")
            tried.reset()
            for taken in [*actions, int(action)]:
                _, reward, *_ = tried.step(taken)
            if reward >= 0:
                break
        _, reward, ended, _, info = env.step(int(action))
        actions.append(int(action))
        paid += reward
    assert info["regret"] == 0 and paid == 0


def test_a_solution_is_a_mapping_of_the_machine(problems: dict[str, envs.Problem]) -> None:
    env = envs.MapEnv(problem=problems["stationary/Map-v0"], render_mode="ansi")
    _, info = env.reset()
    ended = False
    while not ended:
        _, _, ended, _, info = env.step(int(np.argmax(info["action_mask"])))
    assert (env.render() or "").count("\n") == len(env.problem.steps) == len(env.solution())


@pytest.mark.parametrize("name", [name for name, _ in ALL])
def test_vectors_do_what_single_environments_do(name: str, problems: dict[str, envs.Problem]) -> None:
    problem, count = problems[name], 5
    vector = gymnasium.make_vec(name, num_envs=count, problem=problem, reward="shaped")
    singles = [envs.SearchEnv(problem, reward="shaped") for _ in range(count)]
    seen, info = vector.reset(seed=3)
    for row, env in zip(seen, singles, strict=True):
        assert (row == env.reset()[0]).all()
    over = np.zeros(count, bool)
    draw = np.random.default_rng(5)
    for _ in range(3 * len(problem.steps)):
        masks = info["action_mask"]
        actions = np.array([draw.choice(np.flatnonzero(mask)) if mask.any() else 0 for mask in masks])
        seen, rewards, ends, _, info = vector.step(actions)
        for at, env in enumerate(singles):
            if over[at]:
                expected, reward, end = env.reset()[0], 0.0, False
            else:
                expected, reward, end, _, own = env.step(actions[at])
                if end:
                    assert own["objective"] == info["objective"][at]
            assert (seen[at] == expected).all()
            assert rewards[at] == reward and ends[at] == end
        over = ends


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(st.InputError, match="layer"):
        envs.tilings("nvdla-small", "alexnet")
    with pytest.raises(st.InputError, match="no assignment keeps"):
        envs.assignment("alexnet", budget="area=1um2")
    with pytest.raises(st.InputError, match="reward"):
        envs.SearchEnv(envs.assignment(**ASSIGN), reward="dense")  # type: ignore[arg-type]
