"""What is different between two definitions, in words that an official reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from lienthong.procedures.contracts import Sample
from lienthong.procedures.definition import Definition


class Kind(StrEnum):
    """What happened to a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Difference:
    """One difference: where, what it was and what it is; rows are known by their key."""

    kind: Kind
    path: tuple[str, ...]
    before: str = ""
    after: str = ""


# By what the rows of each list are known: two with the same are one row that changed.
_KNOWN_BY: dict[str, tuple[str, ...]] = {
    "transitions": ("source", "target"),
    "options": ("value",),
    "samples": ("kind", "name"),
}
Samples = Mapping[str, Sequence[Sample]]
NONE: Samples = MappingProxyType({})


def differences(
    old: Definition, new: Definition, *, old_samples: Samples = NONE, new_samples: Samples = NONE
) -> list[Difference]:
    """Every difference between two definitions and the samples of their papers, in the order of the new one.

    Samples are given by the key of the paper.
    """
    return list(_compare(_with_samples(old, old_samples), _with_samples(new, new_samples), ()))


def _with_samples(definition: Definition, samples: Samples) -> dict[str, Any]:
    data: dict[str, Any] = definition.model_dump(mode="json")
    for paper in data["papers"]:
        paper["samples"] = [
            {"kind": str(one.kind_label), "name": one.name, "sha256": one.sha256}
            for one in samples.get(paper["key"], ())
        ]
    return data


def _compare(old: Any, new: Any, place: tuple[str, ...]) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*new, *old]):
            yield from _compare(old.get(key), new.get(key), (*place, key))
    elif _is_rows(old) and _is_rows(new) and (old or new):
        yield from _compare_rows(old or [], new or [], place)
    elif old is None:
        yield Difference(Kind.ADDED, place, after=_said(new))
    elif new is None:
        yield Difference(Kind.REMOVED, place, before=_said(old))
    else:
        yield Difference(Kind.CHANGED, place, _said(old), _said(new))


def _compare_rows(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], place: tuple[str, ...]
) -> Iterator[Difference]:
    known_by = _KNOWN_BY.get(place[-1], ("key",))
    before = {_key(row, known_by): row for row in old}
    after = {_key(row, known_by): row for row in new}
    for key, row in after.items():
        if key not in before:
            yield Difference(Kind.ADDED, (*place, key), after=_said(row))
        else:
            yield from _compare(before[key], row, (*place, key))
    for key, row in before.items():
        if key not in after:
            yield Difference(Kind.REMOVED, (*place, key), before=_said(row))
    both = [key for key in before if key in after]
    if both != [key for key in after if key in before]:
        yield Difference(Kind.MOVED, place, " → ".join(both), " → ".join(k for k in after if k in before))


def _is_rows(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(row, dict) for row in value))


def _key(row: Mapping[str, Any], known_by: tuple[str, ...]) -> str:
    return " → ".join(str(row.get(name, "")) for name in known_by)


def _said(value: Any) -> str:
    """A value in one line: of a row its name, of a list its entries."""
    if isinstance(value, Mapping):
        return str(
            value.get("label")
            or value.get("name")
            or value.get("title")
            or "; ".join(map(_said, value.values()))
        )
    if isinstance(value, list | tuple):
        return "; ".join(map(_said, value))
    return str(value)
