"""Comments and mentions: who is named, who is told, what is kept."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Official
from lienthong.identity.public import NOBODY, NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline
from lienthong.notifications.actions.commenting import (
    AmbiguousMention,
    BadComment,
    NoSuchCandidate,
    ThreadClosed,
    edit_comment,
    withdraw_comment,
    write_comment,
)
from lienthong.notifications.contracts import Candidate
from lienthong.notifications.mentions import mentions_in
from lienthong.notifications.models import COMMENT_LENGTH, FormerText, Notification
from lienthong.notifications.queries import remarks_on
from lienthong.notifications.tests.factories import ABOUT, MONDAY, thread

AN, ANH, BINH = Candidate(1, "Nguyễn An"), Candidate(2, "Nguyễn An Anh"), Candidate(3, "Trần Văn Bình")


def person(name: str) -> Viewer:
    return acting_viewer(official_in(agency(), Role.SPECIALIST, name=name), at=MONDAY)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Nguyễn An xem giúp", {1}),
        ("Nhờ @Nguyễn An Anh, @Trần Văn Bình.", {2, 3}),
        ("nhờ @nguyễn  an\nanh", {2}),
        (unicodedata.normalize("NFD", "(@Trần Văn Bình)"), {3}),
        ("@Nguyễn Ann", set()),
        ("@Nguyễn", set()),
        ("Nguyễn An", set()),
        ("thu@Nguyễn An", set()),
        ("@@Nguyễn An", {1}),
        ("@", set()),
    ],
)
def test_a_name_after_the_sign_mentions_the_longest_that_fits(text: str, named: set[int]) -> None:
    assert mentions_in(text, [AN, ANH, BINH]).officials == named


def test_a_name_of_two_people_is_ambiguous_and_names_nobody() -> None:
    found = mentions_in("@Nguyễn An @Trần Văn Bình", [AN, Candidate(9, "Nguyễn An"), BINH])
    assert (found.officials, found.ambiguous) == ({3}, ("Nguyễn An",))


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=5))
def test_no_text_and_no_names_break_it_or_name_a_stranger(text: str, names: list[str]) -> None:
    people = [Candidate(number, name) for number, name in enumerate(names)]
    assert mentions_in(text, people).officials <= {person.official_id for person in people}


@pytest.mark.django_db
class TestComments:
    def test_who_is_named_or_ticked_is_told_and_the_author_is_not(self) -> None:
        author, named, ticked, silent = (person(f"Lê Thị {n}") for n in ("Một", "Hai", "Ba", "Bốn"))
        here = thread(author, named, ticked, silent)
        assert ticked.official_id
        write_comment(
            here, viewer=author, text="@Lê Thị Hai @Lê Thị Một xem", tell=[ticked.official_id], at=MONDAY
        )
        rows = Notification.objects.order_by("id")
        assert {row.official_id for row in rows} == {named.official_id, ticked.official_id}
        assert rows[0].title.startswith("Lê Thị Một")
        assert rows[0].link == here.link
        [remark] = remarks_on(ABOUT, named)
        assert (remark.own, set(remark.mentioned)) == (False, {"Lê Thị Một", "Lê Thị Hai", "Lê Thị Ba"})

    def test_only_who_may_see_the_subject_can_be_told(self) -> None:
        author, stranger = person("Lê Thị Một"), person("Lê Thị Hai")
        assert stranger.official_id
        write_comment(thread(author), viewer=author, text="@Lê Thị Hai xem", at=MONDAY)
        with pytest.raises(NoSuchCandidate):
            write_comment(thread(author), viewer=author, text="Xem", tell=[stranger.official_id], at=MONDAY)
        assert not Notification.objects.exists()

    def test_two_of_one_name_are_told_apart_by_the_tick(self) -> None:
        author, first, second = person("Lê Thị Một"), person("Lê Thị Hai"), person("Lê Thị Hai")
        here = thread(author, first, second)
        with pytest.raises(AmbiguousMention):
            write_comment(here, viewer=author, text="@Lê Thị Hai", at=MONDAY)
        assert second.official_id
        write_comment(here, viewer=author, text="@Lê Thị Hai", tell=[second.official_id], at=MONDAY)
        assert Notification.objects.get().official_id == second.official_id

    def test_editing_keeps_what_was_said_and_tells_only_whom_it_newly_names(self) -> None:
        author, first, second = person("Lê Thị Một"), person("Lê Thị Hai"), person("Lê Thị Ba")
        here, later = thread(author, first, second), MONDAY + timedelta(hours=1)
        comment = write_comment(here, viewer=author, text="@Lê Thị Hai", at=MONDAY)
        edit_comment(here, comment.pk, viewer=author, text="@Lê Thị Hai @Lê Thị Ba", at=later)
        assert Notification.objects.filter(official_id=first.official_id).count() == 1
        assert Notification.objects.filter(official_id=second.official_id).count() == 1
        kept = FormerText.objects.get()
        assert (kept.text, kept.until) == ("@Lê Thị Hai", later)
        assert remarks_on(ABOUT, author)[0].edited_at == later

    def test_a_withdrawn_comment_shows_that_it_was_but_not_what_and_the_trace_stays(self) -> None:
        author = person("Lê Thị Một")
        here = thread(author)
        comment = write_comment(here, viewer=author, text="Nhầm", at=MONDAY)
        withdraw_comment(here, comment.pk, viewer=author, at=MONDAY)
        [remark] = remarks_on(ABOUT, author)
        assert (remark.text, remark.withdrawn_at, remark.own) == ("", MONDAY, False)
        comment.refresh_from_db()
        assert comment.text == "Nhầm"
        verbs = [event.verb for event in timeline(comment.as_subject())]
        assert sorted(verbs) == ["comment.withdraw", "comment.write"]
        with pytest.raises(NotAllowed):
            edit_comment(here, comment.pk, viewer=author, text="Lại", at=MONDAY)

    def test_nobody_changes_what_another_said_nor_reaches_it_from_another_subject(self) -> None:
        author, other = person("Lê Thị Một"), person("Lê Thị Hai")
        here = thread(author, other)
        comment = write_comment(here, viewer=author, text="Tôi nói", at=MONDAY)
        with pytest.raises(NotAllowed):
            edit_comment(here, comment.pk, viewer=other, text="Tôi nói khác", at=MONDAY)
        with pytest.raises(NotAllowed):
            withdraw_comment(here, comment.pk, viewer=other, at=MONDAY)
        elsewhere = replace(here, subject=Subject("test.thing", "18"))
        for key, place in ((comment.pk, elsewhere), (uuid4(), here)):
            with pytest.raises(NotFound):
                withdraw_comment(place, key, viewer=author, at=MONDAY)
        assert remarks_on(elsewhere.subject, author) == []

    @pytest.mark.parametrize("text", ["", " \r\n ", "\0", "x" * (COMMENT_LENGTH + 1)])
    def test_a_comment_says_something_and_not_too_much(self, text: str) -> None:
        author = person("Lê Thị Một")
        with pytest.raises(BadComment):
            write_comment(thread(author), viewer=author, text=text, at=MONDAY)

    @pytest.mark.parametrize(("viewer", "refusal"), [(NOBODY, NotAllowed), (None, ThreadClosed)])
    def test_nobody_and_a_closed_thread_say_nothing(
        self, viewer: Viewer | None, refusal: type[Refusal]
    ) -> None:
        author = person("Lê Thị Một")
        with pytest.raises(refusal):
            write_comment(thread(author, open=False), viewer=viewer or author, text="Xin chào", at=MONDAY)

    @pytest.mark.parametrize("number", [1, 200])
    def test_mentioning_any_number_costs_the_same(
        self, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        author = person("Lê Thị Một")
        made = Official.objects.bulk_create([Official(full_name=f"Cán bộ {n}") for n in range(number)])
        here = thread(author, candidates=tuple(Candidate(row.pk, row.full_name) for row in made))
        with django_assert_max_num_queries(8):  # two of them the savepoint
            write_comment(here, viewer=author, text="Xem", tell=[row.pk for row in made], at=MONDAY)
        with django_assert_max_num_queries(2):
            assert len(remarks_on(ABOUT, author)[0].mentioned) == number
