"""The pages of notifications: what they say, to whom, in both languages, with hostile input."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.notifications.actions.commenting import write_comment
from lienthong.notifications.commenting import answer_comment, comments_context
from lienthong.notifications.models import Comment, Notification
from lienthong.notifications.queries import choices_of, remarks_on, unread_count
from lienthong.notifications.states import MailState, Way
from lienthong.notifications.tests.factories import (
    ABOUT,
    CALLED,
    dead_mail,
    mail_server,
    tell,
    thread,
    told,
    with_address,
)

pytestmark = pytest.mark.django_db
MARKUP = '<img src=x onerror="alert(1)">'


@pytest.fixture
def office() -> Agency:
    return agency()


@pytest.fixture
def account(office: Agency) -> Account:
    return official_in(office, Role.SPECIALIST, name="Lê Thị Một")


@pytest.fixture
def viewer(account: Account) -> Viewer:
    return acting_viewer(account, at=now())


def client_of(account: Account, language: str = "en") -> Client:
    client = Client()
    client.force_login(account)
    client.cookies["django_language"] = language
    return client


def page(client: Client, name: str, **query: object) -> str:
    response = client.get(reverse(f"notifications:{name}"), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, *args: object, **data: object) -> Any:
    return client.post(reverse(f"notifications:{name}", args=args), data)


def own(viewer: Viewer, **given: Any) -> Notification:
    assert viewer.official_id
    return told(viewer.official_id, **{"at": now(), **given})


def test_the_bell_counts_what_is_unread_on_every_page(account: Account, viewer: Viewer) -> None:
    client = client_of(account)
    assert 'aria-label="Notifications"' in page(client, "choices")
    for number in range(3):
        own(viewer, key=str(number))
    assert 'aria-label="Notifications: 3"' in page(client, "choices")
    assert 'aria-label="Notifications: 3"' in page(client, "count")
    assert "no-cache" in client.get(reverse("notifications:count"))["Cache-Control"]


def test_the_bell_costs_a_page_one_query(
    account: Account, viewer: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert viewer.official_id
    for number in range(120):
        tell(viewer.official_id, key=str(number))
    with django_assert_num_queries(1):
        assert unread_count(viewer) == 100
    assert "99+" in page(client_of(account), "count")


def test_nobody_signed_in_sees_no_bell() -> None:
    assert "data-tool" not in Client().get(reverse("home")).content.decode()


def test_markup_in_what_was_told_stays_text(account: Account, viewer: Viewer) -> None:
    own(viewer, params={"title": MARKUP})
    html = page(client_of(account), "list")
    assert MARKUP not in html
    assert "&lt;img src=x" in html


def test_the_page_speaks_the_readers_language(account: Account, viewer: Viewer) -> None:
    own(viewer)
    assert "Due: Báo cáo quý" in page(client_of(account), "list")
    vietnamese = page(client_of(account, "vi"), "list")
    assert "Hạn: Báo cáo quý" in vietnamese
    assert "Đánh dấu đã đọc" in vietnamese


def test_following_a_notification_reads_it_and_leads_to_its_subject(account: Account, viewer: Viewer) -> None:
    row, client = own(viewer), client_of(account)
    answer = client.get(reverse("notifications:open", args=[row.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/office/incoming/17/")
    assert unread_count(viewer) == 0


def test_anothers_notification_is_not_found(office: Agency, viewer: Viewer) -> None:
    row = own(viewer)
    other = client_of(official_in(office, Role.SPECIALIST))
    assert other.get(reverse("notifications:open", args=[row.pk])).status_code == 404
    post(other, "mark", one=row.pk)
    post(other, "mark", until=row.pk)
    assert "Báo cáo quý" not in page(other, "list")
    assert unread_count(viewer) == 1


def test_one_or_all_are_marked_and_the_next_page_undoes_it(account: Account, viewer: Viewer) -> None:
    rows, client = [own(viewer, key=str(n)) for n in range(3)], client_of(account)
    first = client.post(reverse("notifications:mark"), {"one": rows[0].pk}, follow=True)
    assert "1 notification marked as read." in first.content.decode()
    answer = client.post(reverse("notifications:mark"), {"until": rows[2].pk, "unread": "1"}, follow=True)
    html = answer.content.decode()
    assert "2 notifications marked as read." in html
    assert "Nothing unread" in html
    read_at = html.split('name="read_at" value="')[1].split('"')[0]
    post(client, "undo", read_at=read_at.replace("&#x2B;", "+"))
    assert unread_count(viewer) == 2


@pytest.mark.parametrize(
    "data", [{}, {"one": "x"}, {"one": "-1"}, {"until": "9" * 40}, {"one": "", "until": ""}]
)
def test_nonsense_marks_nothing(account: Account, viewer: Viewer, data: dict[str, str]) -> None:
    own(viewer)
    assert post(client_of(account), "mark", **data).status_code == 302
    assert post(client_of(account), "undo", read_at="yesterday").status_code == 302
    assert unread_count(viewer) == 1


def test_the_unread_are_filtered_and_pages_follow_each_other(account: Account, viewer: Viewer) -> None:
    assert viewer.official_id
    for number in range(60):
        own(viewer, key=str(number), params={"title": f"Việc số {number}."})
    client = client_of(account)
    first = page(client, "list")
    assert "Việc số 59." in first
    assert "Việc số 9." not in first
    cursor = first.split('rel="next"')[0].rsplit('href="?cursor=', 1)[1].split('"')[0]
    assert "Việc số 9." in page(client, "list", cursor=cursor)
    assert client.get(reverse("notifications:list"), {"cursor": "x"}).status_code == 400
    Notification.objects.filter(key__gt="1").update(read_at=now())
    assert "Việc số 59." not in page(client, "list", unread=1)


def test_an_empty_list_says_so(account: Account) -> None:
    assert "No notifications yet" in page(client_of(account), "list")
    assert "Nothing unread" in page(client_of(account), "list", unread=1)


def test_choices_are_shown_kept_and_checked(account: Account, viewer: Viewer, settings: Any) -> None:
    mail_server(settings)
    with_address(viewer, "an@example.vn")
    client = client_of(account)
    html = page(client, "choices")
    assert "Mail goes to an@example.vn." in html
    names = [kind.code for kind, _way in choices_of(viewer).ways]
    data = {f"way{place}": Way.DIGEST for place in range(len(names))}
    data[f"way{names.index(CALLED.code)}"] = Way.NONE
    assert post(client, "choices", **data, digest_at="06:45").status_code == 302
    chosen = choices_of(viewer)
    assert {kind.code: way for kind, way in chosen.ways}[CALLED.code] == Way.NONE
    assert (chosen.digest, chosen.digest_minute) == (False, 6 * 60 + 45)
    for wrong in ({"digest_at": "25:00"}, {"digest_at": ""}, {"way0": "everything"}):
        assert post(client, "choices", **{**data, "digest_at": "07:00", **wrong}).status_code == 422
    assert choices_of(viewer).digest_minute == 6 * 60 + 45


def test_the_choices_say_why_no_mail_comes(account: Account, settings: Any) -> None:
    assert "This installation sends no mail" in page(client_of(account), "choices")
    mail_server(settings)
    assert "No mail address of yours is known" in page(client_of(account), "choices")


def test_the_address_of_the_calendar_is_shown_once(account: Account) -> None:
    client = client_of(account)
    answer = post(client, "new_feed")
    address = answer.content.decode().split('<p class="mono">')[1].split("</p>")[0]
    assert "no-store" in answer["Cache-Control"]
    assert Client().get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert address not in page(client, "choices")
    assert "Replace the address" in page(client, "choices")
    post(client, "revoke_feed")
    assert "Make an address" in page(client, "choices")


def test_the_operator_sees_dead_mails_and_decides(office: Agency, viewer: Viewer) -> None:
    assert viewer.official_id
    mail = dead_mail(viewer.official_id, problem="550 no such user <b>")
    operator, auditor = (client_of(official_in(office, role)) for role in (Role.OPERATOR, Role.AUDITOR))
    assert "550 no such user &lt;b&gt;" in page(operator, "dead_mails")
    assert "Send again" not in page(auditor, "dead_mails")
    assert post(operator, "send_again", mail.pk).status_code == 302
    mail.refresh_from_db()
    assert mail.state == MailState.WAITING
    assert post(operator, "give_up", mail.pk).status_code == 404
    assert "No dead mails" in page(operator, "dead_mails")


class TestComments:
    """The component as an upper app uses it: its own view calls `answer_comment`."""

    def ask(self, viewer: Viewer, people: list[Viewer], **data: object) -> Any:
        request = RequestFactory().post("/office/incoming/17/comment/", data)
        request.viewer = viewer  # type: ignore[attr-defined]
        request.user = Account(username="x")
        return answer_comment(request, thread(viewer, *people))

    def test_a_comment_is_written_edited_and_withdrawn_through_one_address(self, viewer: Viewer) -> None:
        answer = self.ask(viewer, [], text="Xin ý kiến")
        assert (answer.status_code, answer["Location"]) == (302, "/office/incoming/17/#comments")
        key = Comment.objects.get().pk
        self.ask(viewer, [], text="Xin ý kiến anh", comment=key)
        assert remarks_on(ABOUT, viewer)[0].text == "Xin ý kiến anh"
        self.ask(viewer, [], action="withdraw", comment=key)
        assert remarks_on(ABOUT, viewer)[0].text == ""

    def test_what_is_refused_is_said_at_its_field_and_nothing_typed_is_lost(
        self, office: Agency, viewer: Viewer
    ) -> None:
        twins = [
            acting_viewer(official_in(office, Role.SPECIALIST, name="Lê Thị Hai"), at=now()) for _n in "12"
        ]
        answer = self.ask(viewer, twins, text="Nhờ @Lê Thị Hai xem")
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "Nhờ @Lê Thị Hai xem" in html
        assert "Lê Thị Hai" in html.split('id="say_tell_error"')[1]
        assert not Comment.objects.exists()

    @pytest.mark.parametrize(
        "data", [{}, {"text": "x" * 2001}, {"text": "x", "tell": "abc"}, {"text": "x", "tell": "0"}]
    )
    def test_bad_input_is_answered_with_the_form(self, viewer: Viewer, data: dict[str, str]) -> None:
        assert self.ask(viewer, [], **data).status_code == 422

    def test_anothers_comment_is_not_changed(self, office: Agency, viewer: Viewer) -> None:
        other = viewer_in(office, Role.SPECIALIST)
        comment = write_comment(thread(other), viewer=other, text="Của tôi", at=now())
        for data in ({"text": "Khác", "comment": comment.pk}, {"action": "withdraw", "comment": comment.pk}):
            with pytest.raises(Refusal):
                self.ask(viewer, [], **data)

    def test_markup_is_text_and_only_the_author_gets_buttons(self, office: Agency, viewer: Viewer) -> None:
        write_comment(thread(viewer), viewer=viewer, text=MARKUP, at=now() - timedelta(hours=1))
        for reader, buttons in ((viewer, True), (viewer_in(office, Role.SPECIALIST), False)):
            request = RequestFactory().get("/")
            request.viewer = reader  # type: ignore[attr-defined]
            html = render_to_string("notifications/comments.html", comments_context(request, thread(reader)))
            assert MARKUP not in html
            assert ('value="withdraw"' in html) is buttons
