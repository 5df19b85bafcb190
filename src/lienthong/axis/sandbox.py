"""The sandbox: pseudo-agencies of the installation, and the line between them and real ones.

Codes of real agencies have a root of letters and two digits, such as H55; the root here has none.
"""

from __future__ import annotations

ROOT = "SBX"
ANSWERING, PLAYED, CLOSED = f"{ROOT}.01", f"{ROOT}.02", f"{ROOT}.99"
NAMES = {
    ANSWERING: "Cơ quan thử nghiệm tự trả lời",
    PLAYED: "Cơ quan thử nghiệm do bộ kiểm tra đóng vai",
    CLOSED: "Cơ quan thử nghiệm đã giải thể",
}
REFUSES = ("từ chối", "refuse")
ANSWERS = ("01", "03", "04", "05", "06")


def is_sandbox(code: str) -> bool:
    """Whether the agency with this code is a pseudo-agency."""
    return code.partition(".")[0] == ROOT


def answers_to(subject: str) -> tuple[str, ...]:
    """The statuses that the answering peer reports on a document: it refuses when the subject asks for it."""
    asked = subject.casefold()
    return ("01", "02") if any(word in asked for word in REFUSES) else ANSWERS
