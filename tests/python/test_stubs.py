"""The stubs beside the standard components are what their descriptions say."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import resources
from typing import Any

import pytest

import trivium
from trivium import stubs


@pytest.mark.parametrize("name", ["timer", "hashing"])
def test_the_shipped_stub_is_the_printed_one(name: str) -> None:
    shipped = resources.files("trivium").joinpath("components", f"{name}.pyi").read_text(encoding="utf-8")
    assert shipped == stubs.stub(trivium.load(name))


def test_every_type_is_printed(puppet: Any) -> None:
    text = stubs.stub(puppet)
    ast.parse(text)
    assert "class Color(IntEnum):" in text
    assert "    DEEP_BLUE = 7" in text
    assert "def echo_texts_sync(value: Sequence[str | PathLike[str]]) -> list[str]:" in text
    assert "def echo_point(value: Point | Mapping[str, Any]) -> Operation[Point]:" in text
    assert "def action_with_progress(name: str | PathLike[str]) -> Operation[None, int]:" in text
    assert "color: Color | int | str = Color.DEEP_BLUE" in text


def test_the_command() -> None:
    result = subprocess.run([sys.executable, "-m", "trivium.stubs", "timer"], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "def delay(duration: timedelta | float) -> Operation[None]:" in result.stdout
    result = subprocess.run([sys.executable, "-m", "trivium.stubs"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "usage:" in result.stderr
