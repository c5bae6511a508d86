"""Loading components, and the modules that they are."""

from __future__ import annotations

import importlib
import os
import pydoc
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import trivium
from trivium.components import hashing, timer


def test_an_import_is_a_module() -> None:
    assert isinstance(timer, types.ModuleType)
    assert timer.__name__ == "trivium.components.timer"
    assert timer.__doc__
    assert timer.__namespace__ == "Trivium.Timer"
    assert timer.__version__
    assert Path(timer.__file__).name == "timer.so"
    assert set(timer.__all__) <= set(dir(timer))


def test_all_ways_give_the_same_object() -> None:
    import trivium.components.timer as by_import

    assert by_import is timer
    assert importlib.import_module("trivium.components.timer") is timer
    assert trivium.load("timer") is timer
    assert trivium.load(b"timer") is timer
    assert trivium.load(timer.__file__) is timer
    assert trivium.load(Path(timer.__file__)) is timer


def test_help_shows_the_functions() -> None:
    text = " ".join(pydoc.plain(pydoc.render_doc(hashing)).split())
    assert "path: str, algorithm: trivium.components.hashing.Algorithm" in text
    assert "The digest of a file" in text
    assert "class Algorithm" in text


@pytest.mark.parametrize("code", ["from trivium.components import nosuch", "import trivium.components.nosuch"])
def test_no_such_component(code: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="no component 'nosuch'.*TRIVIUM_PATH") as caught:
        exec(code, {})
    assert isinstance(caught.value, trivium.Error)
    assert caught.value.code == "COMPONENT_NOT_FOUND"


def test_private_names_are_no_components() -> None:
    import trivium.components

    assert not hasattr(trivium.components, "__wrapped__")
    assert not hasattr(trivium.components, "_hidden")


@pytest.mark.parametrize("bad", [None, 42, ["timer"], object()])
def test_a_name_is_text_or_a_path(bad: Any) -> None:
    with pytest.raises(TypeError, match=r"load\(\) argument 'name'"):
        trivium.load(bad)


def test_a_library_that_is_no_component(puppet: Any) -> None:
    library = Path(importlib.import_module("trivium._native").__file__ or "")
    with pytest.raises(ImportError, match="tri_component_main") as caught:
        trivium.load(library)
    assert isinstance(caught.value, trivium.Error)


def test_path_of_the_environment_comes_first(tmp_path: Path) -> None:
    # A component that was skipped when the package was built says which library was missing.
    (tmp_path / "absent.missing").write_text("libabsent was not found when Trivium was built\n")
    code = """
import trivium
try:
    trivium.load("absent")
except ModuleNotFoundError as error:
    print(error)
"""
    environment = {**os.environ, "TRIVIUM_PATH": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "libabsent was not found" in result.stdout


def test_hashing_is_a_real_component(tree: Path) -> None:
    import asyncio
    import hashlib

    async def main() -> None:
        files = sorted(tree.iterdir())
        digests = await asyncio.gather(*[hashing.hash_file(file) for file in files])
        assert digests == [hashlib.sha256(file.read_bytes()).digest() for file in files]
        assert await hashing.hash_file(str(files[0]), "sha512") == hashlib.sha512(files[0].read_bytes()).digest()
        assert await hashing.count_files(str(tree)) == len(files)
        op = hashing.hash_tree(str(tree))
        seen = [progress async for progress in op.reports()]
        # It may be over before anybody listens; who does, hears the last report.
        whole = hashing.TreeProgress(len(files), sum(file.stat().st_size for file in files))
        assert not seen or seen[-1] == whole
        expected = hashlib.sha256(b"".join(sorted(digests))).digest()
        assert await op == expected

    asyncio.run(main())
    assert "Sha256" in hashing.algorithms()
