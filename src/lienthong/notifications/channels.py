"""Which channels to parties this installation has, and which adapter serves each, from its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from lienthong.kernel.clock import now
from lienthong.notifications.adapters.absent import Absent
from lienthong.notifications.adapters.esms import EsmsSender
from lienthong.notifications.adapters.zalo import ZaloSender
from lienthong.notifications.contracts import ShortText
from lienthong.notifications.models import DemoText
from lienthong.notifications.ports import Accepted, Failed, TextSender
from lienthong.notifications.states import Channel


def fake_allowed() -> bool:
    """Whether texts are shown to the operator instead of being sent: never where others reach the address."""
    local = urlsplit(settings.BASE_URL).hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(settings.ENV.text_fake) and local


def channels_on() -> list[Channel]:
    """The channels that are set up."""
    env = settings.ENV
    on = {
        Channel.ZALO: bool(env.zalo_url),
        Channel.SMS: bool(env.sms_url) or fake_allowed(),
        Channel.MAIL: bool(env.mail_host),
    }
    return [channel for channel in Channel if on[channel]]


def text_sender(channel: Channel) -> TextSender:
    """The adapter of SMS or Zalo; one that takes nothing where none is set up or its secret cannot be read.

    The secret is read for each batch, so that a token that was renewed is used at once.
    """
    env = settings.ENV
    if channel == Channel.ZALO and env.zalo_url:
        token = _secret(env.zalo_token_file)
        return ZaloSender(env.zalo_url, token) if token else Absent("Zalo: its token cannot be read")
    if channel == Channel.SMS and env.sms_url:
        secret = _secret(env.sms_secret_file)
        if not secret:
            return Absent("SMS: its secret cannot be read")
        return EsmsSender(env.sms_url, env.sms_account, secret, env.sms_brand)
    if channel == Channel.SMS and fake_allowed():
        return DemoSender(channel)
    return Absent(channel)


@dataclass(frozen=True)
class DemoSender:
    """The demonstration's gateway: keeps each text, once, for the operator's page."""

    channel: Channel

    def send(self, texts: Sequence[ShortText]) -> list[Accepted | Failed]:
        """Everything is taken."""
        rows = [
            DemoText(channel=self.channel, to=one.to, text=one.text, message_id=one.message_id, at=now())
            for one in texts
        ]
        DemoText.objects.bulk_create(rows, ignore_conflicts=True)
        return [Accepted()] * len(texts)


def _secret(file: Path | None) -> str:
    try:
        return file.read_text().strip() if file else ""
    except (OSError, UnicodeDecodeError):
        return ""
