"""The components: `from trivium.components import hashing`.

A name that is imported from here is looked for in each directory of the environment variable TRIVIUM_PATH, then in
this package's own directory. `trivium.load()` takes a path too.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, Sequence

from .. import _native

# Components are shared libraries of their own kind, not extensions of Python: the usual finders must not try them.
__path__: list[str] = []  # type: ignore[no-redef]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `trivium.components.<name>`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if package != __name__ or not name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _native.load(spec.name.rpartition(".")[2])

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to do: a component has no code of Python's."""


_finder = _Finder()
if not any(type(other).__qualname__ == _Finder.__qualname__ and type(other).__module__ == __name__ for other in sys.meta_path):
    sys.meta_path.append(_finder)


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
