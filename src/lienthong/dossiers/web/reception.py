"""One reception as the counter's page sends it: who, on whose behalf, the answers, the papers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lienthong.dossiers import queries
from lienthong.dossiers.contracts import GivenFile, Intake
from lienthong.dossiers.forms import PapersForm, PartyForm, RepresentativeForm, wanted_papers
from lienthong.dossiers.identity_card import CardFacts, read_card
from lienthong.dossiers.models import HeldDocument
from lienthong.dossiers.web.sent import SentFiles
from lienthong.identity.public import Party, PartyKind, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import (
    Communes,
    DrawnForm,
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
    prefilled_answers,
)

WHO = "counter-who"
MANDATE = "representative-scan"


class Reception:
    """What is filled in and what was sent, read once; `intake` is for when `ready`."""

    def __init__(self, request: HttpRequest, *, viewer: Viewer, offer: ServiceOffer, on: date) -> None:
        """Reads what was sent, and keeps its files even where something else is wrong."""
        self.offer, self._on, self.refused = offer, on, ""
        self.definition = definition_of(offer.version)
        self.sent, self._places = SentFiles(request.session), Communes()
        self.person = queries.find_applicant(viewer, request.GET.get("party", ""))
        # The card speaks of its holder only.
        card = read_card(request.session.get(WHO, ""))
        self._card = card if card and (self.person is None or self.person.number == card.number) else None
        self._data = request.POST if request.method == "POST" else None
        self._known = self._prefilled(viewer)
        self.posted = self._posted(request)
        self.act = self.posted.act or request.POST.get("form-act", "")
        self._read_forms(request, queries.held_of(viewer, self.person, on=on))

    @property
    def ready(self) -> bool:
        """Whether it was sent for good and nothing is wrong with it."""
        forms = [self.party.is_valid(), self.representative.is_valid(), self.papers.is_valid()]
        return self._data is not None and not self.act and not self.posted.faults and all(forms)

    def note(self, refusal: Refusal) -> None:
        """Put a refusal at the field it is about, else above all."""
        for form in (self.party, self.papers):
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
        )

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
        fees, drawn = fees_owed(self.offer.version, self.posted.answers), self.drawn()
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
            "fees": fees,
            "total": sum(fee.amount for fee in fees),
        }

    def _read_forms(self, request: HttpRequest, held: list[HeldDocument]) -> None:
        """The forms beside the questions, with their files."""
        data, scans = self._data, dict[str, tuple[KeptFile, ...]]()
        refusals = dict[str, list[Refusal]]()
        for paper in wanted_papers(self.definition.papers) if data is not None else ():
            name = f"scan-{paper.key}"
            scans[paper.key], refusals[name] = self.sent.read(request, name)
        self.mandate_scan: tuple[KeptFile, ...] = ()
        mandate_refused: list[Refusal] = []
        if data is not None:
            self.mandate_scan, mandate_refused = self.sent.read(request, MANDATE, most=1)
        self.party = PartyForm(data, initial=_party_initial(self._card, self.person))
        if data is None and not self.party["name"].value():
            self.party.fields["number"].widget.attrs["autofocus"] = True
        self.representative = RepresentativeForm(
            data, prefix="representative", initial={"kind": PartyKind.CITIZEN}
        )
        listed = [(one.pk, one.name, _held_in_words(one)) for one in held]
        self.papers = PapersForm(data, papers=self.definition.papers, held=listed, scans=scans)
        for name, refused in refusals.items():
            for refusal in refused:
                self.papers.add_error(name, refusal.say())
        for refusal in mandate_refused:
            self.representative.add_error("scan", refusal.say())

    def _prefilled(self, viewer: Viewer) -> dict[str, Any]:
        """The answers that are known: of the party and its card first, then those given here last time.

        Of these only the questions that ask for what the State holds of the applicant: the name of one child
        is not that of the next.
        """
        form = self.definition.form
        if form is None:
            return {}
        last = queries.latest_answers(viewer, self.person)
        found = prefilled_answers(form, _known(self.person, self._card))
        for question in form.questions:
            plain = question.type not in (QuestionType.FILE, QuestionType.GROUP)
            if question.prefill and plain and question.key in last and question.key not in found:
                found[question.key] = last[question.key]
        return found

    def _posted(self, request: HttpRequest) -> Posted:
        form = self.definition.form
        if form is None:
            return Posted({})
        if self._data is None:
            return Posted(self._known)
        return answers_from_post(
            form,
            request.POST,
            on=self._on,
            files=request.FILES,
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


def _party_initial(card: CardFacts | None, person: Party | None) -> dict[str, Any]:
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


def _known(person: Party | None, card: CardFacts | None) -> dict[Prefill, Any]:
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
