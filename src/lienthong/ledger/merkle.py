"""Merkle trees as RFC 6962, 2.1 has them: SHA-256, 0x00 before a leaf, 0x01 before a pair; pure functions.

Of `n` leaves the left subtree holds the largest power of two below `n`, which is the same as pairing from the
left and carrying a last one without partner upwards unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32
LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(LEAF + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree's hash over the leaves' data; of no leaves the hash of nothing."""
    return _levels(leaves)[-1][0] if leaves else hashlib.sha256().digest()


def audit_paths(leaves: Sequence[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """The root, and for each leaf the hashes that lead from it to the root, lowest first (RFC 6962, 2.1.1).

    All at once, in n·log n steps; `leaves` must not be empty.
    """
    levels = _levels(leaves)
    return levels[-1][0], [_path(levels, index) for index in range(len(leaves))]


def leads_to(expected: bytes, *, leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bool:
    """Whether the leaf's data stands at `index` of a tree of `size` leaves with the root `expected`.

    The algorithm of RFC 9162, 2.1.3.2, which refuses a path that is too short or too long.
    """
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf_hash(leaf)
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = _pair(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _pair(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == expected


def _pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes of the tree from the leaves to the root."""
    levels = [[leaf_hash(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_pair(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(below) & ~1 :])
    return levels


def _path(levels: list[list[bytes]], index: int) -> list[bytes]:
    """The siblings on the way up; where there is none, nothing is added."""
    steps = []
    for level in levels[:-1]:
        beside = index ^ 1
        if beside < len(level):
            steps.append(level[beside])
        index >>= 1
    return steps
