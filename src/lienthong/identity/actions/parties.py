"""Parties: citizens, businesses and households, known by their number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.contracts import PartyFacts, PartyKind
from lienthong.identity.models import Party
from lienthong.kernel.errors import Refusal
from lienthong.kernel.statements import insert_unknown, new_row

NUMBERS = {
    PartyKind.CITIZEN: r"[0-9]{12}",
    PartyKind.HOUSEHOLD: r"[0-9]{12}",
    PartyKind.BUSINESS: r"[0-9]{10}(-[0-9]{3})?",
}
# What a later meeting corrects; an empty word says nothing and takes nothing away.
CONTACTS = ("telephone", "email", "address")
CORRECTED = ("born_date", *CONTACTS)


class PartyNumberWrong(Refusal):
    """The number is not spelled as the numbers of such parties are."""

    code, status = "party-number-wrong", 422
    sentence = _(
        "“%(number)s” cannot be the number of this person or business. A person's identification number has "
        "12 digits; a tax code has 10 digits, or 10 and 3 after a hyphen."
    )


class PartyNameMissing(Refusal):
    """A party without a name."""

    code, status = "party-name-missing", 422
    sentence = _("The name is missing. Write it as on the identity card or the business licence.")


class PartyNameDiffers(Refusal):
    """The number is known under another name."""

    code, status = "party-name-differs", 409
    sentence = _(
        "The number %(number)s is known under the name “%(known)s”, not “%(name)s”. "
        "Look at the identity card again; if the name was changed by law, correct the known person first."
    )


def keep_party(*, facts: PartyFacts, at: datetime) -> Party:
    """The party of these facts, made if it is not known; what is newly said of it is kept.

    Raises:
        PartyNumberWrong, PartyNameMissing, PartyNameDiffers
    """
    return keep_parties(all_facts=[facts], at=at)[0]


def keep_parties(*, all_facts: Sequence[PartyFacts], at: datetime) -> list[Party]:
    """As `keep_party`, in the order of the facts; two queries whatever their number, of nobody none."""
    if not all_facts:
        return []
    for facts in all_facts:
        _require_spelled(facts)
    with transaction.atomic():
        fresh = [new_row(Party, known_since=at, **_values(facts)) for facts in all_facts]
        insert_unknown(sorted(fresh, key=_order))
        numbers = [facts.number for facts in all_facts if facts.number]
        known = {
            (row.kind, row.number): row
            for row in Party.objects.select_for_update().filter(number__in=numbers).order_by("pk")
        }
        found = [known.get((row.kind, row.number), row) for row in fresh]
        changed = [row for row, facts in zip(found, all_facts, strict=True) if _corrected(row, facts)]
        Party.objects.bulk_update(changed, CORRECTED)
    return found


def _order(row: Party) -> tuple[str, str]:
    """In which order rows are written, so that two who meet the same parties wait for each other once."""
    return row.kind, row.number


def declare_party(*, facts: PartyFacts, at: datetime) -> Party:
    """A party that only says who it is: one of its own, without the number that it states.

    So it neither learns nor changes anything of the party that is known by the number, and does not take it.

    Raises:
        PartyNumberWrong, PartyNameMissing
    """
    _require_spelled(facts)
    return Party.objects.create(known_since=at, **_values(replace(facts, number="")))


def correct_contacts(party: Party, facts: PartyFacts) -> None:
    """Keep how a party that has proven who it is wants to be reached; an empty word takes nothing away."""
    new = {key: value for key in CONTACTS if (value := getattr(facts, key)) and getattr(party, key) != value}
    if new:
        for key, value in new.items():
            setattr(party, key, value)
        Party.objects.filter(pk=party.pk).update(**new)


def _require_spelled(facts: PartyFacts) -> None:
    if not facts.name.strip():
        raise PartyNameMissing(field="name")
    if facts.number and not re.fullmatch(NUMBERS[facts.kind], facts.number):
        raise PartyNumberWrong(field="number", number=facts.number[:40])


def _values(facts: PartyFacts) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(facts, name) for name in CORRECTED}
    return values | {"kind": facts.kind.value, "number": facts.number, "name": " ".join(facts.name.split())}


def _corrected(party: Party, facts: PartyFacts) -> bool:
    """Whether the facts said something new, which is then in the row."""
    name = " ".join(facts.name.split())
    if party.name.casefold() != name.casefold():
        raise PartyNameDiffers(field="name", number=party.number, known=party.name, name=name)
    new = {key: getattr(facts, key) for key in CORRECTED if getattr(facts, key)}
    changed = {key: value for key, value in new.items() if getattr(party, key) != value}
    for key, value in changed.items():
        setattr(party, key, value)
    return bool(changed)
