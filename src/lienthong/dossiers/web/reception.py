"""One reception as the counter's page sends it: who, on whose behalf, the answers, the papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lienthong.dossiers import queries
from lienthong.dossiers.brought import brought_for
from lienthong.dossiers.contracts import GivenFile, Intake
from lienthong.dossiers.fee_forms import ExemptionsForm
from lienthong.dossiers.forms import PapersForm, PartyForm, RepresentativeForm, wanted_papers
from lienthong.dossiers.identity_card import CardFacts, read_card
from lienthong.dossiers.models import HeldDocument
from lienthong.dossiers.web.sent import SentFiles, Uploads
from lienthong.identity.public import Party, PartyFacts, PartyKind, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import (
    Communes,
    DrawnForm,
    FeeLine,
    Form,
    KeptFile,
    Posted,
    Prefill,
    QuestionType,
    ServiceOffer,
    answers_from_post,
    definition_of,
    fees_owed,
    form_pages,
    grantable,
    own_amounts,
    prefilled_answers,
    said_for,
    same_answers,
    samples_of,
)

WHO = "counter-who"
MANDATE = "representative-scan"
ACT, CARRIED = "form-act", "application-"
NO_UPLOADS: Uploads = MultiValueDict()


class Reception:
    """What is filled in and what was sent, read once; `intake` is for when `ready`.

    Of several procedures in one application the first asks who hands in; the others are `after` those before
    them and take over what was said there.
    """

    party: PartyForm
    representative: RepresentativeForm
    mandate_scan: tuple[KeptFile, ...] = ()

    def __init__(
        self,
        request: HttpRequest,
        *,
        viewer: Viewer,
        offer: ServiceOffer,
        on: date,
        data: QueryDict | None,
        files: Uploads = NO_UPLOADS,
        after: Sequence[Reception] = (),
    ) -> None:
        """Reads what was sent, and keeps its files even where something else is wrong."""
        self.offer, self._on, self.refused, self._after = offer, on, "", after
        self.definition = definition_of(offer.version)
        self._data, self._files = data, files
        if after:
            self._as_before(after[0])
        else:
            self._look_up(request, viewer)
        self._known = self._prefilled()
        self.posted = self._posted()
        self.act = self.posted.act or (data.get(ACT, "") if data is not None else "")
        self._read_papers()
        self.exemptions = ExemptionsForm(data, exemptions=grantable(offer.version))
        if not after:
            self._read_persons()

    def _look_up(self, request: HttpRequest, viewer: Viewer) -> None:
        """What is known of who hands in."""
        self.sent, self._places = SentFiles(request.session), Communes()
        self.person = queries.find_applicant(viewer, request.GET.get("party", ""))
        # The card speaks of its holder only.
        card = read_card(request.session.get(WHO, ""))
        self._card = card if card and (self.person is None or self.person.number == card.number) else None
        self._last = queries.latest_answers(viewer, self.person)
        self._brought = brought_for(request.session, self.offer.version_id)
        if self._brought is not None:
            self.sent.add(self._brought.names)
        self._held = queries.held_of(viewer, self.person, on=self._on)

    def _as_before(self, first: Reception) -> None:
        """The same persons, files and places as in the first procedure."""
        self.sent, self._places, self._card, self._held = first.sent, first._places, first._card, first._held
        self.person, self._last = first.person, first._last
        self.party, self.representative = first.party, first.representative
        self.mandate_scan, self._brought = first.mandate_scan, None

    @property
    def ready(self) -> bool:
        """Whether it was sent for good and nothing is wrong with it."""
        asked = (self.party, self.representative, self.papers, self.exemptions)
        forms = [form.is_valid() for form in asked]
        return self._data is not None and not self.act and not self.posted.faults and all(forms)

    @property
    def sent_in(self) -> bool:
        """Whether anything was sent for it."""
        return self._data is not None

    def has(self, field: str) -> bool:
        """Whether the field is on its page."""
        return field in {**self.papers.fields, **self.exemptions.fields} or (
            not self._after and field in self.party.fields
        )

    def note(self, refusal: Refusal) -> None:
        """Put a refusal at the field it is about, else above all."""
        for form in (self.party, self.papers, self.exemptions):
            if refusal.field in form.fields:
                form.add_error(refusal.field, refusal.say())
                return
        self.refused = refusal.say()

    def intake(self) -> Intake:
        """What is handed in."""
        acting = self.representative if self.representative.filled else None
        mandate = acting.mandate_said() if acting else ""
        scans = self.mandate_scan if acting else ()
        return Intake(
            agency_id=self.offer.agency_id,
            version_id=self.offer.version_id,
            channel=self.offer.channel,
            applicant=self.party.facts(),
            answers=self.posted.answers,
            papers=self.papers.given(),
            files=(
                *_given(self.definition.form, self.posted, self.sent.all()),
                *(GivenFile(one.sha256, mandate, one.name) for one in scans),
            ),
            representative=acting.facts() if acting else None,
            mandate=mandate,
            mandate_sha256=scans[0].sha256 if scans else "",
            granted=self.exemptions.granted(),
            draft_id=self._brought.key if self._brought else None,
        )

    def frozen(self) -> str:
        """What was sent, as it can be sent again: a query string, files by their hashes."""
        data = QueryDict(mutable=True)
        for name in self._data or {}:
            if name.startswith(CARRIED) or name in (ACT, "csrfmiddlewaretoken"):
                continue
            data.setlist(name, self._data.getlist(name))  # type: ignore[union-attr]
        kept = {f"scan-{key}": files for key, files in self._scans.items()} | {MANDATE: self.mandate_scan}
        for name, files in kept.items():
            data.setlist(f"kept-{name}", [one.sha256 for one in files])
        drawn = self.drawn()
        for field in (field for page in drawn.pages for field in page.fields) if drawn else ():
            for one in (field, *(inner for entry in field.entries for inner in entry.fields)):
                if one.control == "file":
                    data.setlist(one.kept_name, [file.sha256 for file in one.files])
        return data.urlencode()

    def drawn(self) -> DrawnForm | None:
        """The questions."""
        if self.definition.form is None:
            return None
        return form_pages(
            self.definition.form,
            self.posted.answers,
            faults=self.posted.faults,
            seen=self.posted.seen if self._data is not None else None,
            files=self.sent.all(),
            places=self._places,
            prefilled=self._known,
        )

    def context(self) -> dict[str, Any]:
        """What the page shows."""
        fees, drawn = self._fees(), self.drawn()
        return {
            "offer": self.offer,
            "procedure": self.offer.version.procedure,
            "definition": self.definition,
            "party": self.party,
            "representative": self.representative,
            "mandate_scan": self.mandate_scan,
            "papers": self.papers,
            "drawn": drawn,
            "focus": _first_empty(drawn) if self._data is None and self.party["name"].value() else "",
            "refused": self.refused,
            "card": self._card,
            "person": self.person,
            "exemptions": self.exemptions,
            "fees": fees,
            "total": sum(fee.amount for fee in fees),
        }

    def _fees(self) -> list[FeeLine]:
        """What is to be paid by what is filled in so far. One query, none without fees."""
        if not self.definition.fees:
            return []
        version, key = self.offer.version, (self.offer.agency_id, self.offer.version.procedure_id)
        own = own_amounts([(self.offer.agency, version.procedure_id)], on=self._on).get(key, {})
        facts = {**self.posted.answers, "channel": self.offer.channel}
        return fees_owed(version, facts, granted=self.exemptions.granted(), own=own)

    def _read_papers(self) -> None:
        """The checklist with its files."""
        data, refusals = self._data, dict[str, list[Refusal]]()
        self._scans = dict[str, tuple[KeptFile, ...]]()
        for paper in wanted_papers(self.definition.papers) if data is not None else ():
            name = f"scan-{paper.key}"
            self._scans[paper.key], refusals[name] = self.sent.read(data, self._files, name)  # type: ignore[arg-type]
        before = self._papers_before()
        if data is None:
            papers = self.definition.papers
            self._scans = {one.key: before.get(one.name) or self._pages_brought(one.key) for one in papers}
        listed = [(one.pk, one.name, _held_in_words(one)) for one in self._held]
        self.papers = PapersForm(
            data,
            papers=self.definition.papers,
            held=listed,
            scans=self._scans,
            given=before,
            samples=samples_of(self.offer.version),
        )
        for name, refused in refusals.items():
            for refusal in refused:
                self.papers.add_error(name, refusal.say())

    def _pages_brought(self, key: str) -> tuple[KeptFile, ...]:
        """The pages of a paper that the applicant sent before coming to the counter."""
        brought = self._brought
        return (
            tuple(KeptFile(one, brought.names[one]) for one in brought.papers.get(key, ())) if brought else ()
        )

    def _papers_before(self) -> dict[str, tuple[KeptFile, ...]]:
        """What came in with the procedures before, by name, with its pages: one original serves all."""
        found = dict[str, tuple[KeptFile, ...]]()
        for one in self._after:
            given = one.papers.given() if one._data is not None and one.papers.is_valid() else ()
            for paper in given:
                found[paper.name] = found.get(paper.name, ()) or one._scans.get(paper.key, ())
        return found

    def _read_persons(self) -> None:
        """Who hands in, and who acts for them."""
        data, mandate_refused = self._data, list[Refusal]()
        if data is not None:
            self.mandate_scan, mandate_refused = self.sent.read(data, self._files, MANDATE, most=1)
        known = _party_initial(self._card, self.person)
        said = self._brought.person if self._brought else {}
        known |= {name: value for name, value in said.items() if not known.get(name)}
        self.party = PartyForm(data, initial=known)
        if data is None and not self.party["name"].value():
            self.party.fields["number"].widget.attrs["autofocus"] = True
        self.representative = RepresentativeForm(
            data, prefix="representative", initial={"kind": PartyKind.CITIZEN}
        )
        for refusal in mandate_refused:
            self.representative.add_error("scan", refusal.say())

    def _prefilled(self) -> dict[str, Any]:
        """The answers that are known: said in this application first, of the party and its card, then those
        given here last time.

        Of the last only the questions that ask for what the State holds of the applicant: the name of one
        child is not that of the next.
        """
        form = self.definition.form
        if form is None:
            return {}
        person: Party | PartyFacts | None = self.person
        if self._after and self.party.is_valid():
            person = self.party.facts()
        last, known = self._last, _known(person, self._card)
        for one in self._after:
            known |= said_for(one.definition.form, one.posted.answers)
        found = prefilled_answers(form, known)
        for one in reversed(self._after):
            found |= same_answers(form, one.definition.form, one.posted.answers)
        for question in form.questions:
            plain = question.type not in (QuestionType.FILE, QuestionType.GROUP)
            if question.prefill and plain and question.key in last and question.key not in found:
                found[question.key] = last[question.key]
        return found | dict(self._brought.answers if self._brought else {})

    def _posted(self) -> Posted:
        form = self.definition.form
        if form is None:
            return Posted({})
        if self._data is None:
            return Posted(self._known)
        return answers_from_post(
            form,
            self._data,
            on=self._on,
            files=self._files,
            store=self.sent.keep,
            may_keep=self.sent.knows,
            places=self._places,
        )


def _first_empty(drawn: DrawnForm | None) -> str:
    """The first input that waits for an answer: for a person who is known, typing begins there."""
    fields = (field for page in drawn.pages for field in page.fields) if drawn else ()
    typed = (one for one in fields if one.control in {"input", "textarea", "select", "place"})
    return next((one.name for one in typed if not one.value and not one.said), "")


def _held_in_words(document: HeldDocument) -> str:
    """What it is, where it is from, since when and until when."""
    facts = {
        "name": document.name,
        "day": date_format(timezone.localtime(document.given_at), "d/m/Y"),
        "until": date_format(document.valid_until, "d/m/Y") if document.valid_until else "",
    }
    said = (
        _("%(name)s: result given on %(day)s") if document.issued else _("%(name)s: handed in on %(day)s")
    ) % facts
    return said + (_(", valid until %(until)s") % facts if document.valid_until else "")


def _party_initial(card: CardFacts | None, person: Party | PartyFacts | None) -> dict[str, Any]:
    """The person chosen, and what the card says where nothing is known."""
    names = ("kind", "number", "name", "born_date", "telephone", "email", "address")
    said = {name: getattr(person, name) for name in names} if person else {}
    if card is not None:
        for name in ("number", "name", "born_date", "address"):
            said[name] = said.get(name) or getattr(card, name)
    return said


def _given(form: Form | None, posted: Posted, files: dict[str, KeptFile]) -> tuple[GivenFile, ...]:
    """The files that the answers name, each called by its question."""
    if form is None:
        return ()
    return tuple(
        GivenFile(sha256, question.label, files[sha256].name)
        for question in form.questions
        if question.type is QuestionType.FILE
        for sha256 in posted.answers.get(question.key, [])
        if sha256 in files
    )


def _known(person: Party | PartyFacts | None, card: CardFacts | None) -> dict[Prefill, Any]:
    """What is known of the person or business, by what forms ask for."""
    if person is not None and person.kind != PartyKind.CITIZEN:
        return {
            Prefill.BUSINESS_NAME: person.name,
            Prefill.BUSINESS_CODE: person.number,
            Prefill.BUSINESS_ADDRESS: person.address,
            Prefill.TELEPHONE: person.telephone,
            Prefill.EMAIL: person.email,
        }
    said = _party_initial(card, person)
    born = said.get("born_date")
    return {
        Prefill.FULL_NAME: said.get("name", ""),
        Prefill.IDENTIFICATION_NUMBER: said.get("number", ""),
        Prefill.TELEPHONE: said.get("telephone", ""),
        Prefill.EMAIL: said.get("email", ""),
        Prefill.RESIDENCE: said.get("address", ""),
        Prefill.BIRTH_DATE: born.isoformat() if born else "",
        Prefill.SEX: card.sex if card else "",
    }
