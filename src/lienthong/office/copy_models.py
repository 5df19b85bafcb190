"""Which file of an incoming document an electronic copy was made of. Django finds it through `models.py`."""

from __future__ import annotations

from django.db import models

from lienthong.documents.public import ElectronicCopy


class CopyOfIncoming(models.Model):
    """An electronic copy and the file it was made of; a copy of an own document names that one itself."""

    copy = models.OneToOneField(ElectronicCopy, primary_key=True, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("office.IncomingFile", on_delete=models.PROTECT, related_name="copies")
