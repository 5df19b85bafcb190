"""Runs of base64 are lifted out of a content and put back exactly, however it comes in."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.kernel.lifting import MOST_RUNS, SHORTEST, Lines, TextTooLarge, lift, regroup
from lienthong.kernel.spools import IN_MEMORY, Extent, Spool

MB = 1024 * 1024
LINES = [(0, b""), (64, b"\n"), (76, b"\r\n"), (76, b"\r"), (1000, b"\n")]


def content(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def run(size: int, lines: tuple[int, bytes] = (0, b""), seed: int = 1) -> bytes:
    width, end = lines
    text = base64.b64encode(content(size, seed))
    return end.join(text[at : at + width] for at in range(0, len(text), width)) if width else text


def moved_line_end(text: bytes) -> bytes:
    """The tenth line four letters longer, the next four shorter."""
    lines = text.split(b"\n")
    lines[10:12] = [lines[10] + lines[11][:4], lines[11][4:]]
    return b"\n".join(lines)


def cut(text: bytes, size: int) -> Iterator[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


@settings(deadline=None, max_examples=150)
@given(
    sizes=st.lists(st.integers(11_500, 60_000), max_size=4),
    lines=st.sampled_from(LINES),
    around=st.sampled_from([b"", b"\n", b"\r\n    ", b" \t"]),
    piece=st.integers(1, 100_000),
    seed=st.integers(0, 1000),
)
def test_what_comes_in_comes_out(
    sizes: list[int], lines: tuple[int, bytes], around: bytes, piece: int, seed: int
) -> None:
    runs = [run(size, lines, seed + place) for place, size in enumerate(sizes)]
    text = b"<a>" + b"".join(b"<b c='d'>" + around + one + around + b"</b> x > y " for one in runs) + b"</a>"
    made = lift(cut(text, max(piece, len(text) // 2000)))
    assert made.read() == text
    assert (made.sha256, made.size) == (hashlib.sha256(text).hexdigest(), len(text))
    long = [size for size, one in zip(sizes, runs, strict=True) if len(one) > SHORTEST + 1000]
    assert len(made.runs) >= len(long)
    expected = [content(size, seed + place) for place, size in enumerate(sizes)]
    assert {one.content.read() for one in made.runs} <= set(expected)
    assert made.skeleton.count(made.mark) == len(made.runs)


@settings(deadline=None, max_examples=150)
@given(
    lines=st.sampled_from(LINES),
    place=st.integers(0, 29_999),
    letter=st.sampled_from([b"*", b"\n", b"\r", b" ", b"=", b"\0", b"A", b">", b"&", b"\xc3\xa9", b""]),
    piece=st.sampled_from([1000, 4096, 10**6]),
)
def test_whatever_stands_in_a_run_comes_out(
    lines: tuple[int, bytes], place: int, letter: bytes, piece: int
) -> None:
    broken = bytearray(run(30_000, lines))
    broken[place : place + 1] = letter
    text = b"<a>" + bytes(broken) + b"</a>"
    made = lift(cut(text, piece))
    assert made.read() == text
    if letter in {b"*", b"\0", b"&", b"\xc3\xa9"}:
        assert not made.runs


@settings(deadline=None, max_examples=200)
@given(text=st.lists(st.sampled_from([b"<", b">", b"A" * 16_384, b"A" * 4, b"==", b"\n", b'x="', b"\0"])))
def test_any_text_comes_out(text: list[bytes]) -> None:
    assert lift(text).read() == b"".join(text)


@pytest.mark.parametrize(
    "odd",
    [
        run(20_000)[:-1],  # no multiple of four
        run(20_001)[:-4] + b"AB==",  # bits that say nothing are set
        run(20_000, (76, b"\n")).replace(b"\n", b"\r\n", 7),
        run(20_000, (76, b"\n")).replace(b"\n", b"\n\n"),
        run(20_000, (75, b"\n")),
        run(20_000, (4, b"\n")),
        run(20_000, (76, b"\n")).replace(b"\n", b" \n"),
        run(20_000) + b"==" + run(20_000),
        run(196_604) + run(20_000),  # padding where a piece ends, and more behind it
        run(20_000, (76, b"\n")).replace(b"\n", b"\r", 1),
        run(20_001, (76, b"\n"))[::-1].replace(b"\n", b"\r", 1)[::-1],
        moved_line_end(run(20_001, (76, b"\n"))),
        run(1_000),
    ],
)
def test_what_cannot_be_written_again_as_it_came_stays_text(odd: bytes) -> None:
    made = lift([b"<a>", odd, b"</a>"])
    assert not made.runs
    assert made.skeleton == b"<a>" + odd + b"</a>"


def test_a_token_cannot_be_written_beforehand() -> None:
    first = lift([b"<a>", run(20_000), b"</a>"])
    forged = first.skeleton.replace(b"</a>", b"<b>" + run(30_000) + b"</b></a>")
    made = lift([forged])
    assert made.mark != first.mark
    assert made.read() == forged
    assert len(made.runs) == 1


def test_what_turned_out_to_be_no_run_takes_no_room() -> None:
    made = lift(cut(b"<a>" + run(600_000) + b"*<b>" + run(20_000) + b"</b></a>", 100_000))
    [one] = made.runs
    assert (one.content.start, one.content.spool.size) == (0, 20_000)


def test_a_run_that_is_cut_off_comes_out() -> None:
    text = b"<a>" + run(50_000)[:-1]
    assert lift(cut(text, 1000)).read() == text


def test_text_beyond_the_cap_is_refused() -> None:
    with pytest.raises(TextTooLarge) as caught:
        lift(b"<a>*" + b"A" * MB for _ in range(21))
    assert caught.value.say("vi") != caught.value.say("en")


def test_a_run_that_turns_out_to_be_none_counts_as_text() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"<a>"
        for _ in range(21):
            yield b"A" * MB
        yield b"*</a>"

    with pytest.raises(TextTooLarge):
        lift(chunks())


def test_of_very_many_runs_the_later_ones_stay_text() -> None:
    text = b"<a>" + (b"<b>" + run(12_300) + b"</b>") * (MOST_RUNS + 2) + b"</a>"
    made = lift([text])
    assert len(made.runs) == MOST_RUNS
    assert made.read() == text


def test_a_large_run_never_lies_whole_in_memory() -> None:
    block = base64.b64encode(content(3 * 64 * 1024))

    def chunks() -> Iterator[bytes]:
        yield b"<a>"
        for _ in range(200):
            yield block
        yield b"</a>"

    tracemalloc.start()
    made = lift(chunks())
    size = sum(len(chunk) for chunk in made.chunks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == made.size == 200 * len(block) + 7
    assert peak < 8 * MB


@given(content=st.binary(max_size=5000), width=st.sampled_from([0, 48, 64, 76]), cuts=st.integers(1, 999))
def test_the_size_of_lines_is_that_of_what_they_become(content: bytes, width: int, cuts: int) -> None:
    lines = Lines(width, b"\r\n") if width else Lines()
    text = b"".join(lines.encode(cut(content, cuts)))
    assert base64.b64decode(text) == content
    assert not content or lines.size(len(content)) == len(text)
    assert not re.search(rb"[^\r\n]{77}", text) or not width


@given(pieces=st.lists(st.binary(max_size=50)), size=st.integers(1, 60))
def test_regrouped_pieces_are_the_same_bytes(pieces: list[bytes], size: int) -> None:
    made = list(regroup(pieces, size))
    assert b"".join(made) == b"".join(pieces)
    assert all(len(piece) == size for piece in made[:-1])


@pytest.mark.parametrize("size", [IN_MEMORY, IN_MEMORY + 1])
def test_a_spool_reads_the_same_in_memory_and_on_disk(size: int) -> None:
    spool, all_of_it = Spool(), content(size)
    for piece in cut(all_of_it, 100_000):
        spool.write(piece)
    extent = Extent(spool, 10, size - 20)
    assert spool.on_disk == (size > IN_MEMORY)
    assert extent.read() == b"".join(extent.pieces(999)) == extent.open().read() == all_of_it[10:-10]
    with extent.open() as one, extent.open() as other:
        one.seek(-5, 2)
        assert (other.read(3), one.read()) == (all_of_it[10:13], all_of_it[-15:-10])
    spool.shorten(size - 1)
    spool.write(b"x")
    assert spool.at(size - 2, 5) == all_of_it[-2:-1] + b"x"
