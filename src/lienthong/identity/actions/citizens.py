"""Accounts of citizens: opened by a code, confirmed at a counter, put in order by their owner (ADR 0074)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.identity.access import NotFound
from lienthong.identity.actions.codes import spend_code
from lienthong.identity.actions.parties import keep_party
from lienthong.identity.contact import channel_of, clean_contact
from lienthong.identity.contracts import Assurance, Channel, PartyFacts, PartyKind, Purpose, Role, Viewer
from lienthong.identity.models import Account, OneTimeCode, Party, SignOn
from lienthong.identity.policies import require_role
from lienthong.identity.queries.visiting import visitor_for
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.ledger.public import Subject, record


class ContactTaken(Refusal):
    """Another account of the same number has this mail address or telephone."""

    code, status = "contact-taken", 409
    sentence = _(
        "Another account with your number already uses this e-mail address or telephone. "
        "Sign in with it, or choose another one."
    )


class NoAccountToConfirm(Refusal):
    """No account with that number and contact waits to be confirmed."""

    code, status = "no-account-to-confirm", 404
    sentence = _(
        "No account with this number and this e-mail address or telephone waits to be confirmed. "
        "Ask the person which one they opened it with; it may be confirmed already."
    )


def enter_code(*, code_id: UUID, typed: str, source: str, at: datetime) -> Account:
    """Spend the code and do what it was made for; the account that it lets in.

    Raises:
        CodeWrong, CodeOver: the attempt has counted.
        ContactTaken
    """
    with transaction.atomic():
        spent = spend_code(code_id=code_id, typed=typed, at=at)
        if isinstance(spent, OneTimeCode):
            return _EFFECTS[Purpose(spent.purpose)](spent, source, at)
    raise spent


def note_sign_in(*, account: Account, way: str, source: str, at: datetime) -> None:
    """Record that a citizen signed in, and how ("code", "passkey", "national")."""
    with transaction.atomic():
        _record(account, "account.sign_in", source=source, at=at, way=way)


def sign_out_everywhere(*, account_id: int, source: str, at: datetime) -> None:
    """End every session of a citizen's account, this one too."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account_id)
        account.set_unusable_password()  # what sessions are bound to
        account.save(update_fields=["password"])
        _record(account, "account.sign_out_everywhere", source=source, at=at)


def confirm_account(*, viewer: Viewer, number: str, contact: str, name: str, at: datetime) -> Account:
    """The official has seen the person's card: the account is theirs, and what lies under their number.

    What was sent in from the account becomes the known party's. An account confirmed before for the same
    number is closed: who stands at the counter is that person, and who holds the old account may not be.

    Raises:
        NotAllowed: not a receptionist.
        NoAccountToConfirm, ContactWrong
        PartyNameDiffers: the number is known under another name than on the card.
    """
    require_role(viewer, Role.RECEPTIONIST)
    cleaned = clean_contact(contact)
    with transaction.atomic():
        account = (
            Account.objects.select_for_update()
            .filter(Q(email=cleaned) | Q(telephone=cleaned), number=number, is_active=True)
            .filter(assurance=Assurance.SELF)
            .first()
        )
        if account is None:
            raise NoAccountToConfirm(field="number")
        own = Party.objects.select_for_update(of=("self",)).get(account=account)
        said = PartyFacts(
            PartyKind.CITIZEN, name, number, own.born_date, account.telephone, account.email, own.address
        )
        known = keep_party(facts=said, at=at)
        _merge(own, known)
        give_account(party=known, account=account, assurance=Assurance.COUNTER)
        subject = Subject("identity.party", str(known.pk))
        record(
            actor=viewer.actor(), verb="citizen.confirm", subject=subject, at=at, data={"was": str(own.pk)}
        )
    return account


def give_account(*, party: Party, account: Account, assurance: Assurance) -> None:
    """Make the account the party's own, in the caller's transaction, which has locked the party."""
    if party.account_id not in (None, account.pk):
        SignOn.objects.filter(account_id=party.account_id).update(account=account)
        Account.objects.filter(pk=party.account_id or 0).update(is_active=False)
    Party.objects.filter(pk=party.pk).update(account=account)
    Account.objects.filter(pk=account.pk).update(assurance=assurance.value)
    party.account, account.assurance = account, assurance.value


def new_account(*, number: str, assurance: Assurance, language: str, **contact: str) -> Account:
    """An account of a citizen, without password."""
    username = f"citizen-{uuid7().hex}"
    return Account.objects.create_user(
        username, number=number, assurance=assurance.value, language=language, **contact
    )


def _sign_in(code: OneTimeCode, source: str, at: datetime) -> Account:
    account = Account.objects.filter(pk=code.account_id or 0, is_active=True).first()
    if account is None:
        raise NotFound
    return account


def _open(code: OneTimeCode, source: str, at: datetime) -> Account:
    """The account of that number and contact, made unless there is one: then this was a sign-in."""
    contact = _contact(code.address)
    known = Account.objects.filter(number=code.number, is_active=True, **contact).first()
    if known is not None:
        return known
    facts = PartyFacts(PartyKind.CITIZEN, code.name, born_date=code.born_date, **contact)
    try:
        with transaction.atomic():
            account = new_account(
                number=code.number, assurance=Assurance.SELF, language=code.language, **contact
            )
    except IntegrityError:  # opened twice at once
        return Account.objects.get(number=code.number, is_active=True, **contact)
    give_account(party=keep_party(facts=facts, at=at), account=account, assurance=Assurance.SELF)
    _record(account, "account.open", source=source, at=at)
    return account


def _change_contact(code: OneTimeCode, source: str, at: datetime) -> Account:
    contact = _contact(code.address)
    try:
        with transaction.atomic():
            Account.objects.filter(pk=code.account_id or 0).update(**contact)
    except IntegrityError as error:
        raise ContactTaken(field="contact") from error
    Party.objects.filter(account_id=code.account_id or 0).update(**contact)
    account = Account.objects.get(pk=code.account_id or 0)
    _record(account, "account.change_contact", source=source, at=at, way=code.channel)
    return account


_EFFECTS = {Purpose.SIGN_IN: _sign_in, Purpose.OPEN: _open, Purpose.CONTACT: _change_contact}


def _contact(cleaned: str) -> dict[str, str]:
    return {"email" if channel_of(cleaned) is Channel.MAIL else "telephone": cleaned}


def _merge(own: Party, known: Party) -> None:
    """Let every row that speaks of `own` speak of `known`, whatever app it is of, and remove `own`."""
    for relation in Party._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model is not None:
            field = relation.field  # type: ignore[union-attr]
            field.model._base_manager.filter(**{field.name: own}).update(**{field.name: known})
    Party.objects.filter(pk=own.pk).delete()


def _record(account: Account, verb: str, *, source: str, at: datetime, way: str = "") -> None:
    actor = visitor_for(account, source=source).actor()
    subject = Subject("identity.account", str(account.pk))
    record(actor=actor, verb=verb, subject=subject, at=at, data={"way": way} if way else None)
