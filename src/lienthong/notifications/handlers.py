"""What happens below, and who is told of it."""

from __future__ import annotations

from lienthong.identity.public import SignInCodeMade
from lienthong.kernel.events import subscribe
from lienthong.kernel.jobs import enqueue


@subscribe(SignInCodeMade)
def send_one_time_code(event: SignInCodeMade) -> None:
    """Send the code by a job that is told its key alone; for unknown numbers too, which takes as long."""
    enqueue("notifications.send_code", code_id=str(event.code_id))
