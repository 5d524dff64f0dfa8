"""The native half of the package."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Literal, TypedDict, final, overload

VERSION: str

@final
class Arch:
    """An accelerator: a preset, a file, or a text, with fields that are overridden. It never changes: `set` gives
    another.

    Wherever a function takes an accelerator, the name of a preset or of a file does too.
    """

    @staticmethod
    def preset(name: str) -> Arch:
        """One that is bundled; `presets("archs")` lists them.

        Raises:
            InputError: No preset has this name; `suggestion` is the nearest.
        """

    @staticmethod
    def open(name: str | PathLike[str]) -> Arch:
        """A preset, or a file: YAML, Timeloop or ZigZag YAML, SCALE-Sim `.cfg`.

        Raises:
            InputError: It cannot be read, or has fields that are not allowed, with `file`, `line` and `path`.
        """

    @staticmethod
    def from_yaml(text: str, name: str = "arch.yaml") -> Arch:
        """The text of a file, which errors call by `name`.

        Raises:
            InputError: As `open`.
        """

    @overload
    def set(self, path: str, value: float | str | bool) -> Arch:
        """The same with a field overridden, by its path: `set("array.rows", 32)`. docs/fields.md lists all fields.

        Raises:
            InputError: No such field, or a value that it does not take, with `path` and `suggestion`.
        """

    @overload
    def set(self, path: Mapping[str, float | str | bool], value: None = None) -> Arch:
        """The same with several fields overridden, which are checked together."""

    @property
    def name(self) -> str:
        """What it calls itself."""

    @property
    def settings(self) -> list[str]:
        """What was overridden, `PATH=VALUE` each."""

    @property
    def rows(self) -> int:
        """Rows of PEs."""

    @property
    def cols(self) -> int:
        """Columns of PEs."""

    @property
    def peak_macs_per_cycle(self) -> float:
        """Multiply-accumulates a cycle at most."""

    @property
    def clock_mhz(self) -> float:
        """The array's clock in MHz."""

    @property
    def dataflows(self) -> list[str]:
        """The dataflows that it was built for, by their short names; the first goes without saying."""

    @property
    def area_um2(self) -> float:
        """Area of the chip in square microns."""

    def to_yaml(self) -> str:
        """Every field, as a file."""

    @property
    def _origin(self) -> tuple[str, list[str]]: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Layer:
    """A convolution or a matrix product, with exact sizes."""

    @staticmethod
    def conv(
        name: str,
        *,
        input: int | tuple[int, int],
        channels: tuple[int, int],
        kernel: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        pad: int | tuple[int, int] | tuple[int, int, int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        batch: int = 1,
    ) -> Layer:
        """A convolution.

        Args:
            name: Its name.
            input: Input rows and columns, without padding.
            channels: Input and output channels, over all groups.
            kernel: Kernel rows and columns.
            stride: Input elements from one output to the next.
            pad: Zeros on all sides, on rows and columns, or top, left, bottom and right.
            dilation: Input elements from one tap to the next.
            groups: Groups; as many as channels for a depthwise convolution.
            batch: Images.

        Raises:
            InputError: Sizes that do not fit together.
        """

    @staticmethod
    def matmul(
        name: str,
        *,
        m: int,
        k: int,
        c: int,
        heads: int = 1,
        right: Literal["parameters", "activations"] = "parameters",
    ) -> Layer:
        """A product of `m` x `c` with `c` x `k`, for each of the heads.

        Args:
            name: Its name.
            m: Rows of the result.
            k: Columns of the result.
            c: What is summed over.
            heads: Independent products.
            right: What the right operand is: trained parameters, or activations.

        Raises:
            InputError: A size of zero.
        """

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def dims(self) -> dict[str, int]:
        """The extents of its loops: N, G, K, C, P, Q, R, S, those of a group."""

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""

    @property
    def weights(self) -> int:
        """Words of weights."""

    @property
    def inputs(self) -> int:
        """Words of inputs."""

    @property
    def outputs(self) -> int:
        """Words of outputs."""

    def __eq__(self, other: object, /) -> bool: ...

@final
class Network:
    """A list of layers with exact shapes.

    Wherever a function takes a network, the name of a preset or of a file does too.
    """

    @staticmethod
    def preset(name: str) -> Network:
        """One that is bundled; `presets("networks")` lists them.

        Raises:
            InputError: No preset has this name; `suggestion` is the nearest.
        """

    @staticmethod
    def open(name: str | PathLike[str], *, dims: Mapping[str, int] | None = None) -> Network:
        """A preset, or a file: YAML, Timeloop or ZigZag YAML, SCALE-Sim or ConfuciuX CSV, MAESTRO `.m`, ONNX.

        Args:
            name: The preset or the file.
            dims: Sizes that an ONNX model leaves open, by name.

        Raises:
            InputError: It cannot be read, or has fields that are not allowed, with `file`, `line` and `path`.
        """

    @staticmethod
    def onnx(path: str | PathLike[str], *, dims: Mapping[str, int] | None = None) -> Network:
        """An ONNX model; `dims` are sizes that it leaves open, by name.

        Raises:
            InputError: It cannot be read.
        """

    @staticmethod
    def from_yaml(text: str, name: str = "network.yaml") -> Network:
        """The text of a file, which errors call by `name`; its end tells YAML, `.csv` and `.m` apart.

        Raises:
            InputError: As `open`.
        """

    @staticmethod
    def from_layers(layers: Sequence[Layer], name: str = "network") -> Network:
        """Of layers, whose names differ.

        Raises:
            InputError: No layer, or two of one name.
        """

    @property
    def name(self) -> str:
        """What it calls itself."""

    @property
    def layers(self) -> list[Layer]:
        """Its layers, in their order."""

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all layers."""

    @property
    def weights(self) -> int:
        """Words of weights of all layers."""

    @property
    def _origin(self) -> tuple[str, list[str]]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Layer]: ...
    def __getitem__(self, at: int | str, /) -> Layer: ...

@final
class Plan:
    """A layer with its mapping or schedule on an accelerator: `plan` makes one. What it says takes microseconds."""

    def estimate(self) -> Figures:
        """What the analytical model says."""

    def simulate(self, pace: Literal["every-cycle", "skip-idle", "skip-periods"] = "skip-periods") -> Figures:
        """What the cycle-level machine does; all paces give the same figures.

        Raises:
            InputError: No such pace.
        """

    @property
    def layer(self) -> str:
        """The layer's name."""

    @property
    def active_pes(self) -> int:
        """PEs that it uses at most."""

    def json(self) -> str:
        """The mapping or schedule as JSON."""

@final
class Figures:
    """What model or machine say of a plan."""

    @property
    def reading(self) -> Literal["model", "machine"]:
        """Who answers."""

    @property
    def cycles(self) -> int:
        """Cycles of the array's clock."""

    @property
    def model_cycles(self) -> int:
        """What the model says."""

    @property
    def lower_bound_cycles(self) -> int:
        """Cycles that the mapping cannot go below."""

    @property
    def busy_cycles(self) -> int:
        """Cycles in which the array works."""

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""

    @property
    def utilization(self) -> float:
        """Multiply-accumulates by the array's peak over all cycles, from 0 to 1."""

    @property
    def stalls(self) -> dict[str, int]:
        """Cycles lost by cause; none under the model."""

    @property
    def dram_words(self) -> dict[str, int]:
        """Words that cross the DRAM interface: `input_read`, `weight_read`, `output_read`, `output_write`."""

    @property
    def dram_bytes(self) -> float:
        """Bytes that cross the DRAM interface, packed as they are there."""

    @property
    def energy_pj(self) -> float:
        """Energy in picojoules."""

    @property
    def energy_by_component_pj(self) -> dict[str, float]:
        """Energy in picojoules by component."""

    @property
    def bound_by(self) -> str:
        """What sets the time: `compute`, `dram`, `network:<operand>`, `ramp`, and others."""

def presets(
    what: Literal["archs", "networks", "dataflows", "drams", "optimizers", "mappings"],
) -> list[str]:
    """The names of what is bundled.

    Raises:
        InputError: Nothing of this kind is.
    """

class _Options(TypedDict):
    layers: list[str]
    batch: int
    partial: bool
    dataflow: str | None
    objective: str | None
    slack: str | None
    mapping: str | None
    mapping_text: str | None
    explain: bool

class _Waiting(TypedDict):
    progress: Callable[[int, int, str], object] | None
    threads: int | None

@final
class Target:
    def __new__(cls, arch: Arch, network: Network, options: _Options) -> Target: ...
    @property
    def remarks(self) -> tuple[list[str], list[str]]: ...
    @property
    def shortfall(self) -> str | None: ...
    def plan(self) -> Plan: ...

@final
class Problem:
    """A search as a sequence of decisions, with its proved optimum; environments of `stationary.gym` are of one."""

    @staticmethod
    def assignment(question: str, waiting: _Waiting) -> Problem: ...
    @staticmethod
    def tilings(target: Target, of: str, waiting: _Waiting) -> Problem: ...
    @staticmethod
    def chip(question: str, waiting: _Waiting) -> Problem: ...
    @property
    def optimum(self) -> float:
        """The least objective of any whole solution: cycles, nanojoules, or their product."""

    @property
    def proof(self) -> str:
        """The certificate as JSON; where the objective is not the machine's, the document of the exact search, or of
        what was enumerated."""

    @property
    def digest(self) -> str:
        """SHA-256 of `proof`, in hexadecimal."""

    @property
    def steps(self) -> list[tuple[str, list[str]]]:
        """The name of each choice, with what each of its actions stands for."""

    @property
    def actions(self) -> int:
        """The greatest number of actions of a step."""

    @property
    def features(self) -> int:
        """Numbers in an observation."""

    def episodes(self, reward: str, count: int) -> Episodes: ...
    def __copy__(self) -> Problem: ...
    def __deepcopy__(self, _memo: object) -> Problem: ...

@final
class Episodes:
    """Episodes side by side. Arrays are bytes, in the machine's byte order."""

    def reset(self, which: bytes | None = None) -> None: ...
    def step(self, actions: bytes) -> tuple[bytes, bytes, bytes]: ...
    def observations(self) -> bytes: ...
    def masks(self) -> bytes: ...
    def solution(self, episode: int) -> list[tuple[str, str]]: ...

@final
class Answer:
    def json(self, part: str | None = None) -> str | None: ...
    def pretty(self) -> str: ...
    def csv(self) -> str: ...
    def html(self) -> str: ...
    def drawings(self) -> list[tuple[str, str, str]]: ...
    def file(self, name: str) -> str | None: ...
    def arrow(self) -> object: ...

def estimate(target: Target, advise: bool, waiting: _Waiting) -> Answer: ...
def simulate(target: Target, pace: str, advise: bool, waiting: _Waiting) -> Answer: ...
def validate(target: Target, mappings: int, seed: int, waiting: _Waiting) -> Answer: ...
def search_map(
    target: Target,
    recheck: str,
    certify: bool,
    simulations: int | None,
    gap: str | None,
    time: str | None,
    seed: int,
    record: str | None,
    resume: str | None,
    waiting: _Waiting,
) -> Answer: ...
def search_assign(question: str, recheck: str, record: str | None, resume: str | None, waiting: _Waiting) -> Answer: ...
def search_codesign(question: str, record: str | None, resume: str | None, waiting: _Waiting) -> Answer: ...
def compare(question: str, record: str | None, resume: str | None, waiting: _Waiting) -> Answer: ...
def sweep(
    name: str, text: str | None, shard: str | None, record: str | None, resume: str | None, waiting: _Waiting
) -> tuple[Answer, list[str]]: ...
def sweep_merge(parts: list[tuple[str, str]]) -> tuple[Answer, list[str]]: ...
def verify(text: str, name: str, quick: bool, waiting: _Waiting) -> Answer: ...
def dram_replay(dram: str, trace: str, issue_per_clock: int, waiting: _Waiting) -> tuple[Answer, list[str]]: ...
