"""Who a document goes to: agencies over the axis, and beside it divisions, officials, and paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency, Division, Official, PostHolding
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.office.actions.incoming import checked_text
from lienthong.office.contracts import Composition
from lienthong.office.dispatch_models import PAPER_NAME_LIMIT, InsideRecipient, PaperRecipient
from lienthong.office.groups import members_of
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.tasks.public import PartyKey, PartyKind

MOST_BESIDE = 200


class NoRecipients(Refusal):
    """A document is sent to somebody."""

    code, status = "no-recipients", 422
    sentence = _(
        "The document has no recipients. Choose at least one agency or group, a division or official, "
        "or somebody who gets it on paper."
    )


class UnknownRecipients(Refusal):
    """Recipients that are no agencies, or the sender itself."""

    code, status = "unknown-recipients", 422
    sentence = _(
        "%(count)s of the recipients chosen cannot receive this document. "
        "Choose them again from the directory."
    )


class ClosedRecipients(Refusal):
    """Recipients that no longer exist."""

    code, status = "closed-recipients", 422
    sentence = _(
        "These recipients no longer exist: %(names)s. "
        "Take them out, or choose the agencies that succeeded them."
    )


class DueInPast(Refusal):
    """The day by which recipients are to finish lies ahead."""

    code, status = "due-in-past", 422
    sentence = _("The day asked for, %(due)s, has passed. Choose a later day.")


class RecipientTwice(Refusal):
    """Each recipient gets the document once, by one way."""

    code, status = "recipient-twice", 422
    sentence = _("%(name)s is named as a recipient more than once. Leave it named once, by one way.")


class RecipientNotOurs(Refusal):
    """Inside recipients are of the own agency; another agency gets the document over the axis or on paper."""

    code, status = "recipient-not-ours", 422
    sentence = _(
        "%(name)s is no division or official of this agency. "
        "Choose from the list; another agency gets the document over the axis or on paper."
    )


class RecipientWithoutPost(Refusal):
    """An official receives documents in a post."""

    code, status = "recipient-without-post", 422
    sentence = _("%(name)s holds no post today, so would not see the document. Choose someone else.")


class TooManyBeside(Refusal):
    """More recipients than anyone names one by one."""

    code, status = "too-many-recipients", 422
    sentence = _("%(count)s recipients inside or on paper are named; at most %(most)s may be.")


@dataclass(frozen=True)
class Beside:
    """The recipients beside the axis, checked and not saved yet."""

    inside: tuple[InsideRecipient, ...] = ()
    paper: tuple[PaperRecipient, ...] = ()

    @property
    def inside_names(self) -> list[str]:
        """What the divisions and officials are called."""
        return [str(row) for row in self.inside]

    @property
    def paper_names(self) -> list[str]:
        """What those who get paper are called."""
        return [str(row) for row in self.paper]


def agencies_of(composition: Composition, viewer: Viewer, at: datetime) -> dict[str, list[Agency]]:
    """The recipients by the group that named them ("" for those chosen one by one), each once.

    Raises what is wrong with them, and with the day asked for.
    """
    today = at.astimezone(VIETNAM).date()
    if composition.due_on is not None and composition.due_on < today:
        raise DueInPast(field="due_on", due=f"{composition.due_on:%d/%m/%Y}")
    wanted = {
        group: members_of(group, agency_id=viewer.agency_id or 0, on=today) for group in composition.groups
    }
    grouped = set().union(*wanted.values())
    wanted[""] = set(composition.recipients) - grouped
    found = Agency.objects.in_bulk(grouped | wanted[""])
    missing = wanted[""] - found.keys() | wanted[""] & {viewer.agency_id or 0}
    if missing:
        raise UnknownRecipients(count=len(missing))
    require_open(found.values(), at)
    seen: set[int] = set()
    groups: dict[str, list[Agency]] = {}
    for group, ids in wanted.items():
        groups[group] = sorted((found[key] for key in ids - seen), key=lambda agency: agency.code)
        seen |= ids
    return groups


def beside_of(
    *,
    inside: Collection[PartyKey],
    paper: Iterable[str],
    elsewhere: Collection[int],
    viewer: Viewer,
    at: datetime,
) -> Beside:
    """The divisions and officials (keys) and the recipients on paper (words), checked in five queries.

    Words that are the code or the name of one agency mean that agency; `elsewhere` are the ids of those that
    get the document over the axis.

    Raises:
        RecipientTwice, RecipientNotOurs, RecipientWithoutPost, ClosedRecipients, UnknownRecipients (the own
        agency), TooManyBeside, TextTooLong.
    """
    lines = [checked_text(line, field="paper", limit=PAPER_NAME_LIMIT) for line in paper]
    lines = [" ".join(line.split()) for line in lines if line]
    if len(lines) + len(inside) > MOST_BESIDE:
        raise TooManyBeside(field="paper", count=len(lines) + len(inside), most=MOST_BESIDE)
    return Beside(
        tuple(_inside(inside, viewer, at)),
        tuple(_paper(lines, elsewhere, viewer, at)),
    )


def save_beside(outgoing: OutgoingDocument, beside: Beside, *, viewer: Viewer, at: datetime) -> None:
    """Name these as recipients of the document."""
    rows: tuple[InsideRecipient | PaperRecipient, ...] = (*beside.inside, *beside.paper)
    for row in rows:
        row.document, row.named_by_id, row.named_at = outgoing, viewer.official_id or 0, at
    InsideRecipient.objects.bulk_create(beside.inside)
    PaperRecipient.objects.bulk_create(beside.paper)


def address(outgoing: OutgoingDocument, groups: Mapping[str, list[Agency]]) -> None:
    """Name these agencies as recipients over the axis."""
    Recipient.objects.bulk_create(
        Recipient(document=outgoing, agency=agency, group=group)
        for group, agencies in groups.items()
        for agency in agencies
    )


def addressed(outgoing: OutgoingDocument, at: datetime) -> list[Agency]:
    """The recipients of a draft over the axis; nobody it names anywhere has gone since it was written.

    Raises:
        NoRecipients, ClosedRecipients, RecipientWithoutPost.
    """
    agencies = [row.agency for row in outgoing.recipients.select_related("agency").order_by("id")]
    paper = list(outgoing.paper.select_related("agency"))
    inside = list(outgoing.inside.filter(official__isnull=False).select_related("official"))
    if not (agencies or paper or outgoing.inside.exists()):
        raise NoRecipients
    require_open([*agencies, *(row.agency for row in paper if row.agency)], at)
    held = _holdings(outgoing.agency_id, [row.official_id or 0 for row in inside], at)
    for row in inside:
        if row.official_id not in held:
            raise RecipientWithoutPost(name=str(row))
    return agencies


def require_open(agencies: Iterable[Agency], at: datetime) -> None:
    """Raise `ClosedRecipients` with the names of those that do not exist on the day."""
    today = at.astimezone(VIETNAM).date()
    closed = [agency.name for agency in agencies if not _is_open(agency, today)]
    if closed:
        more = f" (+{len(closed) - 5})" if len(closed) > 5 else ""
        raise ClosedRecipients(names=", ".join(closed[:5]) + more)


def _is_open(agency: Agency, today: date) -> bool:
    return agency.valid_from <= today < agency.valid_to


def _inside(keys: Collection[PartyKey], viewer: Viewer, at: datetime) -> Iterable[InsideRecipient]:
    """The rows in the order named."""
    divisions = Division.objects.filter(agency_id=viewer.agency_id or 0).in_bulk(
        [key.id for key in keys if key.kind is PartyKind.DIVISION]
    )
    officials = _holdings(
        viewer.agency_id or 0, [key.id for key in keys if key.kind is PartyKind.OFFICIAL], at
    )
    counted = Counter(keys)
    for key in keys:
        division = divisions.get(key.id) if key.kind is PartyKind.DIVISION else None
        holding = officials.get(key.id) if key.kind is PartyKind.OFFICIAL else None
        if division is None and holding is None:
            raise _stranger(key, at)
        if counted[key] > 1:
            raise RecipientTwice(field="inside", name=str(division or (holding and holding.official)))
        if division is not None:
            yield InsideRecipient(division=division)
        elif holding is not None:
            yield InsideRecipient(official=holding.official, post=holding.post)


def _holdings(agency_id: int, officials: Collection[int], at: datetime) -> dict[int, PostHolding]:
    """Today's post in the agency of each of the officials who has one: one query."""
    today = at.astimezone(VIETNAM).date()
    rows = PostHolding.objects.filter(
        post__agency_id=agency_id, official_id__in=officials, valid_from__lte=today, valid_to__gt=today
    )
    found: dict[int, PostHolding] = {}
    for row in rows.select_related("official", "post").order_by("post__title", "id"):
        found.setdefault(row.official_id, row)
    return found


def _stranger(key: PartyKey, at: datetime) -> Refusal:
    """Why one that is not of the agency today cannot be named."""
    if key.kind is not PartyKind.OFFICIAL:
        division = Division.objects.filter(id=key.id).first() if key.kind is PartyKind.DIVISION else None
        return RecipientNotOurs(field="inside", name=str(division or "–"))
    today = at.astimezone(VIETNAM).date()
    official = Official.objects.filter(id=key.id).first()
    elsewhere = PostHolding.objects.filter(official_id=key.id, valid_from__lte=today, valid_to__gt=today)
    if official is None or elsewhere.exists():
        return RecipientNotOurs(field="inside", name=str(official or "–"))
    return RecipientWithoutPost(field="inside", name=official.full_name)


def _paper(
    lines: Collection[str], elsewhere: Collection[int], viewer: Viewer, at: datetime
) -> Iterable[PaperRecipient]:
    meant = _agencies_meant(lines, at)
    seen: set[str | int] = set(elsewhere)
    for line in lines:
        agency = meant.get(line)
        if agency is not None and agency.id == viewer.agency_id:
            raise UnknownRecipients(field="paper", count=1)
        mark: str | int = agency.id if agency else line.casefold()
        if mark in seen:
            raise RecipientTwice(field="paper", name=agency.name if agency else line)
        seen.add(mark)
        yield PaperRecipient(name=agency.name if agency else line, agency=agency)


def _agencies_meant(lines: Collection[str], at: datetime) -> dict[str, Agency]:
    """The agency that each line names by code or name, where it is one: one query.

    Raises:
        ClosedRecipients: all that a line could mean have closed.
    """
    today = at.astimezone(VIETNAM).date()
    found: dict[str, list[Agency]] = {}
    for agency in Agency.objects.filter(Q(code__in=lines) | Q(name__in=lines)):
        for line in {agency.code, agency.name} & set(lines):
            found.setdefault(line, []).append(agency)
    meant: dict[str, Agency] = {}
    for line, agencies in found.items():
        there = [agency for agency in agencies if _is_open(agency, today)]
        if not there:
            raise ClosedRecipients(field="paper", names=line)
        if len(there) == 1:
            meant[line] = there[0]
    return meant
