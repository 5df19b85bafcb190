"""Pictures and portals for tests, of this app and of those above."""

from __future__ import annotations

import io

from PIL import Image

from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import at_noon
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.models import Blob
from lienthong.portal.models import Site


def png(*, size: tuple[int, int] = (8, 8), color: str = "red") -> bytes:
    """A picture."""
    drawn = io.BytesIO()
    Image.new("RGB", size, color).save(drawn, "PNG")
    return drawn.getvalue()


def arms_of() -> Blob:
    """A coat of arms in the store."""
    return store_blob([png()], at=at_noon(), max_bytes=100_000)


def a_site(
    agency: Agency, *, slug: str = "tinh", name: str = "Cổng của tỉnh", host: str | None = None
) -> Site:
    """The portal of an agency."""
    return Site.objects.create(agency=agency, slug=slug, name=name, host=host)
