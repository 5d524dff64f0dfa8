"""Parts of documents as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, ClassVar


class Record:
    """A part of a document. Its fields are attributes; `record["name"]` gives any of them as it stands in JSON."""

    _kinds: ClassVar[dict[str, list[str]]] = {}
    """The classes that objects of a field may be of."""
    _optional: ClassVar[frozenset[str]] = frozenset()
    """Fields that may be left out, and then are `None`."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.__dict__["_fields"] = fields

    def _raw(self, name: str) -> Any:
        return self._fields[name]

    @property
    def _all(self) -> Mapping[str, Any]:
        return self._fields

    if TYPE_CHECKING:
        _fields: Mapping[str, Any]
    else:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            try:
                value = self._raw(name)
            except KeyError:
                if name not in self._optional:
                    kind = type(self).__name__
                    raise AttributeError(f"{kind!r} has no field {name!r}", name=name, obj=self) from None
                value = None
            if kinds := self._kinds.get(name):
                value = _read(kinds, value)
            self.__dict__[name] = value
            return value

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__!r} is an answer, and is not changed", name=name, obj=self)

    def __getitem__(self, name: str) -> Any:
        return self._all[name]

    def keys(self) -> Iterator[str]:
        """The names of its fields."""
        return iter(self._all.keys())

    def to_dict(self) -> dict[str, Any]:
        """Its fields, as they stand in the document."""
        from copy import deepcopy

        return dict(deepcopy(self._all))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._all})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._all == other._all

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = {name: value for name, value in self._all.items() if isinstance(value, str | int | float | None)}
        fields = ", ".join(f"{name}={value!r}" for name, value in list(shown.items())[:6])
        more = ", ..." if len(self._all) > 6 or len(shown) < len(self._all) else ""
        return f"{type(self).__name__}({fields}{more})"


def _read(kinds: list[str], value: Any) -> Any:
    """Objects of one of these classes: the first of which no field is missing."""
    if isinstance(value, list):
        return [_read(kinds, item) for item in value]
    if not isinstance(value, dict):
        return value
    from stationary import parts

    classes: list[type[Record]] = [getattr(parts, kind) for kind in kinds]
    for kind in classes:
        if all(name in value or name in kind._optional for name in _annotated(kind)):
            return kind(value)
    return classes[-1](value)


def _annotated(kind: type[Record]) -> list[str]:
    return [name for name in kind.__annotations__ if not name.startswith("_")]
