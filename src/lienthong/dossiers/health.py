"""What `lienthong doctor` asks of the one-stop."""

from __future__ import annotations

from lienthong.dossiers.facts.counting import last_recount, unfolded
from lienthong.kernel.checks import Finding, check, good, warning

MANY = 100_000


@check("Figures of dossiers")
def check_figures() -> Finding:
    """Whether the figures equalled the dossiers when they were last counted again, and are folded since."""
    waiting, found = unfolded(), last_recount()
    if found is None:
        return warning("the figures of dossiers were never counted again yet; the worker does it every night")
    when = f"{found.at:%Y-%m-%d %H:%M}"
    if found.data["differing"]:
        some = f"such as {found.data['examples']}"
        return warning(
            f"{found.data['differing']} figures differed from the dossiers on {when} and were mended, {some}"
        )
    if waiting > MANY:
        return warning(f"{waiting} changes wait to be folded into the figures; pages are slower, not wrong")
    return good(f"{found.data['counts']} figures equalled the dossiers on {when}; {waiting} changes to fold")
