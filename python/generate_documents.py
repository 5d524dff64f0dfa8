"""Writes `stationary/documents.py` and `stationary/parts.py` from the JSON Schemas that `stationary schema` prints.

    python python/generate_documents.py target/release/stationary

A test compares the files with what this makes.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

# What `schema` calls them, and what the class of the whole document is called.
DOCUMENTS = {
    "run": "Run",
    "validate": "Validate",
    "search-map": "Map",
    "search": "Search",
    "codesign": "Codesign",
    "compare": "Compare",
    "replay": "Replay",
    "sweep": "Sweep",
    "verify": "Verified",
}
# Formats of their own, whose fields differ from entry to entry.
PLAIN = {"LayerPlan", "LayerMapping", "LayerSchedule", "Schedule"}
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

HEAD = '''"""{title}: a class for each{each}, with every field's meaning and unit beside its name.

Made by `generate_documents.py` from the schemas of the library; not to be changed by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationary._record import Record

if TYPE_CHECKING:
    from typing import Any, ClassVar
{imports}'''

Schema = dict[str, Any]


class Writer:
    """Collects classes, each once, those that others need first."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def annotation(self, schema: Schema, defs: Schema) -> tuple[str, list[str]]:
        """The type of a value, and the classes that its objects may be of."""
        if reference := schema.get("$ref"):
            name = reference.rsplit("/", 1)[1]
            if name in PLAIN:
                return "dict[str, Any]", []
            target = defs[name]
            if "properties" not in target:
                return self.annotation(target, defs)
            self.add(name, target, defs)
            return name, [name]
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            found = [self.annotation(choice, defs) for choice in choices]
            types = dict.fromkeys(part for part, _ in found)
            return " | ".join(types), [kind for _, kinds in found for kind in kinds]
        match schema.get("type"):
            case list(several):
                return self.annotation({"anyOf": [{**schema, "type": kind} for kind in several]}, defs)
            case "array" if "items" in schema:
                items, kinds = self.annotation(schema["items"], defs)
                return f"list[{items}]", kinds
            case "array":
                parts = [self.annotation(item, defs)[0] for item in schema["prefixItems"]]
                return f"list[{' | '.join(dict.fromkeys(parts))}]", []
            case "object" if isinstance(schema.get("additionalProperties"), dict):
                values, kinds = self.annotation(schema["additionalProperties"], defs)
                assert not kinds, "a class in a mapping"
                return f"dict[str, {values}]", []
            case "object":
                return "dict[str, Any]", []
            case str(kind):
                return SCALARS[kind], []
            case _:
                return "Any", []

    def add(self, name: str, schema: Schema, defs: Schema) -> None:
        if name in self.texts:
            return
        self.texts[name] = ""
        required = set(schema.get("required", []))
        lines, kinds, optional = [], {}, []
        for field, value in schema["properties"].items():
            annotation, found = self.annotation(value, defs)
            if not field.isidentifier() or keyword.iskeyword(field):
                continue
            if field not in required and "None" not in annotation.split(" | "):
                annotation += " | None"
            if field not in required:
                optional.append(field)
            if found:
                kinds[field] = found
            lines.append(f"    {field}: {annotation}")
            lines.append(f'    """{value.get("description", "").strip()}"""')
        text = [f"class {name}(Record):", *doc(schema.get("description", ""), schema), ""]
        if kinds:
            text.append(f"    _kinds: ClassVar[dict[str, list[str]]] = {json.dumps(kinds)}")
        if optional:
            text.append(f"    _optional: ClassVar[frozenset[str]] = frozenset({json.dumps(optional)})")
        if kinds or optional:
            text.append("")
        self.texts[name] = "\n".join([*text, *lines])
        # Those that it needs were begun later, and stand before it.
        self.texts[name] = self.texts.pop(name)


def doc(description: str, schema: Schema) -> list[str]:
    """The docstring of a class, with its fields, as `help` shows no comments on fields."""
    fields = schema["properties"].items()
    lines = [f'    """{" ".join(description.split())}', "", "    Attributes:"]
    for field, value in fields:
        text = " ".join(value.get("description", "").split())
        lines.extend(textwrap.wrap(f"{field}: {text}", 108, initial_indent=" " * 8, subsequent_indent=" " * 12))
    return [*lines, '    """']


def module(title: str, each: str, imports: list[str], texts: dict[str, str]) -> str:
    """The text of a module."""
    words = set(re.findall(r"\w+", " ".join(texts.values())))
    needed = words.intersection(imports)
    lines = [f"        {name}," for name in sorted(needed)]
    named = ["", "    from stationary.parts import (", *lines, "    )"] if lines else []
    head = HEAD.format(title=title, each=each, imports="\n".join([*named, ""]))
    names = "\n".join(f'    "{name}",' for name in sorted(texts))
    return "\n\n\n".join([f"{head}\n__all__ = [\n{names}\n]", *texts.values()]) + "\n"


def made(program: str) -> dict[str, str]:
    """The modules by name."""
    writer = Writer()
    for what, name in DOCUMENTS.items():
        printed = subprocess.run([program, "schema", what], check=True, capture_output=True, text=True)
        schema = json.loads(printed.stdout)
        writer.add(name, schema, schema.get("$defs", {}))
    whole = {name: text for name, text in writer.texts.items() if name in DOCUMENTS.values()}
    parts = {name: text for name, text in writer.texts.items() if name not in whole}
    return {
        "documents.py": module("The documents", "", list(parts), whole),
        "parts.py": module("Parts of documents", " of them", [], parts),
    }


if __name__ == "__main__":
    folder = Path(__file__).parent / "stationary"
    for name, text in made(sys.argv[1]).items():
        (folder / name).write_text(text, encoding="utf-8")
