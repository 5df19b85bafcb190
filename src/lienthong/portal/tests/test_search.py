"""What people type leads to the service they mean."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import agency, at_noon
from lienthong.portal.finding.events import life_events
from lienthong.portal.finding.search import count_fields, folded, list_services, search_services
from lienthong.portal.finding.trees import offered_within
from lienthong.portal.models import EverydayWords
from lienthong.portal.public import load_everyday_words
from lienthong.procedures.public import Procedure, ProcedureVersion, ServiceField
from lienthong.procedures.tests.factories import draft, offer, procedure, published, shipped_names

pytestmark = pytest.mark.django_db
NOON = at_noon()
BIRTH, LINKED, COPY = "1.001193", "2.002621", "2.000635"
# What is typed, and the code of what must come first.
MEANT = (
    ("Đăng ký khai sinh", BIRTH),
    ("làm giấy khai sinh", BIRTH),
    ("LAM GIAY KHAI SINH", BIRTH),
    ("la\u0300m gia\u0302\u0301y khai sinh", BIRTH),
    ("tôi muốn làm giấy khai sinh cho con ở đâu?", BIRTH),
    ("khai si", BIRTH),
    ("khai sjnh", BIRTH),
    ("kjai sinh", BIRTH),
    (BIRTH, BIRTH),
    ("mất giấy khai sinh", COPY),
    ("đăng ký xe", "1.000703"),
    ("dang ky xe", "1.000703"),
    ("sổ đỏ", "1.012753"),
    ("so do", "1.012753"),
    ("sang tên sổ đỏ", "1.012783"),
    ("xây nhà", "1.013236"),
    ("giay phep xay dung nha", "1.013236"),
    ("mở quán", "1.001612"),
    ("mo quan ca phe", "1.001612"),
    ("kết hun", "1.000894"),
    ("hộ khẩu", "1.004222"),
    ("bang lai xe bi mat", "1.002820"),
    ("open a shop", "1.001612"),
)


@pytest.fixture
def catalogue() -> None:
    """The procedures that ship, by name and field only, in force, with their everyday words."""
    authority, base = agency(), published(procedure(name="Zzz"))
    for one in shipped_names():
        field, _made = ServiceField.objects.get_or_create(code=one["field"], defaults={"name": one["field"]})
        names = {key: one[key] for key in ("code", "name", "name_en", "level", "audience")}
        made = procedure(authority, field=field, **names)
        ProcedureVersion.objects.create(
            procedure=made, number=1, state="published", law=base.law, drafted_at=NOON,
            published_at=NOON, form=base.form, process=base.process,
        )  # fmt: skip
    load_everyday_words()


def test_people_find_what_they_mean(catalogue: None) -> None:
    first = {asked: [one.code for one in search_services(asked)][:1] for asked, _code in MEANT}
    assert first == {asked: [code] for asked, code in MEANT}
    assert len({code for _asked, code in MEANT}) > 8
    # Words that mean one thing do not bring what shares a word with it only.
    assert [one.code for one in search_services("đăng ký xe")] == ["1.000703"]
    with_marks = [one.code for one in search_services("kết hôn")]
    assert with_marks[0] == "1.000894"
    for nothing in ("", "   ", "%", "_", "'", "\0", "zzzz qqqq", "?" * 500):
        assert search_services(nothing) == []


def test_every_shipped_procedure_has_everyday_words_that_lead_to_it(catalogue: None) -> None:
    words = {
        row.procedure.code: row.phrases.split("\n")
        for row in EverydayWords.objects.select_related("procedure")
    }
    assert set(words) == {one["code"] for one in shipped_names()}
    lost = [
        (code, phrase)
        for code, phrases in words.items()
        for phrase in phrases
        if code not in [one.code for one in search_services(phrase)[:3]]
    ]
    assert not lost, "typed in these very words, the service is not among the first three"
    assert all(len(phrases) >= 3 for phrases in words.values())
    EverydayWords.objects.filter(procedure__code=BIRTH).update(phrases="chim non")
    load_everyday_words()
    assert [one.code for one in search_services("chim non")] == [BIRTH], "what somebody changed stays"


def test_life_events_name_procedures_that_ship() -> None:
    codes = {one["code"] for one in shipped_names()}
    events = life_events()
    assert len(events) >= 10
    for event in events.values():
        assert {step.code for step in event.steps} <= codes, event.key
        assert event.name
        assert event.name_en
        assert len(event.steps) >= 2


def test_a_search_is_one_statement_and_narrowed_to_an_agency(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    province, commune, far = agency(name="Tỉnh"), agency(name="Xã"), agency(name="Tỉnh khác")
    Agency.objects.filter(pk=commune.pk).update(parent=province)
    province.refresh_from_db()
    here, there = published(procedure(name="Cấp phép câu cá")), published(procedure(name="Cấp phép câu tôm"))
    ended = offer(there, commune)
    ended.ended_at = NOON + timedelta(days=1)
    ended.save()
    offer(here, commune)
    offer(there, far)
    draft(procedure(name="Cấp phép câu cua"))
    within = offered_within(province.path, at=NOON)
    assert within == {here.pk}
    assert offered_within("", at=NOON) is None
    with django_assert_num_queries(1):
        found = search_services("cấp phép câu")
    assert [one.name for one in found] == ["Cấp phép câu cá", "Cấp phép câu tôm"], "no draft among them"
    assert [one.name for one in search_services("câu", within=within)] == ["Cấp phép câu cá"]
    assert [one.name for one in search_services("cau tmo", within=within)] == []
    assert [one.name for one in list_services(within=within, most=9)] == ["Cấp phép câu cá"]
    assert [one.count for one in count_fields(within=within)] == [1]
    assert [one.count for one in count_fields()] == [2]
    assert len(list_services(most=1, after=1)) == 1
    assert [one.code for one in list_services(codes=[there.procedure.code], most=9)] == [there.procedure.code]


def test_words_are_folded_as_the_database_folds_them() -> None:
    said = "Đăng ký ẮẶỄỢỬỸ ủy quyền, ỏ́ Œ"
    with connection.cursor() as cursor:
        cursor.execute("SELECT plain(%s)", [said[:-4]])
        assert folded(said[:-4]) == cursor.fetchone()[0]


def test_a_procedure_leaves_the_search_with_its_version() -> None:
    version = published(procedure(name="Cấp phép thả diều"))
    assert search_services("thả diều")
    ProcedureVersion.objects.filter(pk=version.pk).update(
        state="withdrawn", ended_at=NOON, end_reason="Hết hiệu lực"
    )
    assert search_services("thả diều") == []
    assert Procedure.objects.filter(pk=version.procedure_id).exists()
