"""The catalogue that ships with the product, and the offers of the whole country, written in sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.kernel.blobs import store_blobs
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Entry, record_many
from lienthong.procedures.actions.samples import MOST_BYTES
from lienthong.procedures.definition import Definition, parse_definition, prove_definition
from lienthong.procedures.faults import Fault, NotWhole
from lienthong.procedures.form import form_as_data
from lienthong.procedures.form_schema import compile_form
from lienthong.procedures.models import (
    FeeExemption,
    FeeRule,
    FormVersion,
    LinkedPart,
    PaperSample,
    Procedure,
    ProcedureVersion,
    ProcessVersion,
    RequiredPaper,
    ResultKind,
    ServiceField,
    ServiceOffer,
)
from lienthong.procedures.process import as_data
from lienthong.procedures.proof import prove
from lienthong.procedures.sheet import sheet_pdf
from lienthong.procedures.states import Channel, Level, VersionState
from lienthong.procedures.stored import exemption_rows, fee_rows, paper_rows, result_rows

NATIONAL_OFFERS = 43_369  # online services of the country in July 2019 (National Committee on e-Government)

LOADER = Actor(kind="job", id="lienthong", name="lienthong load-services")

# Which kinds of agencies settle the procedures of a level.
SETTLED_BY: dict[str, tuple[str, ...]] = {
    Level.MINISTRY: ("ministry",),
    Level.PROVINCE: ("province",),
    Level.DISTRICT: ("district",),
    Level.COMMUNE: ("commune",),
}


class AuthorityMissing(Refusal):
    """An agency that publishes procedures is not in the directory."""

    code, status = "authority-missing", 409
    sentence = _(
        "The agency %(code)s, which publishes procedures of the catalogue, is not in the directory. "
        "Load the country first: lienthong load-country."
    )


_NO_FORM = _("a sample is to be drawn of its form, and it has none")


@dataclass(frozen=True)
class Loaded:
    """How much was added; what was there already stays."""

    procedures: int = 0
    offers: int = 0


@dataclass(frozen=True)
class _Listed:
    """One procedure of the catalogue as it ships; `samples` are those of its papers that are made of its
    form: paper and kind; `example` are answers for the filled-in ones."""

    listing: dict[str, Any]
    definition: Definition
    samples: tuple[tuple[str, str], ...] = ()
    example: dict[str, Any] = field(default_factory=dict)


def load_catalogue(*, at: datetime) -> Loaded:
    """Publish the procedures that ship with the product and are not there yet.

    Raises:
        AuthorityMissing: the country was not loaded.
    """
    catalogue = shipped()
    with transaction.atomic():
        fields = _fields()
        known = set(Procedure.objects.values_list("code", flat=True))
        new = [one for one in catalogue if one.listing["code"] not in known]
        authorities = _authorities(new, at)
        procedures = [
            Procedure(
                field=fields[one.listing["field"]],
                authority=authorities[one.listing["authority"]],
                **{name: one.listing[name] for name in ("code", "name", "name_en", "level", "audience")},
            )
            for one in new
        ]
        Procedure.objects.bulk_create(procedures)
        _publish(procedures, new, at)
        _link(new)
        record_many([Entry(LOADER, "procedure.publish", one.ledger_subject, at) for one in procedures])
    return Loaded(procedures=len(new))


def shipped() -> list[_Listed]:
    """The catalogue in the package, each definition proven. Raises `NotWhole`."""
    found = []
    folder = resources.files("lienthong.procedures") / "data" / "procedures"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        listing = json.loads(file.read_text("utf-8"))
        definition = parse_definition(listing.pop("definition"))
        faults = prove_definition(definition)
        if faults:
            raise NotWhole([Fault(listing["code"], fault.sentence, fault.facts) for fault in faults])
        samples = tuple((paper, kind) for paper, kind in listing.pop("samples", ()))
        found.append(_Listed(listing, definition, samples, listing.pop("example", {})))
    return found


def load_offers(*, most: int = NATIONAL_OFFERS, at: datetime) -> Loaded:
    """Let the agencies of every province offer the procedures of their level, up to `most` offers in all.

    The offers are spread evenly over the provinces; who offers already stays. One statement.
    """
    kinds = [(level, kind) for level, of in SETTLED_BY.items() for kind in of]
    with transaction.atomic(), connection.cursor() as cursor:
        have = ServiceOffer.objects.filter(ended_at=None).count()
        cursor.execute(
            OFFERS,
            {
                "levels": [level for level, _kind in kinds],
                "kinds": [kind for _level, kind in kinds],
                "channels": [Channel.COUNTER, Channel.ONLINE_PART, Channel.ONLINE_WHOLE],
                "day": at.date(),
                "at": at,
                "most": max(most - have, 0),
            },
        )
        return Loaded(offers=cursor.rowcount)


# Each province's offers are numbered, and the first of every province are taken before the second of any.
OFFERS = """
INSERT INTO procedures_serviceoffer (agency_id, version_id, channel, offered_at)
SELECT agency_id, version_id, channel, %(at)s FROM (
    SELECT agency.id AS agency_id, version.id AS version_id, channel,
           row_number() OVER (
               PARTITION BY split_part(agency.code, '.', 1) ORDER BY agency.code, procedure.code, channel
           ) AS place, agency.code
      FROM procedures_procedureversion version
      JOIN procedures_procedure procedure ON procedure.id = version.procedure_id
      JOIN unnest(%(levels)s::text[], %(kinds)s::text[]) AS settled (level, kind)
           ON settled.level = procedure.level
      JOIN directory_agency agency ON agency.kind = settled.kind
           AND agency.valid_from <= %(day)s AND agency.valid_to > %(day)s
     CROSS JOIN unnest(%(channels)s::text[]) AS channel
     WHERE version.state = 'published'
       AND NOT EXISTS (SELECT FROM procedures_serviceoffer there
                        WHERE there.agency_id = agency.id AND there.version_id = version.id
                          AND there.channel = channel.channel AND there.ended_at IS NULL)
) AS possible ORDER BY place, code LIMIT %(most)s
"""


def _fields() -> dict[str, ServiceField]:
    text = (resources.files("lienthong.procedures") / "data" / "fields.json").read_text("utf-8")
    ServiceField.objects.bulk_create(
        [ServiceField(**field) for field in json.loads(text)], ignore_conflicts=True
    )
    return {field.code: field for field in ServiceField.objects.all()}


def _authorities(new: Sequence[_Listed], at: datetime) -> dict[str, Agency]:
    codes = {one.listing["authority"] for one in new}
    found = {agency.code: agency for agency in Agency.objects.valid(at.date()).filter(code__in=codes)}
    for code in sorted(codes - found.keys()):
        raise AuthorityMissing(code=code)
    return found


def _publish(procedures: Sequence[Procedure], listed: Sequence[_Listed], at: datetime) -> None:
    """Write the versions with all that belongs to them, then put them in force. Eleven statements."""
    definitions = [one.definition for one in listed]
    forms = [
        FormVersion(definition=form_as_data(one.form), schema=compile_form(one.form), frozen_at=at)
        for one in definitions
        if one.form is not None
    ]
    processes = [
        ProcessVersion(definition=as_data(one.process), minutes=prove(one.process).minutes, frozen_at=at)
        for one in definitions
    ]
    versions = [
        ProcedureVersion(
            procedure=procedure,
            number=1,
            form=form,
            process=process,
            drafted_at=at,
            law=list(one.law),
            conditions=one.conditions,
            conditions_en=one.conditions_en,
            limit_minutes=one.limit_minutes,
        )
        for procedure, form, process, one in zip(procedures, forms, processes, definitions, strict=True)
    ]
    FormVersion.objects.bulk_create(forms)
    ProcessVersion.objects.bulk_create(processes)
    ProcedureVersion.objects.bulk_create(versions)
    pairs = list(zip(versions, definitions, strict=True))
    RequiredPaper.objects.bulk_create(row for pair in pairs for row in paper_rows(*pair))
    FeeRule.objects.bulk_create(row for pair in pairs for row in fee_rows(*pair))
    FeeExemption.objects.bulk_create(row for pair in pairs for row in exemption_rows(*pair))
    ResultKind.objects.bulk_create(row for pair in pairs for row in result_rows(*pair))
    PaperSample.objects.bulk_create(_samples(versions, listed, at))
    ids = [version.pk for version in versions]
    ProcedureVersion.objects.filter(pk__in=ids).update(state=VersionState.PUBLISHED, published_at=at)


def _samples(
    versions: Sequence[ProcedureVersion], listed: Sequence[_Listed], at: datetime
) -> list[PaperSample]:
    """The samples that ship, drawn of the procedures' own forms and put into the store; rows to be saved."""
    rows, contents = list[PaperSample](), list[list[bytes]]()
    for version, one in zip(versions, listed, strict=True):
        of, form = version.procedure, one.definition.form
        names = {paper.key: paper.name for paper in one.definition.papers}
        for key, kind in one.samples:
            if form is None:
                raise NotWhole([Fault(of.code, _NO_FORM)])
            pdf = sheet_pdf(
                form,
                kind,
                title=names[key],
                procedure=of.name,
                author=of.authority.name,
                example=one.example,
                at=at,
            )
            contents.append([pdf])
            rows.append(
                PaperSample(version=version, paper=key, kind=kind, name=f"{of.code}-{key}-{kind}.pdf")
            )
    for row, blob in zip(rows, store_blobs(contents, at=at, max_bytes=MOST_BYTES), strict=True):
        row.blob = blob
    return rows


def _link(new: Sequence[_Listed]) -> None:
    """Join procedures that are settled together in one application."""
    by_code = {one.code: one for one in Procedure.objects.all()}
    LinkedPart.objects.bulk_create(
        LinkedPart(whole=by_code[one.listing["code"]], part=by_code[part], position=position)
        for one in new
        for position, part in enumerate(one.listing.get("parts", []))
    )
