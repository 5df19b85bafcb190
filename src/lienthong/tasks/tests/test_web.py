"""The pages of tasks: what is drawn for whom, what a form answers, what a download is."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.identity.public import Account, Role, Viewer, acting_viewer, delegate
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.tasks import queries
from lienthong.tasks.models import Task
from lienthong.tasks.states import Part, TaskState
from lienthong.tasks.tests.factories import WORK, division_of, has_part, key_of, task

pytestmark = pytest.mark.django_db


def _client(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    client.cookies["django_language"] = "en"
    return client


class People:
    """An agency's leader, lead, co-operating official, clerk and auditor, signed in."""

    def __init__(self) -> None:
        ours = agency()
        roles = {
            "leader": Role.LEADER,
            "lead": Role.SPECIALIST,
            "other": Role.SPECIALIST,
            "clerk": Role.CLERK,
            "auditor": Role.AUDITOR,
        }
        accounts = {name: official_in(ours, role) for name, role in roles.items()}
        self.viewers: dict[str, Viewer] = {
            name: acting_viewer(account, at=now()) for name, account in accounts.items()
        }
        self.clients = {name: _client(account) for name, account in accounts.items()}
        self.agency = ours

    def task(self, **fields: object) -> Task:
        made = task(self.viewers["leader"], self.viewers["lead"], at=now(), **fields)
        has_part(made, self.viewers["other"], Part.COOPERATING)
        return made

    def page(self, name: str, address: str) -> str:
        return self.clients[name].get(address).content.decode()


def _act(made: Task, verb: str) -> str:
    return reverse("tasks:act", args=[made.id, verb])


@pytest.mark.parametrize(
    ("state", "name", "there", "missing"),
    [
        ("given", "lead", ["start", "hand-on", "return", "ask-extension"], ["finish", "accept", "cancel"]),
        ("in-progress", "lead", ["finish", "report-progress"], ["start", "complete", "accept"]),
        ("in-progress", "other", ["report-progress"], ["finish", "return", "cancel"]),
        ("in-progress", "leader", ["opine", "cancel"], ["finish", "accept", "hand-on"]),
        ("reported", "leader", ["accept", "rework", "cancel"], ["finish", "opine"]),
        ("reported", "lead", [], ["accept", "rework", "finish"]),
        ("in-progress", "auditor", [], ["finish", "cancel", "report-progress"]),
        ("in-progress", "clerk", [], ["finish", "cancel", "report-progress"]),
        ("accepted", "leader", [], ["accept", "cancel", "opine"]),
    ],
)
def test_buttons_are_those_the_viewer_may_press(
    state: str, name: str, there: list[str], missing: list[str]
) -> None:
    people = People()
    made = people.task(state=TaskState(state))
    page = people.page(name, reverse("tasks:task_detail", args=[made.id]))
    assert [verb for verb in there if _act(made, verb) not in page] == []
    assert [verb for verb in missing if _act(made, verb) in page] == []


def test_the_whole_work_goes_through_the_pages() -> None:
    people = People()
    lead, other = (str(key_of(people.viewers[name])) for name in ("lead", "other"))
    sent = {"text": WORK, "lead": lead, "cooperating": [other], "working_days": "3", "acceptance": "on"}
    answer = people.clients["leader"].post(reverse("tasks:give"), sent)
    made = Task.objects.get()
    assert answer["Location"] == reverse("tasks:task_detail", args=[made.id])
    later = (made.due_at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    product = SimpleUploadedFile("bc.txt", b"words")
    for name, verb, data in (
        ("lead", "start", {}),
        ("lead", "ask-extension", {"due_at": later, "reason": "Waiting for figures"}),
        ("leader", "grant-extension", {"reason": ""}),
        ("lead", "report-progress", {"reason": "Half done"}),
        ("leader", "opine", {"reason": "Add the annex"}),
        ("lead", "finish", {"note": "All done", "product": product}),
        ("leader", "rework", {"reason": "One page is missing"}),
        ("lead", "finish", {"note": "All done now"}),
        ("leader", "accept", {"reason": ""}),
    ):
        answer = people.clients[name].post(_act(made, verb), data)
        assert answer.status_code == 302, (verb, answer.content.decode()[-2000:])
    page = people.page("other", reverse("tasks:task_detail", args=[made.id]))
    for said in ("Waiting for figures", "Half done", "Add the annex", "One page is missing", "All done now"):
        assert said in page
    file = people.clients["other"].get(reverse("tasks:task_product", args=[made.id]))
    assert b"".join(file.streaming_content) == b"words"  # type: ignore[attr-defined]


def test_a_form_without_its_words_is_shown_again_and_nothing_happens() -> None:
    people = People()
    made = people.task()
    answer = people.clients["lead"].post(_act(made, "return"), {"reason": " "})
    assert answer.status_code == 422
    assert 'id="return_reason_error"' in answer.content.decode()
    made.refresh_from_db()
    assert made.state == TaskState.GIVEN


def test_a_second_press_is_told_that_someone_was_faster() -> None:
    people = People()
    made = people.task()
    people.clients["lead"].post(_act(made, "start"))
    answer = people.clients["lead"].post(_act(made, "start"))
    assert answer.status_code == 409
    assert "Someone may have been faster" in answer.content.decode()


def test_an_unknown_act_is_not_found() -> None:
    people = People()
    assert people.clients["lead"].post(_act(people.task(), "nonsense")).status_code == 404


def test_searching_keeps_what_was_written_and_chosen_and_gives_nothing() -> None:
    people = People()
    division_of(people.agency, "Phòng Kinh tế")
    lead = str(key_of(people.viewers["lead"]))
    sent = {"text": "Kept words", "lead": lead, "q": "kinh te", "action": "search", "working_days": "3"}
    page = people.clients["leader"].post(reverse("tasks:give"), sent).content.decode()
    assert "Kept words" in page
    assert "Phòng Kinh tế" in page
    assert f'value="{lead}" checked' in page
    assert str(key_of(people.viewers["clerk"])) not in page
    assert not Task.objects.exists()


def test_a_ready_phrase_is_enough_and_nothing_at_all_is_not() -> None:
    people = People()
    lead = str(key_of(people.viewers["lead"]))
    sent = {"text": "", "phrase": "", "lead": lead, "working_days": "3", "action": "send"}
    answer = people.clients["leader"].post(reverse("tasks:give"), sent)
    assert answer.status_code == 422
    assert 'id="direct_text_error"' in answer.content.decode()
    assert people.clients["leader"].post(reverse("tasks:give"), {**sent, "phrase": "1"}).status_code == 302
    assert Task.objects.get().work == "Carry this out and report the result."


@pytest.mark.parametrize("lead", ["", "official:x", "agency:1", "official:", "division:99999999999999999999"])
def test_a_lead_that_makes_no_sense_is_said_at_the_people(lead: str) -> None:
    people = People()
    sent = {"text": WORK, "lead": lead, "working_days": "3", "action": "send"}
    answer = people.clients["leader"].post(reverse("tasks:give"), sent)
    assert answer.status_code == 422
    assert 'id="direct_lead_error"' in answer.content.decode()


def test_directing_again_begins_with_what_is_and_a_kept_deadline_is_no_new_one() -> None:
    people = People()
    made = people.task(due_at=now() - timedelta(days=1))
    address = reverse("tasks:direct", args=[made.id])
    page = people.page("leader", address)
    lead, other = (str(key_of(people.viewers[name])) for name in ("lead", "other"))
    assert f'name="lead" value="{lead}" checked' in page
    assert f'name="cooperating" value="{other}" checked' in page
    kept = made.due_at.astimezone(now().tzinfo).strftime("%Y-%m-%dT%H:%M")
    due = page.split('name="due_at" value="')[1].split('"')[0]
    assert len(due) == len(kept)
    sent = {"text": "Lead changes", "lead": other, "due_at": due, "action": "send"}
    assert people.clients["leader"].post(address, sent).status_code == 302
    assert Task.objects.get().due_at == made.due_at


def test_a_sub_task_that_is_open_is_named_where_finishing_would_be() -> None:
    people = People()
    made = people.task(state=TaskState.IN_PROGRESS)
    sent = {
        "text": "Collect figures",
        "lead": str(key_of(people.viewers["other"])),
        "working_days": "1",
        "action": "send",
    }
    answer = people.clients["lead"].post(reverse("tasks:split", args=[made.id]), sent)
    assert answer.status_code == 302
    page = people.page("lead", reverse("tasks:task_detail", args=[made.id]))
    assert "1 sub-task is still open" in page
    assert _act(made, "finish") not in page


def test_the_list_is_a_table_that_spreadsheets_read_and_no_formula() -> None:
    people = People()
    people.task(work="=HYPERLINK(1)")
    answer = people.clients["clerk"].get(reverse("tasks:tasks_export") + "?tab=all")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    head, row = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert row[0] == "'=HYPERLINK(1)"
    assert len(head) == len(row)


@pytest.mark.parametrize("query", ["?tab=nonsense", "?state=x", "?text=" + "x" * 500, "?text=%00"])
def test_a_list_survives_any_query(query: str) -> None:
    people = People()
    people.task()
    assert people.clients["clerk"].get(reverse("tasks:tasks") + query).status_code == 200


@pytest.mark.parametrize("cursor", ["%F0%9F", "eA", "IjIwMjYi"])
def test_a_damaged_cursor_is_refused_politely(cursor: str) -> None:
    answer = People().clients["clerk"].get(reverse("tasks:tasks") + f"?cursor={cursor}")
    assert answer.status_code == 400


def test_empty_lists_say_what_to_do() -> None:
    people = People()
    address = reverse("tasks:tasks")
    assert "No task waits for you" in people.page("lead", address)
    assert "No task matches" in people.page("clerk", address + "?tab=all&text=zzz")
    assert "No tasks here" in people.page("auditor", address)
    assert reverse("tasks:give") in people.page("leader", address)


def test_pages_cost_the_same_queries_however_many_rows_and_steps() -> None:
    people = People()
    made = people.task(state=TaskState.IN_PROGRESS)
    addresses = [reverse("tasks:tasks") + "?tab=all", reverse("tasks:task_detail", args=[made.id])]
    costs = []
    for more in (2, 20):
        for _ in range(more):
            task(people.viewers["lead"], people.viewers["other"], at=now(), parent=made)
            people.clients["lead"].post(_act(made, "report-progress"), {"reason": "x"})
        with CaptureQueriesContext(connection) as caught:
            for address in addresses:
                assert people.clients["lead"].get(address).status_code == 200
        costs.append(len(caught))
    assert costs[0] == costs[1]


# Comments


def test_those_who_can_be_named_in_a_comment_are_those_who_see_the_task() -> None:
    people = People()
    top = people.task(state=TaskState.IN_PROGRESS)
    stranger = acting_viewer(official_in(people.agency, Role.SPECIALIST), at=now())
    below = acting_viewer(official_in(people.agency, Role.SPECIALIST), at=now())
    child = task(people.viewers["lead"], below, parent=top)
    for made in (top, child):
        named = {one.official_id for one in queries.readers_of(made, at=now())}
        viewers = [*people.viewers.values(), stranger, below]
        assert named == {
            viewer.official_id for viewer in viewers if queries.tasks_of(viewer).filter(pk=made.pk).exists()
        }
        assert stranger.official_id not in named


def test_a_comment_on_a_task_stands_on_its_page_until_the_task_is_closed() -> None:
    people = People()
    made = people.task(state=TaskState.IN_PROGRESS)
    address = reverse("tasks:comment", args=[made.id])
    answer = people.clients["other"].post(address, {"text": "Đã có số liệu của Sở"})
    assert answer.headers["Location"] == reverse("tasks:task_detail", args=[made.id]) + "#comments"
    page = people.page("leader", reverse("tasks:task_detail", args=[made.id]))
    assert "Đã có số liệu của Sở" in page
    assert f'action="{address}"' in page
    outsider = _client(official_in(people.agency, Role.SPECIALIST))
    assert outsider.post(address, {"text": "x"}).status_code == 404
    Task.objects.filter(pk=made.pk).update(state=TaskState.ACCEPTED, closed_at=now())
    assert address not in people.page("leader", reverse("tasks:task_detail", args=[made.id]))


def test_the_page_says_who_acts_for_an_absent_lead() -> None:
    people = People()
    made = people.task()
    lead, other = people.viewers["lead"], people.viewers["other"]
    address = reverse("tasks:task_detail", args=[made.id])
    assert "Absent" not in people.page("leader", address)
    delegate(
        viewer=lead,
        post_id=lead.post_id or 0,
        delegate_id=other.official_id or 0,
        starts_at=now(),
        ends_at=now() + timedelta(days=2),
        reason="Nghỉ phép",
        at=now(),
    )
    page = people.page("leader", address)
    assert page.count("Absent") == 1
    assert f"{other.name} acts until" in page
