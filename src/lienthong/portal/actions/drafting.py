"""Applications are begun, saved page by page, given files, and sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from lienthong.dossiers.public import keep_upload, submit_online
from lienthong.identity.public import NotFound, Visitor
from lienthong.kernel.clock import VIETNAM
from lienthong.portal.applying.keys import hash_of
from lienthong.portal.applying.persons import intake_of, known_of
from lienthong.portal.applying.queries import applicant_of, last_said
from lienthong.portal.applying.refusals import (
    ActsForAnother,
    DraftChangedElsewhere,
    DraftSubmitted,
    DraftTooLarge,
    NotOnline,
    NotReady,
    SignersMissing,
    TooManyFiles,
)
from lienthong.portal.applying.steps import first_wanting, steps_of, whole
from lienthong.portal.models import Draft, DraftFile, Signer
from lienthong.procedures.public import (
    Definition,
    Prefill,
    QuestionType,
    ServiceOffer,
    definition_of,
    prefilled_answers,
    same_answers,
)

MOST_BYTES, MOST_FILES = 300_000, 60  # of what is written, in JSON; of what is sent
ACCOUNT = "account"


@dataclass(frozen=True)
class Saving:
    """A page that is saved: which, by which device (a hash), and at which version it was drawn there."""

    page: str
    device: str
    seen: int


def start_draft(*, offer: ServiceOffer, visitor: Visitor, secret: str, at: datetime) -> Draft:
    """Begin an application; of who is signed in what is known already is filled in, with where it is from."""
    definition, signed_in = definition_of(offer.version), visitor.signed_in
    known = _known(definition, visitor) if signed_in else {}
    return Draft.objects.create(
        offer=offer,
        version_id=offer.version_id,
        party_id=visitor.party_id,
        on_behalf_id=visitor.for_id if signed_in and visitor.for_id != visitor.party_id else None,
        secret_hash="" if signed_in else hash_of(secret),
        answers={key: value for key, (value, _source) in known.items()},
        prefilled={key: [value, source] for key, (value, source) in known.items()},
        started_at=at,
        saved_at=at,
        expires_at=at + timedelta(days=settings.ENV.draft_days),
    )


def save_answers(
    *, draft: Draft, answers: Mapping[str, Any], keys: Collection[str], saving: Saving, at: datetime
) -> Draft:
    """Keep the answers of one page (`keys` are its questions); the others stay as they are kept by now.

    Raises:
        DraftChangedElsewhere: another device saved another answer meanwhile. DraftSubmitted, DraftTooLarge.
    """
    said = {key: answers[key] for key in keys if key in answers}
    with transaction.atomic():
        row = _hold(draft.pk, at)
        kept = {key: row.answers[key] for key in keys if key in row.answers}
        if kept != said:
            _require_unchanged(row, saving)
            merged = {key: value for key, value in row.answers.items() if key not in keys} | said
            row.answers = whole(definition_of(row.version), merged, on=at.astimezone(VIETNAM).date())
        return _save(row, saving, at)


def save_part(*, draft: Draft, part: str, value: Mapping[str, Any], saving: Saving, at: datetime) -> Draft:
    """Keep what was said of the `person` or the `papers`. Raises as `save_answers`."""
    with transaction.atomic():
        row = _hold(draft.pk, at)
        if getattr(row, part) != value:
            _require_unchanged(row, saving)
            setattr(row, part, dict(value))
        return _save(row, saving, at)


def keep_file(*, draft: Draft, upload: UploadedFile[Any], at: datetime) -> DraftFile:
    """Keep a file for the draft; the same content is kept once.

    Raises:
        TooManyFiles, DraftSubmitted, and what `keep_upload` refuses.
    """
    if draft.dossier_id is not None:
        raise _sent(draft)
    if DraftFile.objects.filter(draft=draft).count() >= MOST_FILES:
        raise TooManyFiles(field="file", most=MOST_FILES)
    blob = keep_upload(upload, at=at)
    name = (upload.name or "")[-200:] or blob.pk[:12]
    return DraftFile.objects.get_or_create(draft=draft, blob=blob, defaults={"name": name, "sent_at": at})[0]


def submit_draft(*, draft_id: UUID, visitor: Visitor, at: datetime) -> Draft:
    """Send the application: one dossier, however often it is pressed.

    The caller has proven that the visitor may open the draft.

    Raises:
        NotReady, ActsForAnother, and what `submit_online` refuses; DraftSubmitted with the code of the
        dossier that was made of it before.
    """
    with transaction.atomic():
        draft = _hold(draft_id, at)
        if visitor.for_id != (draft.on_behalf_id or visitor.party_id):
            raise ActsForAnother(name=draft.on_behalf.name if draft.on_behalf else "–")
        definition = definition_of(draft.version)
        steps = steps_of(
            definition,
            channel=draft.offer.channel,
            answers=draft.answers,
            papers=draft.papers,
            person=draft.person,
        )
        if first_wanting(steps) is not steps[-1]:
            raise NotReady
        waiting = [one.name for one in draft.signers.all() if one.signed_at is None]
        if waiting:
            raise SignersMissing(names=", ".join(waiting))
        intake = intake_of(draft, definition, visitor, on=at.astimezone(VIETNAM).date())
        draft.dossier = submit_online(intake=intake, visitor=visitor, at=at)
        draft.saved_at, draft.counter_code, draft.counter_until = at, "", None
        draft.expires_at = at + timedelta(days=settings.ENV.draft_days)
        draft.save()
    return draft


def discard_draft(*, draft: Draft, at: datetime) -> None:
    """Throw the application away, with its files. Raises `DraftSubmitted`."""
    with transaction.atomic():
        _hold(draft.pk, at).delete()


def follow_offer(*, draft: Draft, at: datetime) -> Draft:
    """Go on with the version that the agency offers now; answers to questions that stayed are kept.

    Raises:
        NotOnline: the agency offers the procedure online no more; the draft stays until it expires.
    """
    with transaction.atomic():
        row = _hold(draft.pk, at)
        old, agency, procedure = row.version, row.offer.agency, row.version.procedure
        rows = ServiceOffer.objects.select_related("agency", "version__procedure")
        rows = rows.filter(
            agency=agency, channel=row.offer.channel, version__procedure=procedure, ended_at=None
        )
        offer = rows.first()
        if offer is None:
            raise NotOnline(procedure=procedure.name, agency=agency.name)
        row.offer, row.version = offer, offer.version
        form, before = definition_of(offer.version).form, definition_of(old).form
        row.answers = same_answers(form, before, row.answers) if form else {}
        row.lock_version += 1
        row.save()
    return row


def claim_draft(*, draft: Draft, visitor: Visitor) -> None:
    """Let a draft that was begun without an account belong to who has signed in since; its secret ends."""
    rows = Draft.objects.filter(pk=draft.pk, party=None)
    rows.update(party=visitor.party_id, secret_hash="")
    draft.party_id, draft.secret_hash = visitor.party_id, ""


def _known(definition: Definition, visitor: Visitor) -> dict[str, tuple[Any, str]]:
    """The answers that are known, each with where it is from: the account, or the day of the last dossier.

    Of the last dossier only the questions that ask for what the State holds of the applicant.
    """
    form = definition.form
    if form is None:
        return {}
    known = {key: value for key, value in known_of(applicant_of(visitor)).items() if key in Prefill}
    found = {key: (value, ACCOUNT) for key, value in prefilled_answers(form, known).items()}
    last, day = last_said(visitor)
    for question in form.questions:
        plain = question.type not in (QuestionType.FILE, QuestionType.GROUP)
        if question.prefill and plain and question.key in last and question.key not in found and day:
            found[question.key] = (last[question.key], day.isoformat())
    return found


def _hold(draft_id: UUID, at: datetime) -> Draft:
    """The draft, locked. Raises `NotFound` when it has gone, `DraftSubmitted` when it was sent."""
    rows = Draft.objects.select_for_update(of=("self",)).select_related(
        "offer__agency", "version__procedure", "dossier", "on_behalf"
    )
    row = rows.filter(pk=draft_id).first()
    if row is None or (row.dossier_id is None and row.expires_at <= at):
        raise NotFound
    if row.dossier_id is not None:
        raise _sent(row)
    return row


def _sent(draft: Draft) -> DraftSubmitted:
    # Not by the join of who waited for the lock: it was read before the other had made the dossier.
    code = Draft.objects.values_list("dossier__code", flat=True).get(pk=draft.pk)
    return DraftSubmitted(code=code or "")


def _require_unchanged(row: Draft, saving: Saving) -> None:
    """Raise `DraftChangedElsewhere` where another device saved the page since it was drawn on this one."""
    version, device = row.changes.get(saving.page, (0, ""))
    if version > saving.seen and device != saving.device:
        raise DraftChangedElsewhere


def _save(row: Draft, saving: Saving, at: datetime) -> Draft:
    Signer.objects.filter(draft=row).update(signed_at=None)
    row.lock_version += 1
    row.changes[saving.page] = [row.lock_version, saving.device]
    row.page, row.saved_at, row.warned_at = saving.page, at, None
    row.expires_at = at + timedelta(days=settings.ENV.draft_days)
    if sum(len(json.dumps(part)) for part in (row.answers, row.person, row.papers)) > MOST_BYTES:
        raise DraftTooLarge
    row.save()
    return row
