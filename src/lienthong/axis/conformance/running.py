"""Running the cases, one after the other, and telling the installation how it went."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import httpx

from lienthong.axis.client import AxisRefused, AxisUnreachable
from lienthong.axis.conformance.contracts import Case, Credentials, Failed, Kit, Outcome, Report
from lienthong.axis.conformance.run import Run
from lienthong.axis.conformance.sealing import Seal
from lienthong.axis.conformance.table import CASES
from lienthong.kernel.clock import now


def conform(
    url: str,
    credentials: Credentials,
    kit: Kit,
    seal: Seal,
    *,
    cases: Sequence[Case] = CASES,
    transport: httpx.BaseTransport | None = None,
    watch: Callable[[Case, Outcome], None] = lambda case, outcome: None,
) -> Report:
    """Try the cases against the installation at `url`; `watch` is told of each as it ends.

    Whatever goes wrong in a case is its failure: the run itself goes on to the end.
    """
    run = Run(url, credentials, kit, seal, transport=transport)
    started, outcomes = now(), []
    try:
        for case in cases:
            outcome = _attempt(case, run)
            outcomes.append(outcome)
            watch(case, outcome)
    finally:
        run.close()
    return Report(url, credentials.client_id, started, now(), tuple(outcomes), run.finished_packet)


def deliver_report(
    report: Report, credentials: Credentials, *, transport: httpx.BaseTransport | None = None
) -> str:
    """Hand the report to the installation that was tested; answers what it makes of it: its `verdict`.

    Raises:
        AxisRefused: it wants no report of this system, or does not know them at all.
        httpx.TransportError: it cannot be reached.
    """
    with httpx.Client(base_url=f"{report.url}/axis/v1/", timeout=30, transport=transport) as http:
        form = {"grant_type": "client_credentials"}
        token = http.post("token", data=form, auth=(credentials.client_id, credentials.client_secret))
        if token.status_code != 200:
            raise AxisRefused(token.status_code, _json(token))
        headers = {"Authorization": f"Bearer {_json(token)['access_token']}"}
        answer = http.post("conformance-reports", content=report.to_json(), headers=headers)
    if not answer.is_success:
        raise AxisRefused(answer.status_code, _json(answer))
    return str(_json(answer).get("verdict", ""))


def _attempt(case: Case, run: Run) -> Outcome:
    began = time.monotonic()
    try:
        got, passed = case.attempt(run), True
    except Failed as failed:
        got, passed = str(failed), False
    except (AxisRefused, AxisUnreachable, httpx.HTTPError, OSError, ValueError, KeyError) as error:
        got, passed = f"{type(error).__name__}: {error}", False
    return Outcome(case.id, passed, got[:500], round(time.monotonic() - began, 3))


def _json(answer: httpx.Response) -> dict[str, str]:
    try:
        found = answer.json()
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
