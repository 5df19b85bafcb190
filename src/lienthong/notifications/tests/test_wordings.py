"""Officials write the words of notices: only known places, drafts, versions that never change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import a_citizen, agency, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.notifications.actions import wordings
from lienthong.notifications.actions.sending_parties import send_party_messages
from lienthong.notifications.adapters.fake import FakeTexts
from lienthong.notifications.models import NoticeTemplate, PartyMessage, PartyNotice
from lienthong.notifications.party_letters import Words, readable
from lienthong.notifications.states import Channel
from lienthong.notifications.telephones import mobile_number
from lienthong.notifications.template_queries import WordingKey, compare, preview, sheet_of, wording_list
from lienthong.notifications.tests.factories import (
    CALLED_UP,
    MONDAY,
    a_party,
    draft_words,
    gateways,
    tell_party,
    told_party,
)
from lienthong.notifications.wording import (
    BrokenPlace,
    UnknownPlace,
    fill,
    require_places,
    segments,
    without_marks,
)

SMS, PAGE = WordingKey(CALLED_UP.code, "vi", "sms"), WordingKey(CALLED_UP.code, "vi", "page")
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def operator(db: None) -> Viewer:
    return viewer_in(agency(), Role.OPERATOR, at=MONDAY)


@pytest.mark.parametrize(
    "words",
    [
        "{code.__class__}",
        "{code[0]}",
        "{code!r}",
        "{code:>9999999}",
        "{}",
        "{0}",
        "{Code}",
        "{ code }",
        "a { b",
        "a } b",
        "{code",
        "{code{reason}}",
        "{{% code %}",
    ],
)
def test_only_a_name_may_stand_between_braces(words: str) -> None:
    with pytest.raises((BrokenPlace, UnknownPlace)):
        require_places(words, {"code", "reason"}, field="text")


def test_an_unknown_place_is_refused_by_name_and_the_known_are_said() -> None:
    with pytest.raises(UnknownPlace) as refused:
        require_places("Hồ sơ {number}", {"code"}, field="text")
    assert refused.value.field == "text"
    assert "{number}" in refused.value.say("en")
    assert "{code}" in refused.value.say("en")


def test_places_are_filled_with_what_they_stand_for_and_nothing_in_it_is_read_again() -> None:
    assert fill("{{x}} {code} {gone}", {"code": "{reason}", "reason": "no"}) == "{x} {reason} "


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ố" * 70, 1),
        ("ố" * 71, 2),
        ("ố" * 135, 3),
        ("😀" * 36, 2),
    ],
)
def test_an_sms_counts_as_the_networks_count_it(text: str, number: int) -> None:
    assert segments(text) == number


def test_marks_are_taken_off_as_an_old_telephone_writes() -> None:
    plain = without_marks("Đề nghị “bổ sung” giấy tờ… – ƯỚC ở quầy số 3")
    assert plain == 'De nghi "bo sung" giay to. - UOC o quay so 3'
    assert plain.isascii()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0912345678", "84912345678"),
        ("+84 912.345.678", "84912345678"),
        ("84-912-345-678", "84912345678"),
        ("(091) 2345678", "84912345678"),
        ("024 3822 1234", ""),
        ("0112345678", ""),
        ("09123456789", ""),
        ("+1 912 345 678", ""),
        ("0912345678; 0912345679", ""),
        ("٠٩١٢٣٤٥٦٧٨", ""),
        ("", ""),
    ],
)
def test_only_mobile_numbers_of_vietnam_are_texted(written: str, number: str) -> None:
    assert mobile_number(written) == number


@pytest.mark.django_db
def test_words_are_drafted_published_and_used_from_then_on(operator: Viewer, settings: Any) -> None:
    gateways(settings, zalo_url="")
    tell_party(a_party(telephone="0912345678"))
    draft = draft_words(operator, "Moi: {code}", at=MONDAY)
    tell_party(a_party(telephone="0912345679"), at=MONDAY)
    wordings.publish_draft(operator, SMS, written_at=draft.written_at, at=LATER)
    tell_party(a_party(telephone="0912345670"), at=LATER)
    out = FakeTexts()
    send_party_messages(Channel.SMS, at=LATER, sender=out)
    told = {text.to: text.text for text in out.sent}
    assert told["84912345678"] == told["84912345679"] == "Ho so H01-1: den quay"
    assert told["84912345670"] == "Moi: H01-1"
    versions = PartyMessage.objects.order_by("pk").values_list("template_version", flat=True)
    assert list(versions) == [0, 0, 1]


def test_what_was_told_keeps_its_words(operator: Viewer) -> None:
    _account, party = a_citizen()
    told_party(party)
    words = Words("Mới", "Khác {code}", "")
    draft = wordings.save_draft(operator, PAGE, words, at=MONDAY)
    wordings.publish_draft(operator, PAGE, written_at=draft.written_at, at=LATER)
    told_party(party, at=LATER, key="2")
    notices = list(PartyNotice.objects.order_by("pk"))
    assert [one.text for one in readable(notices, "vi")] == ["Hồ sơ H01-1: Thiếu ảnh", "Khác H01-1"]


def test_published_words_never_change_also_by_hand(operator: Viewer) -> None:
    draft = draft_words(operator)
    row = wordings.publish_draft(operator, SMS, written_at=draft.written_at, at=LATER)
    for change in (
        lambda: NoticeTemplate.objects.filter(pk=row.pk).update(text="x"),
        lambda: NoticeTemplate.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_an_earlier_version_is_put_in_force_again_and_a_draft_survives(operator: Viewer) -> None:
    for number, text in enumerate(("Một {code}", "Hai {code}")):
        draft = draft_words(operator, text, at=MONDAY + timedelta(minutes=number))
        wordings.publish_draft(operator, SMS, written_at=draft.written_at, at=LATER)
    draft_words(operator, "Nháp {code}", at=LATER)
    assert wordings.restore_version(operator, SMS, 1, at=LATER).version == 3
    sheet = sheet_of(operator, SMS)
    assert (sheet.in_force.text, sheet.versions[0].restores) == ("Một {code}", 1)
    assert sheet.draft is not None
    assert (sheet.draft.version, sheet.draft.text) == (4, "Nháp {code}")
    wordings.restore_version(operator, SMS, 0, at=LATER)
    assert sheet_of(operator, SMS).in_force.text == "Hồ sơ {code}: đến quầy"
    with pytest.raises(NotFound):
        wordings.restore_version(operator, SMS, 9, at=LATER)


def test_what_a_version_changed_can_be_read(operator: Viewer) -> None:
    draft = draft_words(operator, "Hồ sơ {code}: đến trụ sở")
    sheet = sheet_of(operator, SMS)
    [(part, pieces)] = compare(sheet, draft.version)
    assert part == "text"
    assert [(piece.sort, piece.text) for piece in pieces] == [
        ("kept", "Hồ sơ {code}: đến "),
        ("gone", "quầy"),
        ("new", "trụ sở"),
    ]
    with pytest.raises(NotFound):
        compare(sheet, 7)


@pytest.mark.parametrize(
    ("key", "words", "refusal"),
    [
        (SMS, Words("", "Hồ sơ {reason}"), UnknownPlace),  # not for others' eyes
        (PAGE, Words("{x}", "y"), UnknownPlace),
        (PAGE, Words("x", "y", "{"), BrokenPlace),
        (SMS, Words("", "ố" * 300, marks=True), wordings.SmsTooLong),
        (WordingKey("no.such", "vi", "sms"), Words("", "x"), NotFound),
    ],
)
def test_words_that_cannot_be_said_are_not_kept(
    operator: Viewer, key: WordingKey, words: Words, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        wordings.save_draft(operator, key, words, at=MONDAY)
    assert not NoticeTemplate.objects.exists()


def test_a_draft_that_changed_since_it_was_read_is_not_published(operator: Viewer) -> None:
    draft = draft_words(operator, at=MONDAY)
    draft_words(operator, "Khác {code}", at=LATER)
    for decide in (wordings.publish_draft, wordings.discard_draft):
        with pytest.raises(wordings.DraftChanged):
            decide(operator, SMS, written_at=draft.written_at, at=LATER)
    wordings.discard_draft(operator, SMS, written_at=LATER, at=LATER)
    assert not NoticeTemplate.objects.exists()


def test_only_operators_write_words(operator: Viewer) -> None:
    auditor = viewer_in(agency(), Role.AUDITOR, at=MONDAY)
    clerk = viewer_in(agency(), Role.CLERK, at=MONDAY)
    draft = draft_words(operator)
    for viewer in (auditor, clerk):
        with pytest.raises(NotAllowed):
            draft_words(viewer)
        with pytest.raises(NotAllowed):
            wordings.publish_draft(viewer, SMS, written_at=draft.written_at, at=LATER)
        with pytest.raises(NotAllowed):
            wordings.restore_version(viewer, SMS, 0, at=LATER)
    assert sheet_of(auditor, SMS).draft == draft
    with pytest.raises(NotAllowed):
        wording_list(clerk)


def test_every_kind_shipped_can_be_said_in_every_language_and_costs_few_sms(operator: Viewer) -> None:
    for kind, rows in wording_list(operator):
        for row in rows:
            sheet = sheet_of(operator, row.key)
            for part in (sheet.in_force.title, sheet.in_force.text, sheet.in_force.todo):
                require_places(part, kind.known(row.key.wording))
            shown = preview(kind, sheet.in_force)
            assert "{" not in shown.words.text
            if row.key.wording == "sms":
                assert shown.segments <= 1, f"{row.key.path}: {shown.sms}"
