"""The codec as a round trip: what is written is read back the same, and no bytes break the reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.axis import edxml
from lienthong.axis.edxml import errors
from lienthong.axis.edxml.values import clean
from lienthong.axis.tests.factories import edxml_packet
from lienthong.kernel.clock import VIETNAM


def texts(most: int, least: int = 0) -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))
    return st.text(letters, max_size=most).map(clean).filter(lambda text: least <= len(text) <= most)


days = st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31))
times = st.datetimes(
    min_value=datetime(1950, 1, 1),  # noqa: DTZ001
    max_value=datetime(2999, 1, 1),  # noqa: DTZ001
).map(lambda value: value.replace(microsecond=0, tzinfo=VIETNAM))
codes = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9]{2}){0,2}", fullmatch=True)
parties = st.builds(
    edxml.Party,
    organ_id=codes,
    organ_name=texts(250),
    in_charge=texts(20),
    address=texts(20),
    email=texts(20),
    telephone=texts(20),
    fax=texts(20),
    website=texts(20),
)
attachments = st.builds(
    edxml.Attachment,
    name=texts(200, 1),
    content_type=texts(50),
    content_id=codes,
    description=texts(30),
    content=st.binary(min_size=1, max_size=300).filter(lambda content: not content.startswith(b"PK\x03\x04")),
)
staff = st.builds(edxml.Staff, department=texts(30), staff=texts(30), mobile=texts(15), email=texts(30))
responses = st.builds(
    edxml.ResponseFor, organ_id=codes, code=texts(30), promulgated_on=st.none() | days, document_id=texts(50)
)


@st.composite
def packets(draw: st.DrawFn) -> edxml.EdxmlPacket:
    plain = edxml_packet(number=str(draw(st.integers(1, 99999))), notation=draw(texts(20)))
    sender, day = draw(parties), draw(days)
    changes = draw(
        st.fixed_dictionaries(
            {
                "recipients": st.lists(
                    parties, min_size=1, max_size=5, unique_by=lambda party: party.organ_id
                ).map(tuple),
                "subject": texts(500, 1),
                "content": texts(500),
                "place": texts(150),
                "type_code": texts(5),
                "type_name": texts(50),
                "type_detail": texts(50),
                "due_on": st.none() | days,
                "to_places": st.lists(texts(150, 1), max_size=3).map(tuple),
                "urgency": st.sampled_from(edxml.Urgency),
                "sphere": texts(30),
                "typist": texts(10),
                "copies": st.none() | st.integers(0, 999_999_999),
                "pages": st.none() | st.integers(0, 5000),
                "appendixes": st.lists(texts(100, 1), max_size=2).map(tuple),
                "responses": st.lists(responses, max_size=2).map(tuple),
                "steering": st.sampled_from(edxml.Steering),
                "traces": st.lists(st.builds(edxml.Trace, organ_id=codes, at=times), max_size=3).map(tuple),
                "business": st.sampled_from(edxml.Business),
                "business_reason": texts(100),
                "business_document_id": texts(60),
                "staff": staff,
                "paper_follows": st.booleans(),
                "update": st.none()
                | st.builds(
                    edxml.Update,
                    document_info=st.booleans(),
                    document_receiver=st.booleans(),
                    receivers=st.lists(
                        st.builds(edxml.Receiver, kind=texts(5), organ_id=codes), max_size=2
                    ).map(tuple),
                ),
                "replacements": st.lists(
                    st.builds(
                        edxml.Replacement,
                        document_id=texts(50, 1),
                        organ_ids=st.lists(codes, max_size=2).map(tuple),
                    ),
                    max_size=2,
                ).map(tuple),
                "attachments": st.lists(attachments, max_size=3, unique_by=lambda file: file.content_id).map(
                    tuple
                ),
            }
        )
    )
    document_id = edxml.document_id_of(sender.organ_id, day, plain.code)
    return replace(plain, sender=sender, promulgated_on=day, document_id=document_id, **changes)


@settings(max_examples=150, deadline=None)
@given(packets())
def test_a_packet_read_back_is_the_packet_written(packet: edxml.EdxmlPacket) -> None:
    assert edxml.parse_packet(edxml.build_packet(packet)) == packet


@settings(max_examples=80, deadline=None)
@given(
    st.builds(
        edxml.Status,
        response_for=responses,
        sender=parties,
        code=st.sampled_from(["01", "02", "03", "06", "15"]),
        at=times,
        description=texts(500, 1),
        staff=staff,
    )
)
def test_a_status_read_back_is_the_status_written(status: edxml.Status) -> None:
    assert edxml.parse_status(edxml.build_status(status)) == status


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_and_nothing_else_is_raised(content: bytes) -> None:
    with pytest.raises(errors.EdxmlRefusal):
        edxml.parse_packet(content)
