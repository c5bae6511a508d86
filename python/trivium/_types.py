"""What the native part makes of a component's description: enums, structs and signatures."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from typing import Any

__all__ = ["AsyncStatus"]


class AsyncStatus(enum.IntEnum):
    """Where an operation stands."""

    STARTED = 0
    COMPLETED = 1
    CANCELED = 2
    ERROR = 3
    #: After close() of the raw face, which itself refuses to tell its status then.
    CLOSED = 4


def make_enum(name: str, module: str | None, doc: str, pairs: list[tuple[str, int]]) -> type[enum.IntEnum]:
    cls = enum.IntEnum(name, pairs, module=module, qualname=name)  # type: ignore[misc]
    cls.__doc__ = doc or None
    return cls


def make_struct(name: str, module: str | None, doc: str, fields: list[tuple[str, Any]]) -> type:
    cls = dataclasses.make_dataclass(name, fields, frozen=True, slots=True)
    if module is not None:
        cls.__module__ = module
    if doc:
        cls.__doc__ = doc
    return cls


def make_signature(parameters: list[tuple[Any, ...]], returned: Any) -> inspect.Signature:
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                annotation=annotation,
                default=default[0] if default else inspect.Parameter.empty,
            )
            for name, annotation, *default in parameters
        ],
        return_annotation=returned,
    )


def _text(value: Any) -> str:
    return str(f"{type(value).__name__}.{value.name}" if isinstance(value, enum.Enum) else repr(value))


def signature_text(signature: inspect.Signature) -> str:
    """The form of __text_signature__: names and defaults, no annotations."""
    parts = [
        name if parameter.default is inspect.Parameter.empty else f"{name}={_text(parameter.default)}"
        for name, parameter in signature.parameters.items()
    ]
    return "(" + ", ".join(parts) + ")"
