"""Calling a method: arguments by position and by name, defaults, and what can be seen of it."""

from __future__ import annotations

import inspect
import pickle
import weakref
from typing import Any

import pytest

import trivium
from trivium.components import hashing, timer


def test_signature() -> None:
    signature = inspect.signature(hashing.hash_file)
    assert list(signature.parameters) == ["path", "algorithm"]
    assert signature.parameters["path"].annotation is str
    assert signature.parameters["path"].default is inspect.Parameter.empty
    assert signature.parameters["algorithm"].annotation is hashing.Algorithm
    assert signature.parameters["algorithm"].default is hashing.Algorithm.SHA256
    assert signature.return_annotation == trivium.Operation[bytes, int]
    assert inspect.signature(timer.delay).return_annotation == trivium.Operation[None]
    assert inspect.signature(hashing.algorithms).return_annotation == list[str]
    assert hashing.hash_file.__text_signature__ == "(path, algorithm=Algorithm.SHA256)"


def test_what_can_be_seen() -> None:
    method = hashing.hash_file
    assert method.__name__ == method.__qualname__ == "hash_file"
    assert method.__module__ == "trivium.components.hashing"
    assert "HashFileAsync(String path" in method.__doc__
    assert repr(method) == "<function hash_file of trivium.components.hashing>"
    assert inspect.isroutine(method)
    assert callable(method)
    assert pickle.loads(pickle.dumps(method)) is method
    assert weakref.ref(method)() is method


def test_in_a_class_it_is_not_bound() -> None:
    class Holder:
        algorithms = hashing.algorithms

    assert Holder().algorithms() == hashing.algorithms()


def test_defaults_and_names(puppet: Any, quiet: Any) -> None:
    assert puppet.show(1) == "1|seven, eight|true|0.5|7"
    assert puppet.show(1, "two") == "1|two|true|0.5|7"
    assert puppet.show(number=1, color="Red") == "1|seven, eight|true|0.5|0"
    assert puppet.show(1, ratio=2, flag=False) == "1|seven, eight|false|2|7"
    assert puppet.show(color=puppet.Color.GREEN, ratio=0.25, flag=True, text="x", number=-1) == "-1|x|true|0.25|1"
    arguments = {"number": 3, "text": "three"}
    assert puppet.show(**arguments) == "3|three|true|0.5|7"
    assert puppet.show(*[4, "four"]) == "4|four|true|0.5|7"


@pytest.mark.parametrize(
    ("arguments", "names", "message"),
    [
        ((), {}, r"show\(\) takes 1 to 5 arguments, got 0"),
        ((1, "", True, 1.0, 0, 0), {}, r"show\(\) takes 1 to 5 arguments, got 6"),
        ((), {"text": "x"}, r"show\(\) argument 'number': expected Int32, got nothing"),
        ((1,), {"number": 2}, r"show\(\) got multiple values for argument 'number'"),
        ((1,), {"colour": 0}, r"show\(\) has no argument 'colour'; it takes 'number', 'text', 'flag', 'ratio', 'color'"),
        ((1, 2), {}, r"show\(\) argument 'text': expected String, got int"),
        ((1,), {"flag": 1}, r"show\(\) argument 'flag': expected Boolean, got int"),
        ((None,), {}, r"show\(\) argument 'number': expected Int32, got None"),
    ],
)
def test_wrong_arguments(puppet: Any, quiet: Any, arguments: Any, names: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        puppet.show(*arguments, **names)
    assert isinstance(caught.value, trivium.Error)


def test_wrong_arguments_of_an_asynchronous_method_raise_at_once(quiet: Any) -> None:
    with pytest.raises(TypeError, match=r"hash_file\(\) argument 'path': expected String, got int"):
        hashing.hash_file(5)
    with pytest.raises(TypeError, match=r"hash_file\(\) has no argument 'file'"):
        hashing.hash_file(file="x")
    with pytest.raises(ValueError, match=r"argument 'algorithm'.*Sha512"):
        hashing.hash_file("x", "sha17")


def test_an_exception_of_an_argument_s_own_code_goes_on(puppet: Any, quiet: Any) -> None:
    class Strange:
        def __index__(self) -> int:
            raise ZeroDivisionError

        def __fspath__(self) -> str:
            raise LookupError

    with pytest.raises(ZeroDivisionError):
        puppet.echo_int(Strange())
    with pytest.raises(LookupError):
        puppet.echo_string(Strange())


def test_methods_cannot_be_made_or_changed() -> None:
    with pytest.raises(TypeError):
        type(hashing.hash_file)()
    with pytest.raises((AttributeError, TypeError)):
        hashing.hash_file.__name__ = "other"
