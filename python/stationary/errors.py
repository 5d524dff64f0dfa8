"""What can go wrong. The text of an error names the file, the place in it, what was found and what is allowed."""

from __future__ import annotations

__all__ = ["InputError", "Interrupted", "NoMappingError", "StationaryError", "StationaryWarning"]


class StationaryError(Exception):
    """An input that cannot be read, or a question that has no answer.

    Attributes:
        file: The file, where the error is in one.
        line: The line in it, from 1.
        column: The column, from 1.
        path: The path of the field, such as `array.rows`.
        suggestion: The name that was probably meant.

    What is not known is `None`.
    """

    file: str | None
    line: int | None
    column: int | None
    path: str | None
    suggestion: str | None

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        path: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.suggestion = suggestion


class InputError(StationaryError, ValueError):
    """A name, a file, a field or an option that is not allowed."""


class NoMappingError(StationaryError):
    """A layer that no mapping fits, or a given mapping that is not legal; `explain=True` says what would be."""


class Interrupted(KeyboardInterrupt):
    """A search was ended by Ctrl-C, and had found something.

    Attributes:
        result: The best so far, of the type that the search returns.
    """

    result: object

    def __init__(self, result: object = None) -> None:
        super().__init__("interrupted: .result holds the best so far")
        self.result = result


class StationaryWarning(UserWarning):
    """Something of the inputs alters an answer, or was asked for and does nothing."""
