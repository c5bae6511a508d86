"""The component from outside, tests/interop/outside, that was built with component.h alone."""

from __future__ import annotations

import asyncio

import pytest
import trivium


def test_all_four_faces_and_a_synchronous_method() -> None:
    letters = trivium.load("letters")
    assert letters.reverse("abc") == "cba"

    async def main() -> None:
        assert await letters.check("abc") is None
        with pytest.raises(ValueError, match="argument 'text': no letter at byte 2"):
            await letters.check("ab1")
        heard: list[int] = []
        op = letters.spell("abc")
        op.on_progress(heard.append)
        assert await op is None
        assert await letters.count("banana") == 3
        assert await letters.count("banana", letters.Kind.ANY) == 6
        tally = await letters.tally("bananas")
        assert (tally.vowels, tally.consonants) == (3, 4)

    asyncio.run(main())
