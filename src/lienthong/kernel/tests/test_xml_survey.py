"""The first pass over XML from outside: what it refuses, and that it says where."""

from __future__ import annotations

import pytest

from lienthong.kernel.lifting import lift, lifted
from lienthong.kernel.xml_survey import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    HasDoctype,
    NotUtf8,
    NotWellFormed,
    TooComplex,
    XmlFault,
    survey,
)

MIB = 1 << 20


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def with_attributes(number: int) -> bytes:
    return b"<a " + b" ".join(b"a%d=''" % place for place in range(number)) + b"/>"


def with_elements(number: int) -> bytes:
    return b"<a>" + b"<b/>" * (number - 1) + b"</a>"


@pytest.mark.parametrize(
    "xml",
    [
        nested(MAX_DEPTH),
        with_attributes(MAX_ATTRIBUTES),
        with_elements(MAX_ELEMENTS),
        b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a>" + "Hà Nội".encode() + b"</a>",
        b"<a>" + b"x" * (MIB - 4) + "ộ".encode() + b"</a>",  # a letter across two pieces
    ],
)
def test_what_is_within_the_caps_passes(xml: bytes) -> None:
    survey(xml)


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (nested(MAX_DEPTH + 1), "depth"),
        (with_attributes(MAX_ATTRIBUTES + 1), "attributes"),
        (with_elements(MAX_ELEMENTS + 1), "elements"),
    ],
)
def test_what_exceeds_a_cap_is_refused_by_its_name(xml: bytes, rule: str) -> None:
    with pytest.raises(TooComplex) as caught:
        survey(xml)
    assert caught.value.rule == rule


@pytest.mark.parametrize("xml", [b"<!DOCTYPE a><a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_document_type_is_refused_before_it_means_anything(xml: bytes) -> None:
    with pytest.raises(HasDoctype):
        survey(xml)


def test_a_byte_that_is_not_utf_8_is_named_wherever_it_stands() -> None:
    with pytest.raises(NotUtf8) as caught:
        survey(b"<a>" + b"x" * 2 * MIB + b"\xc3(</a>")
    assert caught.value.position == 3 + 2 * MIB


def test_another_encoding_is_refused_though_its_bytes_are_utf_8() -> None:
    with pytest.raises(NotUtf8):
        survey(b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>")


@pytest.mark.parametrize("xml", [b"", b"words", b"<a>", b"<a></b>", b"<a/><b/>", b"<b:a/>", b"<a>&b;</a>"])
def test_what_is_no_xml_is_refused_with_its_place(xml: bytes) -> None:
    with pytest.raises(NotWellFormed) as caught:
        survey(xml)
    assert caught.value.line == 1


def test_what_is_lifted_is_asked_once_and_again_only_if_it_did_not_pass() -> None:
    packet = lift([b"<a/>"])
    packet.require_xml()
    packet.skeleton = b"no longer XML"
    packet.require_xml()
    bad = lifted(b"<a>")
    for _ in range(2):
        with pytest.raises(XmlFault):
            bad.require_xml()
