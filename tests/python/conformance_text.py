"""Reads the scenarios and rows of tests/conformance; README.md there describes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).resolve().parent.parent / "conformance"
FACES = ("action", "action_with_progress", "operation", "operation_with_progress")
LANGUAGE = "@python"
_LANGUAGES = ("@c", "@python", "@node", "@lua")


class Word(str):
    """What stands without quotes."""


@dataclass(frozen=True)
class Enumerator:
    name: str


@dataclass(frozen=True)
class Failure:
    """An expected error: its code, and what its message contains."""

    code: str
    fragments: tuple[str, ...]


FUNCTION = object()
NOTHING = object()


@dataclass
class Step:
    where: str
    words: list[Any]
    expected: list[Any] | None  # None: no expectation


@dataclass
class Scenario:
    name: str
    where: str
    steps: list[Step] = field(default_factory=list)
    options: tuple[str, ...] = ()
    face: str | None = None

    def runs(self) -> list[Scenario]:
        if "all_faces" in self.options:
            faces = FACES
        elif "progress_faces" in self.options:
            faces = tuple(face for face in FACES if face.endswith("progress"))
        else:
            return [self]
        return [replace(self, face=face) for face in faces]


_ESCAPE = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]+)\}|(.))', re.S)
_SIMPLE = {b'"': b'"', b"\\": b"\\", b"n": b"\n", b"t": b"\t"}


def _unescape(raw: bytes, where: str) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        byte, point, other = match.groups()
        if byte:
            return bytes([int(byte, 16)])
        if point:
            return chr(int(point, 16)).encode("utf-8", "surrogatepass")
        if other not in _SIMPLE:
            raise SyntaxError(f"{where}: no such escape: \\{other.decode()}")
        return _SIMPLE[other]

    return _ESCAPE.sub(one, raw)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape")  # of a line for languages whose text is bytes


_TOKEN = re.compile(r'\s*(?:(?P<comment>#.*)|(?P<bytes>b)?"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"]+))')


def words_of(line: str, where: str) -> list[Any]:
    """Words, texts (str) and bytes of a line."""
    words: list[Any] = []
    at = 0
    line = line.rstrip()
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            raise SyntaxError(f"{where}: cannot read {line[at:]!r}")
        at = match.end()
        if match["comment"] is not None:
            break
        if match["word"] is not None:
            words.append(Word(match["word"]))
        else:
            raw = _unescape(match["text"].encode(), where)
            words.append(raw if match["bytes"] else _text(raw))
    return words


def _split(words: list[Any], where: str) -> Step:
    for i, word in enumerate(words):
        if isinstance(word, Word) and word == "->":
            return Step(where, words[:i], words[i + 1 :])
    return Step(where, words, None)


def is_code(word: Any) -> bool:
    return isinstance(word, Word) and re.fullmatch(r"[A-Z][A-Z0-9_]+", word) is not None


_SCALARS: dict[str, Any] = {"true": True, "false": False, "none": None, "function": FUNCTION, "nothing": NOTHING}


def _scalar(word: Any) -> Any:
    if not isinstance(word, Word):
        return word
    if word in _SCALARS:
        return _SCALARS[word]
    if re.fullmatch(r"[+-]?\d+", word):
        return int(word)
    if re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?s", word):
        return timedelta(seconds=float(word[:-1]))
    try:
        return float(word)
    except ValueError:
        return Enumerator(str(word))


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _value(words: list[Any], at: int) -> tuple[Any, int]:
    word = words[at]
    at += 1
    if isinstance(word, Word) and word in ("[", "{"):
        close = "]" if word == "[" else "}"
        items: list[Any] = []
        names: list[str] = []
        while not (isinstance(words[at], Word) and words[at] == close):
            if close == "}":
                names.append(snake(words[at]))
                at += 1
            item, at = _value(words, at)
            items.append(item)
        return (items if close == "]" else dict(zip(names, items, strict=True))), at + 1
    return _scalar(word), at


def values_of(words: list[Any]) -> list[Any]:
    """The values that the words are."""
    values, at = [], 0
    while at < len(words):
        value, at = _value(words, at)
        values.append(value)
    return values


def expectation(words: list[Any]) -> Any:
    """A Failure, NOTHING, or a value."""
    if words and is_code(words[0]) and words[0] != "OK":
        return Failure(str(words[0]), tuple(words[1:]))
    values = values_of(words)
    return values[0] if len(values) == 1 else values


def _cases(words: list[Any], where: str) -> list[Step]:
    """A row is one case; an echo is two, one for each of its methods."""
    if words[0] != "echo":
        return [_split(words, where)]
    methods = (f"Echo{words[1]}Sync", f"Echo{words[1]}")
    return [_split([Word("call"), Word(method), *words[2:]], where) for method in methods]


def load() -> tuple[list[Scenario], list[Step]]:
    """All runs of all scenarios, and all rows, that are for Python."""
    scenarios: list[Scenario] = []
    rows: list[Step] = []
    for path in sorted(DIRECTORY.glob("*.txt")):
        current: Scenario | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.name}:{number}"
            words = words_of(line, where)
            languages = [w for w in words if isinstance(w, Word) and w in _LANGUAGES]
            words = [w for w in words if not (isinstance(w, Word) and w in _LANGUAGES)]
            wanted = not languages or LANGUAGE in languages
            if not words:
                continue
            if words[0] == "scenario":
                current = Scenario(words[1], where, options=tuple(words[2:]))
                if wanted:
                    scenarios.append(current)
            elif current is not None:
                current.steps.append(_split(words, where))
            elif wanted:
                rows += _cases(words, where)
    return [run for scenario in scenarios for run in scenario.runs()], rows
