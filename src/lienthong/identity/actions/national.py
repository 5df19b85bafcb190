"""Coming in by the national sign-on: what it asserts of a person and their business is believed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.actions.citizens import give_account, new_account
from lienthong.identity.contracts import Assurance, NationalClaims, PartyKind
from lienthong.identity.models import Account, Party, Representation, SignOn
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Subject, record

NATIONAL = Actor("system", "national-sign-on", "National sign-on")


class SignOnChanged(Refusal):
    """The same person of the national sign-on comes with another number than before."""

    code, status = "sign-on-changed", 409
    sentence = _(
        "The national sign-on gives another identification number for you than last time, "
        "so you were not signed in. Come to a counter with your identity card, or ask the national sign-on."
    )


def sign_on(*, claims: NationalClaims, language: str, at: datetime) -> Account:
    """The account of the person whose number is asserted, made with its party unless known.

    The national sign-on reads the population database, so a name that differs from ours is the law's: ours is
    changed, and the ledger says so (ADR 0080).

    Raises:
        SignOnChanged
    """
    with transaction.atomic():
        party = _party(PartyKind.CITIZEN, claims.number, claims.name, claims.born_date, at=at)
        bound = SignOn.objects.filter(issuer=claims.issuer, subject=claims.subject)
        if bound.exclude(account__number=claims.number).exists():
            raise SignOnChanged
        account = Account.objects.filter(pk=party.account_id or 0, is_active=True).first()
        if account is None:
            account = new_account(number=claims.number, assurance=Assurance.NATIONAL, language=language)
        if account.assurance != Assurance.NATIONAL or party.account_id != account.pk:
            give_account(party=party, account=account, assurance=Assurance.NATIONAL)
        SignOn.objects.update_or_create(
            issuer=claims.issuer,
            subject=claims.subject,
            defaults={"account": account},
            create_defaults={"account": account, "since": at},
        )
        if claims.business_number:
            _represent(party, claims, at=at)
    return account


def _represent(person: Party, claims: NationalClaims, *, at: datetime) -> None:
    business = _party(PartyKind.BUSINESS, claims.business_number, claims.business_name, None, at=at)
    if Representation.objects.filter(person=person, business=business, ended_at=None).exists():
        return
    Representation.objects.create(person=person, business=business, proof=Assurance.NATIONAL.value, since=at)
    subject = Subject("identity.party", str(business.pk))
    record(actor=NATIONAL, verb="business.represent", subject=subject, at=at, data={"person": str(person.pk)})


def _party(kind: PartyKind, number: str, name: str, born_date: date | None, *, at: datetime) -> Party:
    """The party of the number, locked, with the name that the law gives it."""
    fresh = Party(kind=kind.value, number=number, name=name, born_date=born_date, known_since=at)
    Party.objects.bulk_create([fresh], ignore_conflicts=True)
    party = Party.objects.select_for_update(of=("self",)).get(kind=kind.value, number=number)
    was, born = party.name, born_date or party.born_date
    if was.casefold() != name.casefold() or party.born_date != born:
        party.name = name if was.casefold() != name.casefold() else was
        party.born_date = born
        party.save(update_fields=["name", "born_date"])
    if party.name != was:
        subject = Subject("identity.party", str(party.pk))
        record(
            actor=NATIONAL, verb="party.rename", subject=subject, at=at, data={"was": was, "is": party.name}
        )
    return party
