"""Prints the stub of a component, for type checkers and editors, from the component's own description.

    python -m trivium.stubs hashing > hashing.pyi
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from . import load

# What a stub may import, if its text has the name.
_IMPORTS = {
    "collections.abc": ["Mapping", "Sequence"],
    "dataclasses": ["dataclass"],
    "datetime": ["timedelta"],
    "enum": ["IntEnum"],
    "os": ["PathLike"],
    "typing": ["Any"],
    "trivium": ["Operation"],
}

# What is taken beside what is given.
_TAKEN = {
    str: "str | PathLike[str]",
    float: "float",
    bytes: "bytes | bytearray | memoryview | Sequence[int]",
    memoryview: "bytes | bytearray | memoryview",
    timedelta: "timedelta | float",
}


def _given(annotation: Any) -> str:
    """A type as a result: what comes out."""
    if annotation is None:
        return "None"
    arguments = typing.get_args(annotation)
    if arguments:
        origin = typing.get_origin(annotation)
        return f"{origin.__name__}[{', '.join(_given(a) for a in arguments)}]"
    return str(annotation.__name__)


def _taken(annotation: Any) -> str:
    """A type as an argument: all that goes in."""
    if typing.get_origin(annotation) is list:
        return f"Sequence[{_taken(typing.get_args(annotation)[0])}]"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return f"{annotation.__name__} | int | str"
    if dataclasses.is_dataclass(annotation):
        return f"{_given(annotation)} | Mapping[str, Any]"
    return _TAKEN.get(annotation) or _given(annotation)


def _docstring(text: str | None, indent: str) -> list[str]:
    if not text:
        return []
    lines = text.replace("\\", "\\\\").replace('"""', r"\"\"\"").splitlines()
    lines[0] = '"""' + lines[0]
    if len(lines) == 1:
        lines[0] += '"""'
    else:
        lines.append('"""')
    return [(indent + line).rstrip() for line in lines]


def _class(cls: Any) -> Iterator[str]:
    yield ""
    if issubclass(cls, enum.IntEnum):
        yield f"class {cls.__name__}(IntEnum):"
        yield from _docstring(cls.__doc__, "    ")
        yield from (f"    {member.name} = {member.value}" for member in cls)
    else:
        yield "@dataclass(frozen=True)"
        yield f"class {cls.__name__}:"
        yield from _docstring(cls.__doc__, "    ")
        yield from (f"    {field.name}: {_given(field.type)}" for field in dataclasses.fields(cls))


def _default(value: Any) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, enum.Enum) else repr(value)


def _function(name: str, function: Any) -> Iterator[str]:
    signature = inspect.signature(function)
    parameters = []
    for parameter in signature.parameters.values():
        text = f"{parameter.name}: {_taken(parameter.annotation)}"
        if parameter.default is not inspect.Parameter.empty:
            text += f" = {_default(parameter.default)}"
        parameters.append(text)
    yield ""
    yield f"def {name}({', '.join(parameters)}) -> {_given(signature.return_annotation)}:"
    yield from _docstring(function.__doc__, "    ")


def stub(component: types.ModuleType) -> str:
    """The text of the stub of a component."""
    body: list[str] = []
    for name in component.__all__:
        value = getattr(component, name)
        body += _class(value) if isinstance(value, type) else _function(name, value)
    words = set(re.findall(r"\w+", "\n".join(line for line in body if '"""' not in line)))
    lines = [f"# Printed by: python -m trivium.stubs {component.__name__.rpartition('.')[2]}"]
    for module, names in _IMPORTS.items():
        used = [name for name in names if name in words]
        if used:
            lines.append(f"from {module} import {', '.join(used)}")
    return "\n".join([*lines, *body]) + "\n"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m {__spec__.name} <name or path of a component>")
    sys.stdout.write(stub(load(sys.argv[1])))


if __name__ == "__main__":
    main()
