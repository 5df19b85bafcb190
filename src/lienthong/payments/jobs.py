"""Chores of payments."""

from __future__ import annotations

import logging

from lienthong.kernel.clock import now
from lienthong.kernel.jobs import job, periodic
from lienthong.payments.actions.reconciling import reconcile_provider
from lienthong.payments.actions.starting import expire_attempts
from lienthong.payments.providers import provider_port
from lienthong.payments.refusals import NotOffered
from lienthong.payments.states import Provider

logger = logging.getLogger(__name__)


@periodic(cron="*/5 * * * *")
@job(name="payments.expire_attempts", queueing_lock="payments.expire_attempts")
def expire(timestamp: int) -> None:
    """Mark what nobody waits for any more, every five minutes."""
    while expire_attempts(at=now()):
        pass


@periodic(cron="23 1 * * *")
@job(name="payments.reconcile", queueing_lock="payments.reconcile")
def reconcile(timestamp: int) -> None:
    """Compare with the payment page's statement, every night."""
    try:
        port = provider_port(Provider.PAGE)
    except NotOffered:
        return
    done = reconcile_provider(provider=Provider.PAGE, port=port, at=now())
    if done.problem:
        logger.warning("the payment page's statement waits: %s", done.problem)
