"""Merkle trees: the same as RFC 6962 defines, and no leaf is proven that is not in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from lienthong.ledger.merkle import audit_paths, leads_to, leaf_hash, root

leaves_of = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = split_of(len(leaves))
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = split_of(len(leaves))
    if index < split:
        return [*path_of(index, leaves[:split]), defined(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), defined(leaves[:split])]


def split_of(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def test_the_vectors_of_certificate_transparency_are_met() -> None:
    # The inputs and roots that the reference implementation of RFC 6962 is tested with.
    inputs = [
        bytes.fromhex(found)
        for found in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                      "606162636465666768696a6b6c6d6e6f")
    ]  # fmt: skip
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {size: root(inputs[:size]).hex() for size in roots} == roots


@given(leaves_of)
def test_root_and_paths_are_those_of_the_definition(leaves: list[bytes]) -> None:
    found, paths = audit_paths(leaves)
    assert found == root(leaves) == defined(leaves)
    assert paths == [path_of(index, leaves) for index in range(len(leaves))]


@given(leaves_of)
def test_every_leaf_leads_to_the_root(leaves: list[bytes]) -> None:
    found, paths = audit_paths(leaves)
    for index, (leaf, path) in enumerate(zip(leaves, paths, strict=True)):
        assert leads_to(found, leaf=leaf, index=index, size=len(leaves), path=path)


@given(leaves_of, st.data())
def test_nothing_else_does(leaves: list[bytes], data: st.DataObject) -> None:
    found, paths = audit_paths(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    leaf, size, path = leaves[index], len(leaves), paths[index]
    other = data.draw(st.binary(max_size=40).filter(lambda drawn: drawn != leaf))
    assert not leads_to(found, leaf=other, index=index, size=size, path=path)
    elsewhere = data.draw(st.integers(-2, 80).filter(lambda drawn: drawn != index))
    moved = leads_to(found, leaf=leaf, index=elsewhere, size=size, path=path)
    assert moved == (0 <= elsewhere < size and leaves[elsewhere] == leaf and paths[elsewhere] == path)
    assert not leads_to(found, leaf=leaf, index=index, size=size, path=[*path, leaf_hash(leaf)])
    if path:
        assert not leads_to(found, leaf=leaf, index=index, size=size, path=path[:-1])
        step = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:step], hashlib.sha256(path[step]).digest(), *path[step + 1 :]]
        assert not leads_to(found, leaf=leaf, index=index, size=size, path=bent)
    assert not leads_to(hashlib.sha256(found).digest(), leaf=leaf, index=index, size=size, path=path)
