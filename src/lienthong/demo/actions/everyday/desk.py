"""What people keep at hand: work files, searches, remarks to each other, and who stands in for whom."""

from __future__ import annotations

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import Days, incoming, official, outgoing, task
from lienthong.demo.cast import THAI_NGUYEN
from lienthong.directory.public import Duty
from lienthong.identity.public import delegate
from lienthong.notifications.public import write_comment
from lienthong.office.public import (
    FileKind,
    NewFile,
    accept_file,
    close_file,
    hand_in_file,
    incoming_thread,
    open_file,
    outgoing_thread,
    put_document,
    save_search,
)
from lienthong.tasks.public import task_thread


def files_are_kept(days: Days) -> None:
    """One work file is open, one closed, one handed in, and one in the archive."""
    at = days.ago(6, 9)
    who, clerk = (official(THAI_NGUYEN, duty, at) for duty in (Duty.SPECIALIST, Duty.CLERK))
    digital = open_file(new=NewFile(texts.FILE_DIGITAL, "permanent"), viewer=who, at=at)
    citizen = open_file(new=NewFile(texts.FILE_CITIZEN, "20"), viewer=who, at=at)
    meeting = open_file(new=NewFile(texts.FILE_MEETING, "10"), viewer=clerk, at=at)
    forests = open_file(new=NewFile(texts.FILE_FORESTS, "5"), viewer=clerk, at=at)
    at = days.ago(2, 16)
    came, went = FileKind.INCOMING, FileKind.OUTGOING
    for file, keeper, kind, document in (
        (digital, who, went, outgoing(who, texts.DECISION)),
        (digital, who, came, incoming(who, texts.COOPERATIVES)),
        (citizen, who, came, incoming(who, texts.CITIZEN)),
        (meeting, clerk, went, outgoing(clerk, texts.MEETING)),
        (meeting, clerk, went, outgoing(clerk, texts.MEETING_AGAIN)),
        (forests, clerk, went, outgoing(clerk, texts.WRONG_FIGURES)),
    ):
        put_document(file_id=file.pk, kind=kind, document_id=document.pk, viewer=keeper, at=at)
    for file, keeper in ((citizen, who), (meeting, clerk), (forests, clerk)):
        close_file(file_id=file.pk, viewer=keeper, at=at)
    for file, keeper in ((citizen, who), (meeting, clerk)):
        hand_in_file(file_id=file.pk, viewer=keeper, at=days.ago(1, 8))
    accept_file(file_id=citizen.pk, viewer=clerk, at=days.ago(1, 9))


def people_talk(days: Days) -> None:
    """Remarks that mention a colleague, on a draft and on an incoming document."""
    at = days.ago(1, 16)
    who, head, leader = (
        official(THAI_NGUYEN, duty, at) for duty in (Duty.SPECIALIST, Duty.HEAD, Duty.LEADER)
    )
    draft = outgoing(who, texts.INSPECTION_PLAN)
    text = texts.COMMENT_DRAFT.format(name=who.name)
    write_comment(outgoing_thread(draft, at=at), viewer=head, text=text, at=at)
    document = incoming(who, texts.COOPERATIVES)
    for person, to, words in ((leader, who, texts.COMMENT_INCOMING), (who, leader, texts.ANSWER_INCOMING)):
        said = words.format(name=to.name)
        write_comment(incoming_thread(document, at=at), viewer=person, text=said, at=at)


def work_is_talked_about(days: Days) -> None:
    """The leader asks the division that leads a task, and its head answers there."""
    at = days.ago(1, 17)
    leader, head = (official(THAI_NGUYEN, duty, at) for duty in (Duty.LEADER, Duty.HEAD))
    led = task(head, texts.WORK_DISBURSEMENT)
    for person, to, words in ((leader, head, texts.COMMENT_TASK), (head, leader, texts.ANSWER_TASK)):
        said = words.format(name=to.name)
        write_comment(task_thread(led, at=at), viewer=person, text=said, at=at)


def searches_are_saved(days: Days) -> None:
    """The clerk looks for what is urgent, the leader for what is late."""
    at = days.ago(1)
    for duty, name, query in (
        (Duty.CLERK, texts.SEARCH_URGENT, "tab=all&urgency=1"),
        (Duty.LEADER, texts.SEARCH_LATE, "tab=all&overdue=on"),
    ):
        save_search(place="incoming", name=name, query=query, viewer=official(THAI_NGUYEN, duty, at))


def deputy_is_away(days: Days) -> None:
    """The deputy lets the head of a division act in the post for some days."""
    at = days.ago(1, 16)
    deputy, head = (official(THAI_NGUYEN, duty, at) for duty in (Duty.DEPUTY, Duty.HEAD))
    delegate(
        viewer=deputy,
        post_id=deputy.post_id or 0,
        delegate_id=head.official_id or 0,
        starts_at=at,
        ends_at=days.ahead(5),
        reason=texts.AWAY,
        at=at,
    )
