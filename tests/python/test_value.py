"""Values: what Python gives and gets. tests/conformance/round_trip.txt has what all languages share."""

from __future__ import annotations

import array
import collections
import collections.abc
import copy
import dataclasses
import decimal
import enum
import fractions
import pickle
from datetime import timedelta
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest

import trivium


def test_numbers(puppet: Any, quiet: Any) -> None:
    class Index:
        def __index__(self) -> int:
            return 7

    assert puppet.echo_int_sync(Index()) == 7
    assert puppet.echo_double_sync(decimal.Decimal("1.5")) == 1.5
    assert puppet.echo_double_sync(fractions.Fraction(1, 4)) == 0.25
    assert puppet.echo_double_sync(3) == 3.0
    assert type(puppet.echo_double_sync(3)) is float
    assert puppet.echo_ulong_sync(2**64 - 1) == 2**64 - 1
    for number in (2**63, -(2**63) - 1, 10**400, -(10**400)):
        with pytest.raises(OverflowError, match="echo_long_sync.*'value'.*Int64"):
            puppet.echo_long_sync(number)
    with pytest.raises(TypeError):
        puppet.echo_int_sync(decimal.Decimal(1))


def test_boolean_is_bool(puppet: Any, quiet: Any) -> None:
    assert puppet.echo_boolean_sync(True) is True
    assert puppet.echo_boolean_sync(False) is False


def test_text(puppet: Any, quiet: Any) -> None:
    for text in ("", "a\0b", "caf\u00e9", "\U0001f600" * 1000):
        assert puppet.echo_string_sync(text) == text
    assert puppet.echo_string_sync(PurePosixPath("/a/b")) == "/a/b"
    with pytest.raises(ValueError, match="'value'.*position 1") as caught:
        puppet.echo_string_sync("a\ud800")
    assert isinstance(caught.value, trivium.Error)
    assert caught.value.code == "INVALID_UTF8"
    with pytest.raises(TypeError, match="got bytes"):
        puppet.echo_string_sync(b"bytes")


def test_a_path_that_is_no_utf8_is_refused(puppet: Any, quiet: Any) -> None:
    with pytest.raises(ValueError, match="position"):
        puppet.echo_string_sync(Path(b"/tmp/\xff".decode("utf-8", "surrogateescape")))


def test_bytes(puppet: Any, quiet: Any) -> None:
    data = b"\x00\x01\xff"
    for given in (data, bytearray(data), memoryview(data), array.array("B", data)):
        got = puppet.echo_bytes_sync(given)
        assert type(got) is bytes
        assert got == data
        view = puppet.echo_buffer_sync(given)
        assert type(view) is memoryview
        assert view == data
    assert puppet.echo_bytes_sync(b"") == b""
    assert puppet.echo_buffer_sync(b"").tobytes() == b""
    with pytest.raises(BufferError):
        puppet.echo_bytes_sync(memoryview(b"abcdef")[::2])


def test_a_buffer_keeps_its_bytes_alive(puppet: Any, quiet: Any) -> None:
    view = puppet.echo_buffer_sync(b"x" * 4096)
    part = view[100:200]
    del view
    part[0] = ord("y")
    assert part.tobytes() == b"y" + b"x" * 99
    del part


def test_lists(puppet: Any, quiet: Any) -> None:
    assert puppet.echo_numbers_sync([1, -2, 3]) == [1, -2, 3]
    assert puppet.echo_numbers_sync((1, 2)) == [1, 2]
    assert puppet.echo_texts_sync(["a", "", "\u00e9"]) == ["a", "", "\u00e9"]
    with pytest.raises(TypeError, match="'value'.*item 1.*String.*got int"):
        puppet.echo_texts_sync(["a", 2])
    with pytest.raises(TypeError, match=r"String\[\].*got str"):
        puppet.echo_texts_sync("abc")
    for mapping in ({1: 2}, MappingProxyType({1: 2}), {1, 2}, b"ab", bytearray(2)):
        with pytest.raises(TypeError, match=r"expected Int32\[\], got"):
            puppet.echo_numbers_sync(mapping)


def test_any_sequence_is_a_list(puppet: Any, quiet: Any) -> None:
    class Squares(collections.abc.Sequence[int]):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: Any) -> Any:
            return [0, 1, 4][index]

    assert puppet.echo_numbers_sync(range(3)) == [0, 1, 2]
    assert puppet.echo_numbers_sync(Squares()) == [0, 1, 4]
    assert puppet.echo_numbers_sync(array.array("i", [5, -5])) == [5, -5]
    assert puppet.echo_numbers_sync(collections.deque([1, 2])) == [1, 2]


def test_numbers_as_bytes(puppet: Any, quiet: Any) -> None:
    for given in ([0, 1, 255], (0, 1, 255), collections.deque([0, 1, 255])):
        got = puppet.echo_bytes_sync(given)
        assert type(got) is bytes
        assert got == b"\0\1\xff"
    assert puppet.echo_bytes_sync(range(256)) == bytes(range(256))
    assert puppet.echo_bytes_sync([]) == b""
    with pytest.raises(OverflowError, match="'value'.*item 1.*UInt8.*256"):
        puppet.echo_bytes_sync([1, 256])
    with pytest.raises(TypeError, match="'value'.*item 0.*UInt8.*got str"):
        puppet.echo_bytes_sync(["1"])
    with pytest.raises(TypeError, match=r"'value'.*UInt8\[\].*got str"):
        puppet.echo_bytes_sync("ab")


def test_a_list_that_changes_while_it_is_read(puppet: Any, quiet: Any) -> None:
    numbers: list[Any] = []

    class Clearing:
        def __index__(self) -> int:
            numbers.clear()
            return 5

    numbers.extend([Clearing(), 1, 2])
    assert puppet.echo_numbers_sync(numbers) == [5, 1, 2]


@pytest.mark.parametrize(
    ("given", "got"),
    [
        (timedelta(days=-3, microseconds=7), timedelta(days=-3, microseconds=7)),
        (timedelta(microseconds=1), timedelta(microseconds=1)),
        (timedelta(days=10_000_000), timedelta(days=10_000_000)),
        (1.5, timedelta(seconds=1.5)),
        (2, timedelta(seconds=2)),
        (-0.25, timedelta(seconds=-0.25)),
        (0.00000025, timedelta(0)),
    ],
)
def test_time_spans(puppet: Any, quiet: Any, given: Any, got: timedelta) -> None:
    assert puppet.echo_timespan_sync(given) == got


@pytest.mark.parametrize("given", [timedelta.max, timedelta.min, 1e300, 10**400, float("inf")])
def test_time_spans_that_do_not_fit(puppet: Any, quiet: Any, given: Any) -> None:
    with pytest.raises(OverflowError, match="'value'.*TimeSpan"):
        puppet.echo_timespan_sync(given)


def test_enums(puppet: Any, quiet: Any) -> None:
    color = puppet.Color
    assert issubclass(color, enum.IntEnum)
    assert [c.name for c in color] == ["RED", "GREEN", "DEEP_BLUE", "INFRA"]
    assert (color.__module__, color.__doc__) == ("trivium.components.puppet", "An enum.")
    for given in (color.DEEP_BLUE, 7, "DeepBlue", "deepBlue", "DEEP_BLUE"):
        assert puppet.echo_color_sync(given) is color.DEEP_BLUE
    assert pickle.loads(pickle.dumps(color.INFRA)) is color.INFRA
    with pytest.raises(ValueError, match="'value'.*Red"):
        puppet.echo_color_sync("Purple")


def test_structs(puppet: Any, quiet: Any) -> None:
    point = puppet.Point(x=1.0, y=2.0)
    assert puppet.echo_point_sync(point) == point
    assert puppet.echo_point_sync({"x": 1, "y": 2}) == point
    assert puppet.echo_point_sync(MappingProxyType({"x": 1, "y": 2})) == point
    assert repr(point) == "Point(x=1.0, y=2.0)"
    assert [f.name for f in dataclasses.fields(point)] == ["x", "y"]
    assert dataclasses.fields(point)[0].type is float
    assert (puppet.Point.__module__, puppet.Point.__doc__) == ("trivium.components.puppet", "A struct of numbers.")
    assert pickle.loads(pickle.dumps(point)) == copy.deepcopy(point) == point
    assert hash(point) == hash(puppet.echo_point_sync(point))
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 5
    record = {
        "small": 1,
        "large": -(2**62),
        "text": "t\u00e9xt",
        "shade": "Green",
        "place": point,
        "bytes": b"\0\1",
    }
    got = puppet.echo_record_sync(record)
    assert dataclasses.asdict(got) == {**record, "shade": puppet.Color.GREEN, "place": {"x": 1.0, "y": 2.0}}
    assert puppet.echo_record_sync(got) == got


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": 1}, r"'value'.*expected Point \(x, y\).*without the field 'y'"),
        ({"x": 1, "y": 2, "z": 3}, r"'value'.*expected Point \(x, y\).*with the field 'z'"),
        ({"x": 1, "y": 2, 3: 3}, r"'value'.*expected Point \(x, y\).*with the field '3'"),
        ({"x": 1, "y": 2, "\u00e9\0": 3}, r"'value'.*expected Point \(x, y\).*with the field"),
        ({"x": 1, "y": "2"}, "'value'.*field 'y'.*Double.*got str"),
        ((1, 2), "'value'.*expected Point, got tuple"),
        (None, "'value'.*expected Point, got None"),
    ],
)
def test_structs_that_are_wrong(puppet: Any, quiet: Any, given: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        puppet.echo_point_sync(given)
