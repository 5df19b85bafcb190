"""Which adapter serves a provider in this installation, from its settings."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from django.conf import settings

from lienthong.payments.adapters.bank_transfer import BankTransfer
from lienthong.payments.adapters.hosted_page import HostedPage
from lienthong.payments.ports import PaymentPort
from lienthong.payments.refusals import NotOffered
from lienthong.payments.states import Provider

GATEWAY = "/payments/gateway"


def fake_allowed() -> bool:
    """Whether the demonstration's bank may be opened and believed: never on an address that others reach."""
    return bool(settings.ENV.payment_fake_gateway) and local_address(settings.BASE_URL)


def local_address(base_url: str) -> bool:
    """Whether the installation is reached from this machine alone."""
    return urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}


def secret_of(provider: str) -> str:
    """What is shared with the provider; with the fake bank, one that it can derive too. Empty: nobody's."""
    given = {
        Provider.PAGE: settings.ENV.payment_page_secret,
        Provider.VIETQR: settings.ENV.payment_bank_secret,
    }.get(Provider(provider))
    secret = given.get_secret_value() if given else ""
    if secret or not fake_allowed():
        return secret
    return hmac.new(settings.SECRET_KEY.encode(), f"payments.{provider}".encode(), "sha256").hexdigest()


def page_address() -> str:
    """Where the payment page is; the demonstration's own where that is allowed and no other set."""
    given = str(settings.ENV.payment_page_url).rstrip("/")
    return given or (f"{settings.BASE_URL}{GATEWAY}" if fake_allowed() else "")


def provider_port(provider: str) -> PaymentPort:
    """The adapter of a provider.

    Raises:
        NotOffered: there is none: cash, an unknown name, or a payment page that is not set up.
    """
    if provider == Provider.VIETQR:
        return BankTransfer(secret_of(provider))
    if provider == Provider.PAGE and page_address() and secret_of(provider):
        return HostedPage(page_address(), secret_of(provider))
    raise NotOffered
