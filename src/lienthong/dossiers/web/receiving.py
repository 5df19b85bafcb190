"""The counter: procedure and person are chosen, form and checklist filled in, and it is received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lienthong.documents.public import store_received
from lienthong.dossiers import queries
from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.contracts import GivenFile, Intake
from lienthong.dossiers.forms import PapersForm, PartyForm
from lienthong.dossiers.identity_card import read_card
from lienthong.identity.public import Party, Role, needs, search_parties, viewer_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.procedures.public import (
    Communes,
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

WHO, SENT, MOST_SENT = "counter-who", "counter-files", 40
MOST_BYTES = 20 * 1024 * 1024
ALLOWED = frozenset({"application/pdf", "image/jpeg", "image/png"})


@needs(Role.RECEPTIONIST)
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Choose the procedure, and find the person: by number, name without marks, or the card's QR code.

    What is looked for is sent, not put into the address: addresses are logged.
    """
    if request.method == "POST":
        request.session[WHO] = request.POST.get("who", "").strip()[:500]
        query = QueryDict(mutable=True)
        query["q"] = request.POST.get("q", "")[:200]
        return redirect(f"{reverse('dossiers:receive')}?{query.urlencode()}")
    viewer, who = viewer_of(request), request.session.get(WHO, "")
    card = read_card(who)
    found = search_parties(viewer, card.number if card else who) if who else []
    context = {
        "q": request.GET.get("q", ""),
        "who": who,
        "card": card if not found else None,
        "found": found,
        "chosen": queries.find_applicant(viewer, request.GET.get("party", "")),
        "offers": queries.offers_at_counter(viewer, request.GET.get("q", "")[:200]),
    }
    return render(request, "dossiers/receive.html", context)


@needs(Role.RECEPTIONIST)
@require_http_methods(["GET", "POST"])
def receive_form(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Form, checklist and fee of a procedure; sent, the dossier is received and its clock runs."""
    viewer, places, files = viewer_of(request), Communes(), dict[str, KeptFile]()
    offer = queries.find_offer(viewer, offer_id)
    definition = definition_of(offer.version)
    person = queries.find_applicant(viewer, request.GET.get("party", ""))
    data = request.POST if request.method == "POST" else None
    party = PartyForm(data, initial=_party_initial(request, person))
    papers = PapersForm(data, papers=definition.papers)
    posted = _posted(request, definition.form, person, files, places)
    refused = ""
    if data is not None and not posted.act and party.is_valid() and papers.is_valid() and not posted.faults:
        try:
            given = _given(definition.form, posted, files)
            made = receive_at_counter(
                intake=_intake(offer, party, papers, posted, given), viewer=viewer, at=now()
            )
        except Refusal as refusal:
            if refusal.field in party.fields:
                party.add_error(refusal.field, refusal.say())
            else:
                refused = refusal.say()
        else:
            for name in (SENT, WHO):
                request.session.pop(name, None)
            messages.success(request, _("Received with the code %(code)s.") % {"code": made.code})
            return redirect("dossiers:dossier", made.pk)
    seen = posted.seen if data is not None else None
    drawn = definition.form and form_pages(
        definition.form, posted.answers, faults=posted.faults, seen=seen, files=files, places=places
    )
    context = {
        "offer": offer,
        "procedure": offer.version.procedure,
        "definition": definition,
        "party": party,
        "papers": papers,
        "drawn": drawn,
        "refused": refused,
        "refresh_url": request.get_full_path(),
        "places_url": reverse("procedures:places"),
        "fees": fees_owed(offer.version, posted.answers),
    }
    status = 422 if data is not None and not posted.act else 200
    return render(request, "dossiers/receive_form.html", context, status=status)


def _intake(
    offer: ServiceOffer,
    party: PartyForm,
    papers: PapersForm,
    posted: Posted,
    files: tuple[GivenFile, ...],
) -> Intake:
    return Intake(
        agency_id=offer.agency_id,
        version_id=offer.version_id,
        channel=offer.channel,
        applicant=party.facts(),
        answers=posted.answers,
        papers=papers.given(),
        files=files,
    )


def _party_initial(request: HttpRequest, person: Party | None) -> dict[str, Any]:
    """The person chosen, or what the card says of one who is not known yet."""
    if person is not None:
        names = ("kind", "number", "name", "born_date", "telephone", "email", "address")
        return {name: getattr(person, name) for name in names}
    card = read_card(request.session.get(WHO, ""))
    if card is None:
        return {}
    return {"number": card.number, "name": card.name, "born_date": card.born_date, "address": card.address}


def _posted(
    request: HttpRequest,
    form: Form | None,
    person: Party | None,
    files: dict[str, KeptFile],
    places: Communes,
) -> Posted:
    if form is None:
        return Posted({})
    if request.method != "POST":
        return Posted(prefilled_answers(form, _known(person)))

    # Files that this counter sent in this session: what comes back with a corrected form names them again.
    sent: dict[str, str] = request.session.get(SENT, {})

    def store(upload: UploadedFile[Any]) -> str:
        """Looked at, scanned, and kept."""
        blob = store_received(upload.chunks(), at=now(), max_bytes=MOST_BYTES, allow=ALLOWED)
        sent[blob.pk] = (upload.name or blob.pk[:12])[:200]
        return str(blob.pk)

    today = now().astimezone(VIETNAM).date()
    posted = answers_from_post(
        form,
        request.POST,
        on=today,
        files=request.FILES,
        store=store,
        may_keep=lambda sha256: sha256 in sent,
        places=places,
    )
    request.session[SENT] = dict(list(sent.items())[-MOST_SENT:])
    files |= {sha256: KeptFile(sha256, name) for sha256, name in sent.items()}
    return posted


def _given(form: Form | None, posted: Posted, files: Mapping[str, KeptFile]) -> tuple[GivenFile, ...]:
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


def _known(person: Party | None) -> dict[Prefill, Any]:
    """What is known of the person, by what forms ask for."""
    if person is None:
        return {}
    values = {
        "party.full-name": person.name,
        "party.identification-number": person.number,
        "party.telephone": person.telephone,
        "party.email": person.email,
        "party.residence": person.address,
        "party.birth-date": person.born_date.isoformat() if person.born_date else "",
    }
    return {Prefill(name): value for name, value in values.items() if name in set(Prefill)}
