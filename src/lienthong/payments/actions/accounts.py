"""Where an agency's money goes: decided by its administrator."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer, require_role
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record
from lienthong.payments.banks import banks
from lienthong.payments.contracts import ProviderAccount
from lienthong.payments.models import CollectingAccount
from lienthong.payments.refusals import BadAccount, NotOffered, UnknownBank
from lienthong.payments.states import Provider

_NUMBER = re.compile(r"[0-9A-Z]{4,19}")


class MerchantMissing(Refusal):
    """The payment page knows an agency by a name."""

    code, status = "merchant-missing", 422
    sentence = _("Write the name under which the payment page knows this agency, at most 40 characters.")


def set_account(
    *, viewer: Viewer, provider: str, account: ProviderAccount, active: bool, at: datetime
) -> CollectingAccount:
    """Say where the agency's money goes by the provider, or that it does not take money so any more.

    Attempts under way keep the account they were begun with.

    Raises:
        NotAllowed, NotOffered, UnknownBank, BadAccount, MerchantMissing
    """
    require_role(viewer, Role.ADMINISTRATOR)
    if viewer.agency_id is None:
        raise NotAllowed
    _require_sane(provider, account)
    with transaction.atomic():
        row, _made = CollectingAccount.objects.update_or_create(
            agency_id=viewer.agency_id, provider=provider, defaults={**asdict(account), "active": active}
        )
        record(
            actor=viewer.actor(),
            verb="collecting-account.set",
            subject=Subject("payments.collectingaccount", str(row.pk)),
            at=at,
            data={"provider": provider, "active": active, **asdict(account)},
        )
    return row


def _require_sane(provider: str, account: ProviderAccount) -> None:
    if provider == Provider.VIETQR:
        if account.bank_bin not in banks():
            raise UnknownBank(field="bank_bin", bin=account.bank_bin[:20])
        if not _NUMBER.fullmatch(account.account_number):
            raise BadAccount(field="account_number", number=account.account_number[:30])
    elif provider == Provider.PAGE:
        if not 0 < len(account.merchant.strip()) <= 40 or account.merchant != account.merchant.strip():
            raise MerchantMissing(field="merchant")
    else:
        raise NotOffered
