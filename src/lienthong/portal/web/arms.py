"""The coat of arms of a portal."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from lienthong.identity.public import NotFound
from lienthong.kernel.access import public_page
from lienthong.kernel.downloads import file_answer
from lienthong.portal.models import Site

YEAR = 365 * 24 * 3600


@public_page("the coat of arms of a portal is on its every page")
@require_GET
def arms(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The picture, of a portal that has it now; a changed one has another address."""
    site = Site.objects.select_related("arms").filter(arms=sha256).first()
    if site is None or site.arms is None:
        raise NotFound
    response = file_answer(site.arms, "arms.png", inline=True)
    response["Content-Disposition"] = "inline; filename=arms.png"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
