"""Browsers without a screen: clients signed in as someone, and what a page says."""

from __future__ import annotations

from typing import Any

from django.test import Client

from lienthong.directory.public import Agency
from lienthong.identity.public import Account, Role
from lienthong.identity.tests.factories import official_in, official_of
from lienthong.kernel.clock import now
from lienthong.signing.public import ensure_official_certificates


def client_of(account: Account, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    client.cookies["django_language"] = language
    return client


def client_as(role: Role, place: Agency, language: str = "en") -> Client:
    return client_of(official_in(place, role), language)


def signer_in(place: Agency) -> Account:
    """A leader who can sign."""
    account = official_in(place, Role.LEADER)
    ensure_official_certificates([official_of(account).id], at=now())
    return account


def text_of(response: Any) -> str:
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
