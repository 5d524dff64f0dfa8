"""What the functions return: the documents that the command line writes, with tables, pages and plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationary import documents
from stationary._record import Record
from stationary.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from typing import Any, ClassVar

    from stationary._stationary import Answer

__all__ = [
    "AssignmentSearch",
    "CodesignSearch",
    "Comparison",
    "MappingSearch",
    "Plot",
    "Replay",
    "Result",
    "Run",
    "Sweep",
    "Validation",
    "Verdict",
]


class Plot:
    """A drawing as an SVG that stands by itself; a notebook shows it.

    Attributes:
        section: The title of the section of the report that it is from.
        name: What is to be seen.
        svg: The file's text.
    """

    __slots__ = ("name", "section", "svg")

    def __init__(self, section: str, name: str, svg: str) -> None:
        self.section = section
        self.name = name
        self.svg = svg

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the SVG."""
        _write(path, self.svg)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Plot: {self.name}>"


class Result(Record):
    """An answer. Its fields are those of the document that the command line writes with `--format json`.

    pandas, polars and pyarrow read its rows without copies: `pyarrow.table(run)`, `polars.DataFrame(run)`,
    `pandas.DataFrame.from_arrow(run)` (pandas 3). A column is called by the path of its field, such as
    `energy_pj.total`; mappings stand in one column, as JSON.
    """

    _quick: ClassVar[frozenset[str]] = frozenset()
    """Fields that are there before the whole document is."""

    def __init__(self, answer: Answer) -> None:
        self.__dict__["_answer"] = answer
        self.__dict__["_document"] = None

    if TYPE_CHECKING:
        _answer: Answer
        _document: dict[str, Any] | None

    @property
    def _all(self) -> Mapping[str, Any]:
        if self._document is None:
            self.__dict__["_document"] = self.to_dict()
        assert self._document is not None
        return self._document

    def _raw(self, name: str) -> Any:
        if self._document is None and name in self._quick:
            part = self._answer.json(name)
            return None if part is None else _loads(part)
        return self._all[name]

    def to_dict(self) -> dict[str, Any]:
        """The document, equal to the command line's JSON; a new one each time."""
        text = self._answer.json()
        assert text is not None
        document: dict[str, Any] = _loads(text)
        return document

    def to_json(self) -> str:
        """The document as the command line prints it."""
        return self._answer.pretty()

    def to_csv(self) -> str:
        """The lines that the command line prints with `--format csv`."""
        return self._answer.csv()

    def to_html(self) -> str:
        """The page that `stationary report` makes, which works offline."""
        return self._answer.html()

    def plots(self) -> list[Plot]:
        """All drawings of the page."""
        return [Plot(*drawing) for drawing in self._answer.drawings()]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as a stream of Arrow, as its PyCapsule interface has it; no other schema can be requested."""
        return self._answer.arrow()

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f'<iframe srcdoc="{escape(self.to_html())}" sandbox title="stationary"'
            ' style="width: 100%; height: 40rem; border: 1px solid #8884"></iframe>'
        )

    def _plot(self, section: str) -> Plot:
        plots = self.plots()
        for plot in plots:
            if plot.section.startswith(section):
                return plot
        there = ", ".join(dict.fromkeys(plot.section for plot in plots)) or "none"
        raise InputError(f"no drawing of {section!r}; there are: {there}")

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(f"{type(self).__name__} is not pickled: pickle its to_dict()")


class Run(Result, documents.Run):
    """What `estimate` and `simulate` found of a network."""

    _quick = frozenset({"layers", "total"})

    @property
    def cycles(self) -> int:
        """Cycles of all layers, of the array's clock."""
        return self.total.cycles

    @property
    def energy_pj(self) -> float:
        """Energy of all layers in picojoules."""
        return self.total.energy_pj

    @property
    def seconds(self) -> float:
        """Time of a run."""
        return self.total.seconds

    def plot_roofline(self) -> Plot:
        """Each layer by its reuse and its rate, under the roofs of array and DRAM."""
        return self._plot("Roofline")

    def plot_cycles(self) -> Plot:
        """Each layer's cycles by cause."""
        return self._plot("Where the cycles go")

    def plot_energy(self) -> Plot:
        """Each layer's energy by component."""
        return self._plot("Where the energy goes")

    def plot_traffic(self) -> Plot:
        """Each layer's words from and to DRAM."""
        return self._plot("What DRAM moves")

    def plot_parity(self) -> Plot:
        """Each layer's cycles by the model against the machine's; of `simulate` alone."""
        return self._plot("Model against machine")


class Validation(Result, documents.Validate):
    """What `validate` found: model against machine."""

    def plot_parity(self) -> Plot:
        """Each mapping's cycles by the model against the machine's."""
        return self._plot("Model against machine")


class MappingSearch(Result, documents.Map):
    """What `search_map` found: the best mapping of each layer."""

    @property
    def mappings_yaml(self) -> str:
        """The winners as a file, for `mapping=`; functions take the search itself as well."""
        text = self._answer.file("mappings")
        assert text is not None
        return text

    @property
    def certificate_json(self) -> str | None:
        """The certificate of a proof, for `verify`; `None` where none was asked for."""
        return self._answer.file("certificate")

    def write_mappings(self, path: str | PathLike[str]) -> None:
        """Writes the winners, for `mapping=`."""
        _write(path, self.mappings_yaml)

    def write_certificate(self, path: str | PathLike[str]) -> None:
        """Writes the certificate.

        Raises:
            InputError: There is none.
        """
        _write_certificate(path, self.certificate_json)

    def plot_cycles(self) -> Plot:
        """Each layer's cycles, and what its mapping cannot go below."""
        return self._plot("Cycles by layer")

    def plot_energy(self) -> Plot:
        """Each layer's energy by component."""
        return self._plot("Where the energy goes")


class AssignmentSearch(Result, documents.Search):
    """What `search_assign` found: PEs and buffer of each layer."""

    @property
    def certificate_json(self) -> str | None:
        """The certificate of a proof, for `verify`; `None` where none was asked for."""
        return self._answer.file("certificate")

    @property
    def costs_csv(self) -> str:
        """The options and what they cost, for `table=`."""
        text = self._answer.file("costs")
        assert text is not None
        return text

    def write_certificate(self, path: str | PathLike[str]) -> None:
        """Writes the certificate.

        Raises:
            InputError: There is none.
        """
        _write_certificate(path, self.certificate_json)

    def plot_choices(self) -> Plot:
        """PEs and buffer of each layer."""
        return self._plot("Choices by layer")

    def plot_curve(self) -> Plot:
        """The best after so many evaluations."""
        return self._plot("Anytime curve")

    def plot_front(self) -> Plot:
        """The Pareto front that `front=` asks for."""
        return self._plot("Pareto front")


class CodesignSearch(Result, documents.Codesign):
    """What `search_codesign` found: a core, and a schedule of each layer."""

    @property
    def certificate_json(self) -> str | None:
        """The certificate of a proof, for `verify`; `None` where a tuner searched."""
        return self._answer.file("certificate")

    @property
    def schedules_yaml(self) -> str | None:
        """The schedules as a file, for `mapping=`; functions take the search itself as well."""
        return self._answer.file("schedules")

    @property
    def chip_yaml(self) -> str | None:
        """The machine that was chosen, for `Arch.from_yaml`; `None` where there is none."""
        return self._answer.file("chip")

    def write_certificate(self, path: str | PathLike[str]) -> None:
        """Writes the certificate.

        Raises:
            InputError: There is none.
        """
        _write_certificate(path, self.certificate_json)


class Comparison(Result, documents.Compare):
    """What `compare` found: optimisers side by side."""


class Replay(Result, documents.Replay):
    """What `dram_replay` found: a memory with an address trace."""


class Sweep(Result, documents.Sweep):
    """What `sweep` found: a study over many accelerators and networks. Its table has a row a point, with a column an
    axis; `front` says which points no other is better than."""


class Verdict(Result, documents.Verified):
    """What `verify` found; true where every check holds."""

    def __bool__(self) -> bool:
        return self.holds


def _loads(text: str) -> Any:
    # Not before it is needed: it takes as long to import as all of this package.
    from json import loads

    return loads(text)


def _write_certificate(path: str | PathLike[str], text: str | None) -> None:
    if text is None:
        raise InputError("there is no certificate: the search did not prove anything")
    _write(path, text)


def _write(path: str | PathLike[str], text: str) -> None:
    from pathlib import Path

    Path(path).write_text(text, encoding="utf-8")
