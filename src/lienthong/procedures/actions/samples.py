"""Samples of required papers: taken in from outside, added to a draft and taken out of it, with a save."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import check_word, store_received
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import DOCX, HEAD, PDF, sniff
from lienthong.procedures.definition import Definition
from lienthong.procedures.models import PaperSample, ProcedureVersion

MOST_BYTES = 10 * 1024 * 1024
MOST_SAMPLES = 6  # of one paper
# What is accepted, and how such a file's name ends whatever it was called when it came.
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
}


class SampleOfNoPaper(Refusal):
    """The draft asks for no such paper."""

    code, status = "sample-of-no-paper", 422
    sentence = _(
        "The draft asks for no paper with the key “%(paper)s”, so a sample of it cannot be kept. "
        "Save the paper first, then add its sample."
    )


class TooManySamples(Refusal):
    """More files than help anybody."""

    code, status = "too-many-samples", 422
    sentence = _(
        "The paper “%(paper)s” would have more than %(most)s samples, which helps nobody. "
        "Remove one, or put several pages into one file."
    )


@dataclass(frozen=True)
class NewSample:
    """A sample to be added, whose file is in the store already."""

    paper: str
    kind: str
    name: str
    sha256: str


@dataclass(frozen=True)
class SampleChanges:
    """What a save does to the samples: the ids of those taken out, those added, and papers that got another
    key."""

    dropped: Collection[int] = ()
    added: Sequence[NewSample] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


def take_in(upload: UploadedFile[Any], *, paper: str, kind: str, at: datetime) -> NewSample:
    """Look at the file, scan it for viruses and store it. It stays only if a draft names it soon.

    Raises:
        what `store_received` and `check_word` refuse: size, type, a virus, macros.
    """
    head = upload.read(HEAD)
    upload.seek(0)
    media_type = sniff(head)
    if media_type == DOCX and (upload.size or 0) <= MOST_BYTES:
        check_word(upload.read())
        upload.seek(0)
    blob = store_received(upload.chunks(), at=at, max_bytes=MOST_BYTES, allow=frozenset(ENDINGS))
    return NewSample(paper, kind, _called(upload.name or "", paper, blob.media_type), blob.pk)


def change_samples(draft: ProcedureVersion, definition: Definition, changes: SampleChanges) -> None:
    """Take samples out of the draft that is held, and add others.

    Raises:
        SampleOfNoPaper, TooManySamples
    """
    names = {paper.key: paper.name for paper in definition.papers}
    draft.samples.filter(pk__in=changes.dropped).delete()
    added = [
        PaperSample(
            version=draft,
            paper=changes.renamed.get(one.paper, one.paper),
            kind=one.kind,
            name=one.name,
            blob_id=one.sha256,
        )
        for one in changes.added
    ]
    for sample in added:
        if sample.paper not in names:
            raise SampleOfNoPaper(paper=sample.paper)
    # The same file once more is no second sample.
    PaperSample.objects.bulk_create(added, ignore_conflicts=True)
    for paper, count in draft.samples.values_list("paper").annotate(Count("id")).order_by("paper"):
        if count > MOST_SAMPLES:
            raise TooManySamples(paper=names[paper], most=MOST_SAMPLES)


def _called(name: str, paper: str, media_type: str) -> str:
    """The name that the file is offered under: without folders, with the ending of what it really is."""
    bare = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    path = PurePosixPath(bare.strip() or paper)
    endings = ENDINGS[media_type]
    ending = path.suffix if path.suffix.casefold() in endings else endings[0]
    return f"{(path.stem.strip() or paper)[: 200 - len(ending)]}{ending}"
