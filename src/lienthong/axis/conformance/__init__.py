"""The conformance kit: what any implementation of `/axis/v1` must do, one case per rule.

Needs neither a database nor Django's settings; `docs/howto/join-in-an-hour.md` shows its use.
"""

from lienthong.axis.conformance.contracts import Case, Credentials, Kit, Outcome, Report
from lienthong.axis.conformance.running import conform, deliver_report
from lienthong.axis.conformance.sealing import KeyUnusable, Seal
from lienthong.axis.conformance.table import CASES, case_of

__all__ = [
    "CASES",
    "Case",
    "Credentials",
    "KeyUnusable",
    "Kit",
    "Outcome",
    "Report",
    "Seal",
    "case_of",
    "conform",
    "deliver_report",
]
