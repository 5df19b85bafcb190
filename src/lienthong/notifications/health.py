"""What `lienthong doctor` asks of messages to citizens and businesses."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Min

from lienthong.kernel.checks import Finding, bad, check, good, warning
from lienthong.kernel.clock import now
from lienthong.notifications.adapters.absent import Absent
from lienthong.notifications.channels import channels_on, fake_allowed, text_sender
from lienthong.notifications.models import PartyMessage
from lienthong.notifications.party_queries import dead_message_count
from lienthong.notifications.states import Channel, MailState

LATE = timedelta(hours=2)


@check("Messages to citizens and businesses")
def check_messages() -> Finding:
    """Which channels there are, whether their secrets can be read, what waits too long, what is dead."""
    env = settings.ENV
    if env.text_fake and not fake_allowed():
        return bad(
            "LIENTHONG_TEXT_FAKE is set on an address that others reach: refused, since an operator could "
            "read codes to sign in; take it away"
        )
    for name, url in (("SMS", env.sms_url), ("ZALO", env.zalo_url)):
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return bad(f"LIENTHONG_{name}_URL is not https: telephone numbers would be read on the way")
    on = channels_on()
    blind = [one for one in on if one != Channel.MAIL and isinstance(text_sender(one), Absent)]
    if blind:
        return bad(f"the secret of {', '.join(blind)} cannot be read: nothing goes out there")
    rows = PartyMessage.objects.filter(state=MailState.WAITING, attempts__gt=0)
    oldest = rows.aggregate(oldest=Min("created_at"))["oldest"]
    if oldest is not None and now() - oldest > LATE:
        return bad(f"messages fail since {oldest:%d/%m/%Y %H:%M}, lately: {_last_problem()}")
    if dead := dead_message_count():
        return warning(f"dead messages: {dead}, see /notifications/dead-messages/")
    if fake_allowed():
        return warning("the demonstration's gateway is open: no SMS is really sent")
    if not on:
        return warning(
            "no channel is set (LIENTHONG_MAIL_HOST, LIENTHONG_SMS_URL, LIENTHONG_ZALO_URL): parties are "
            "told on their pages only"
        )
    return good(f"by {', '.join(on)}; nothing waits for long")


def _last_problem() -> str:
    rows = PartyMessage.objects.filter(state=MailState.WAITING, attempts__gt=0).order_by("-next_attempt_at")
    row = rows.first()
    return row.problem if row else ""
