"""Who applies: the facts that a page asks for, and what is handed in of them and of the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from lienthong.dossiers.public import CoSigner, GivenFile, GivenPaper, Intake
from lienthong.identity.public import Party, PartyFacts, PartyKind, Visitor
from lienthong.portal.applying.steps import papers_of, whole
from lienthong.portal.models import Draft
from lienthong.procedures.public import Definition, Form, Prefill, QuestionType

FACTS = ("name", "number", "telephone", "email", "address")


def known_of(party: Party | None) -> dict[Prefill, Any]:
    """What is known of a party, by what forms ask for."""
    if party is None:
        return {}
    if party.kind != PartyKind.CITIZEN:
        return {
            Prefill.BUSINESS_NAME: party.name,
            Prefill.BUSINESS_CODE: party.number,
            Prefill.BUSINESS_ADDRESS: party.address,
            Prefill.TELEPHONE: party.telephone,
            Prefill.EMAIL: party.email,
        }
    return {
        Prefill.FULL_NAME: party.name,
        Prefill.IDENTIFICATION_NUMBER: party.number,
        Prefill.TELEPHONE: party.telephone,
        Prefill.EMAIL: party.email,
        Prefill.RESIDENCE: party.address,
        Prefill.BIRTH_DATE: party.born_date.isoformat() if party.born_date else "",
    }


def intake_of(draft: Draft, definition: Definition, visitor: Visitor, *, on: date) -> Intake:
    """The draft as it is handed in."""
    names = {row.blob_id: row.name for row in draft.files.all()}
    answers = whole(definition, draft.answers, on=on)
    person, other = draft.person, draft.person.get("other") or {}
    own = _facts(person, visitor.party_name)
    return Intake(
        agency_id=draft.offer.agency_id,
        version_id=draft.version_id,
        channel=draft.offer.channel,
        applicant=_facts(other) if other else own,
        representative=own if other else None,
        mandate=str(other.get("mandate", "")),
        mandate_sha256=str(other["scan"]) if other.get("scan") in names else "",
        co_signers=tuple(
            CoSigner(PartyFacts(PartyKind.CITIZEN, one.name, one.number), one.party_id)
            for one in draft.signers.all()
        ),
        answers=answers,
        papers=tuple(_papers(draft, definition, answers, names)),
        files=(
            *(
                GivenFile(one, label, names[one])
                for label, one in answered_files(definition.form, answers)
                if one in names
            ),
            *(
                (GivenFile(other["scan"], other["mandate"], names[other["scan"]]),)
                if other.get("scan")
                else ()
            ),
        ),
    )


def answered_files(form: Form | None, answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files that answers name, each with its question, in groups too."""
    for question in form.questions if form else ():
        value = answers.get(question.key)
        if question.type is QuestionType.FILE and isinstance(value, list):
            yield from ((question.label, str(one)) for one in value)
        elif question.type is QuestionType.GROUP and isinstance(value, list):
            asked = [one for one in question.questions if one.type is QuestionType.FILE]
            for inner in asked:
                for entry in value:
                    found = entry.get(inner.key) if isinstance(entry, dict) else None
                    yield from ((inner.label, str(one)) for one in found or ())


def _papers(
    draft: Draft, definition: Definition, answers: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[GivenPaper]:
    for paper in papers_of(definition, answers, draft.offer.channel):
        sent = draft.papers.get(paper.key) or {}
        files = tuple(GivenFile(one, paper.name, names[one]) for one in sent.get("files", ()) if one in names)
        held = UUID(sent["held"]) if sent.get("held") else None
        if files or held:
            yield GivenPaper(name=paper.name, key=paper.key, held_id=held, files=files)


def _facts(said: Mapping[str, Any], name: str = "") -> PartyFacts:
    born = said.get("born_date")
    values = {key: str(said.get(key, "")) for key in FACTS}
    return PartyFacts(
        kind=PartyKind(said.get("kind") or PartyKind.CITIZEN),
        born_date=date.fromisoformat(born) if born else None,
        **{**values, "name": name or values["name"]},
    )
