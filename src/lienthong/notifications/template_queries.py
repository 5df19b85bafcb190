"""The words of notices as the officials who write them see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from lienthong.identity.public import NotFound, Viewer
from lienthong.notifications.changes import Piece, changes
from lienthong.notifications.models import NoticeTemplate
from lienthong.notifications.notices import NoticeKind, UnknownNotice, all_notices, notice_kind
from lienthong.notifications.party_letters import Words, shipped_words, words_of
from lienthong.notifications.policies import require_can_watch
from lienthong.notifications.states import Wording
from lienthong.notifications.wording import segments, without_marks

PARTS = ("title", "text", "todo")


@dataclass(frozen=True)
class WordingKey:
    """Which words: of which kind, in which language, where they are read."""

    kind: str
    language: str
    wording: str

    @property
    def path(self) -> str:
        """The three as one."""
        return f"{self.kind}/{self.language}/{self.wording}"

    def columns(self) -> dict[str, str]:
        """The three as columns of a template."""
        return {"kind": self.kind, "language": self.language, "wording": self.wording}


@dataclass(frozen=True)
class WordingRow:
    """One line of the list: the words, the version in force (0: as shipped), whether a draft is there."""

    key: WordingKey
    language: str
    wording: str
    version: int
    draft: bool


@dataclass(frozen=True)
class Sheet:
    """The words with their history: in force, the draft, all published versions, the newest first."""

    key: WordingKey
    kind: NoticeKind
    in_force: Words
    draft: NoticeTemplate | None
    versions: Sequence[NoticeTemplate]

    @property
    def wording_label(self) -> str:
        """Where the words are read."""
        return str(Wording(self.key.wording).label)

    @property
    def language_label(self) -> str:
        """Their language by its own name."""
        return dict(settings.LANGUAGES)[self.key.language]

    @property
    def shown(self) -> Words:
        """What is to be edited: the draft, or what is in force."""
        return words_of(self.draft) if self.draft else self.in_force

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """The places that may be used: name in braces, what it stands for, the invented value."""
        known = self.kind.known(self.key.wording)
        return [
            (f"{{{one.name}}}", str(one.label), one.sample) for one in self.kind.places if one.name in known
        ]


@dataclass(frozen=True)
class Preview:
    """The words on invented data, and as how many SMS they count with and without marks."""

    words: Words
    sms: str
    segments: int
    with_marks: int
    without_marks: int


def wording_list(viewer: Viewer) -> list[tuple[NoticeKind, list[WordingRow]]]:
    """All kinds with their words. One query. Raises `NotAllowed`."""
    require_can_watch(viewer)
    rows = NoticeTemplate.objects.order_by("version")
    versions, drafts = dict[str, int](), set[str]()
    for row in rows.values_list("kind", "language", "wording", "version", "published_at"):
        key = WordingKey(*row[:3])
        if row[4] is None:
            drafts.add(key.path)
        else:
            versions[key.path] = row[3]
    found = []
    for kind in all_notices():
        keys = [
            WordingKey(kind.code, code, one) for one in Wording.values for code, _name in settings.LANGUAGES
        ]
        names = dict(settings.LANGUAGES)
        lines = [
            WordingRow(
                key,
                names[key.language],
                str(Wording(key.wording).label),
                versions.get(key.path, 0),
                key.path in drafts,
            )
            for key in keys
        ]
        found.append((kind, lines))
    return found


def sheet_of(viewer: Viewer, key: WordingKey) -> Sheet:
    """The words with their history. One query. Raises `NotAllowed`, `NotFound`."""
    require_can_watch(viewer)
    kind = _known(key)
    rows = list(
        NoticeTemplate.objects.filter(**key.columns()).select_related("written_by").order_by("-version")
    )
    versions = [row for row in rows if row.published_at is not None]
    draft = next((row for row in rows if row.published_at is None), None)
    in_force = words_of(versions[0]) if versions else shipped_words(kind, key.language, key.wording)
    return Sheet(key, kind, in_force, draft, versions)


def version_of(key: WordingKey, version: int) -> NoticeTemplate:
    """A published version; raises `NotFound`."""
    rows = NoticeTemplate.objects.filter(**key.columns(), version=version, published_at__isnull=False)
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def preview(kind: NoticeKind, words: Words) -> Preview:
    """The words on the kind's invented data."""
    filled = words.filled(kind.samples)
    return Preview(
        filled,
        filled.as_sms,
        segments(filled.as_sms),
        segments(filled.text),
        segments(without_marks(filled.text)),
    )


def compare(sheet: Sheet, version: int) -> list[tuple[str, list[Piece]]]:
    """What a published version (or, as its number, the draft) changed of the one before it.

    Raises:
        NotFound: there is no such version.
    """
    known = {row.version: words_of(row) for row in [*sheet.versions, *([sheet.draft] if sheet.draft else [])]}
    if version not in known:
        raise NotFound
    earlier = [
        number for number in known if number < version and number in {v.version for v in sheet.versions}
    ]
    shipped = shipped_words(sheet.kind, sheet.key.language, sheet.key.wording)
    old = known[max(earlier)] if earlier else shipped
    new = known[version]
    pairs = [(part, getattr(old, part), getattr(new, part)) for part in PARTS]
    return [(part, changes(before, after)) for part, before, after in pairs if before or after]


def _known(key: WordingKey) -> NoticeKind:
    try:
        kind = notice_kind(key.kind)
    except UnknownNotice:
        raise NotFound from None
    if key.language not in dict(settings.LANGUAGES) or key.wording not in Wording.values:
        raise NotFound
    return kind
