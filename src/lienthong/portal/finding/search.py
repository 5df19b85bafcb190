"""Services found by words: names, codes, fields, and what people say instead; marks and small slips forgiven.

What is searched are procedures, a few thousand; which bodies offer them is asked only for those shown. The
statements are fixed (ADR 0029).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from lienthong.kernel.statements import fetch
from lienthong.portal.models import EverydayWords
from lienthong.procedures.public import Procedure, ProcedureVersion, ServiceField

LONGEST, MOST_WORDS, MOST_FOUND, LOOKED_AT = 100, 8, 20, 100
Within = Collection[UUID] | None
# What people write around what they look for; without marks. Left out unless nothing else was written.
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """toi minh em anh chi ong ba muon can xin lam cho cua thi la va voi o dau khi nao nhu the gi bao
        nhieu duoc khong phai co thu tuc ve viec to i want my the a an for how get need of""",
    )
)

# Of a procedure in force: whether the very phrase stands in a name or in everyday words, with marks first,
# and how many of the words are among its own. Of those with words only, the ones that hold most are found.
_SEARCH = f"""
WITH asked AS (
    SELECT %s::text AS marked, %s::text AS plain, %s::text[] AS words, %s::text[] AS patterns
),
fields AS MATERIALIZED (
    SELECT id, code, name, name_en, plain(concat_ws(' ', name, name_en)) AS said
    FROM {ServiceField._meta.db_table}
),
found AS (
    SELECT procedure.id FROM {Procedure._meta.db_table} procedure, asked
    WHERE search_text LIKE ANY (patterns)
    UNION SELECT procedure_id FROM {EverydayWords._meta.db_table}, asked
    WHERE search_text LIKE ANY (patterns)
    UNION SELECT procedure.id FROM {Procedure._meta.db_table} procedure
    JOIN fields ON fields.id = procedure.field_id, asked
    WHERE fields.said LIKE ANY (patterns)
),
worded AS MATERIALIZED (
    SELECT procedure.id, version.id AS version_id, asked.plain, asked.words,
        ' ' || translate(concat_ws(' ', procedure.search_text, everyday.search_text, fields.said),
            E'\\n(),:', '     ') || ' ' AS whole
    FROM found
    JOIN {Procedure._meta.db_table} procedure ON procedure.id = found.id
    JOIN {ProcedureVersion._meta.db_table} version
        ON version.procedure_id = procedure.id AND version.state = 'published'
    JOIN fields ON fields.id = procedure.field_id
    LEFT JOIN {EverydayWords._meta.db_table} everyday ON everyday.procedure_id = procedure.id, asked
    WHERE true /*narrowed*/
),
likely AS (
    SELECT id, version_id, (SELECT count(*) FROM unnest(words) word WHERE strpos(whole, word) > 0) AS hits
    FROM worded ORDER BY strpos(whole, plain) > 0 DESC, hits DESC, length(whole), id LIMIT {LOOKED_AT}
),
read AS (
    SELECT likely.*, procedure.code, procedure.name, procedure.name_en, procedure.level,
        fields.name AS field, fields.name_en AS field_en, procedure.search_text AS named,
        E'\\n' || everyday.search_text || E'\\n' AS said, lower(procedure.name) AS marked_name,
        E'\\n' || lower(everyday.phrases) || E'\\n' AS marked_said
    FROM likely
    JOIN {Procedure._meta.db_table} procedure ON procedure.id = likely.id
    JOIN fields ON fields.id = procedure.field_id
    LEFT JOIN {EverydayWords._meta.db_table} everyday ON everyday.procedure_id = procedure.id
),
scored AS (
    SELECT read.*,
        CASE
            WHEN code = plain THEN 7
            WHEN marked_name = marked OR strpos(marked_said, E'\\n' || marked || E'\\n') > 0 THEN 6
            WHEN strpos(marked_name, marked) > 0 THEN 5
            WHEN strpos(marked_said, marked) > 0 THEN 4
            WHEN strpos(said, E'\\n' || plain || E'\\n') > 0 THEN 3
            WHEN strpos(named, plain) > 0 THEN 2
            WHEN strpos(said, plain) > 0 THEN 1
            ELSE 0
        END AS phrase,
        cardinality(words) AS wanted
    FROM read, asked
),
compared AS (SELECT scored.*, max(hits) OVER () AS most FROM scored)
SELECT id, version_id, code, name, name_en, level, field, field_en
FROM compared WHERE phrase > 0 OR hits = most AND hits * 5 >= wanted * 3
ORDER BY phrase DESC, hits DESC, length(name), code LIMIT %s
"""  # noqa: S608, of constants
_ALIKE = f"""
WITH asked AS (SELECT %s::text AS plain),
found AS (
    SELECT id, word_similarity(plain, search_text) AS likeness
    FROM {Procedure._meta.db_table}, asked WHERE search_text %%> plain
    UNION ALL SELECT procedure_id, word_similarity(plain, search_text)
    FROM {EverydayWords._meta.db_table}, asked WHERE search_text %%> plain
),
best AS (SELECT id, max(likeness) AS likeness FROM found GROUP BY 1)
SELECT procedure.id, version.id, procedure.code, procedure.name, procedure.name_en, procedure.level,
    field.name, field.name_en
FROM best
JOIN {Procedure._meta.db_table} procedure ON procedure.id = best.id
JOIN {ProcedureVersion._meta.db_table} version
    ON version.procedure_id = procedure.id AND version.state = 'published'
JOIN {ServiceField._meta.db_table} field ON field.id = procedure.field_id
WHERE true /*narrowed*/
ORDER BY likeness DESC, length(procedure.name), procedure.code LIMIT %s
"""  # noqa: S608, of constants
_LISTED = f"""
SELECT procedure.id, version.id, procedure.code, procedure.name, procedure.name_en, procedure.level,
    field.name, field.name_en
FROM {Procedure._meta.db_table} procedure
JOIN {ProcedureVersion._meta.db_table} version
    ON version.procedure_id = procedure.id AND version.state = 'published'
JOIN {ServiceField._meta.db_table} field ON field.id = procedure.field_id
WHERE true /*of*/ /*narrowed*/
ORDER BY procedure.name, procedure.code LIMIT %s OFFSET %s
"""  # noqa: S608, of constants
_NARROWED = "AND version.id = ANY (%s::uuid[])"
_FIELDS = f"""
SELECT field.code, field.name, field.name_en, count(*)
FROM {ServiceField._meta.db_table} field
JOIN {Procedure._meta.db_table} procedure ON procedure.field_id = field.id
JOIN {ProcedureVersion._meta.db_table} version
    ON version.procedure_id = procedure.id AND version.state = 'published'
WHERE true /*narrowed*/ GROUP BY 1, 2, 3 ORDER BY 2
"""  # noqa: S608, of constants


@dataclass(frozen=True)
class Found:
    """A service as a list shows it."""

    procedure_id: UUID
    version_id: UUID
    code: str
    name: str
    name_en: str
    level: str
    field: str
    field_en: str


@dataclass(frozen=True)
class FieldCount:
    """A field of the State's work, and how many services belong to it."""

    code: str
    name: str
    name_en: str
    count: int


def search_services(text: str, *, within: Within = None, most: int = MOST_FOUND) -> list[Found]:
    """The services that the words mean, best first: the very words with marks, without, some of them, alike.

    `within` are the versions to choose from (`offered_within`), None all. One statement, two where nothing
    was found. What is too long is cut.
    """
    marked = " ".join(unicodedata.normalize("NFC", text.replace("\0", " "))[:LONGEST].lower().split())
    plain = folded(marked)
    every = re.findall(r"[a-z0-9.]+", plain)[:MOST_WORDS]
    words = [word for word in every if word not in FILLERS] or every
    if not words:
        return []
    patterns = [f"%{word}%" for word in words]
    # The last one may be half typed.
    begun = [*(f" {word} " for word in words[:-1]), f" {words[-1]}"]
    rows = fetch(_within(_SEARCH, within), marked, plain, begun, patterns, *_ids(within), most)
    if not rows:
        rows = fetch(_within(_ALIKE, within), " ".join(words), *_ids(within), most)
    return [Found(*row) for row in rows]


def list_services(
    *, field: str = "", codes: Collection[str] = (), ids: Collection[UUID] = (), within: Within = None,
    most: int, after: int = 0,
) -> list[Found]:  # fmt: skip
    """Services by name: of a field, of these codes, or of these keys. One statement."""
    of, given = "", list[object]()
    for condition, value in (
        ("AND field.code = %s", field),
        ("AND procedure.code = ANY (%s::text[])", list(codes)),
        ("AND procedure.id = ANY (%s::uuid[])", list(ids)),
    ):
        if value:
            of, given = f"{of} {condition}", [*given, value]
    sql = _within(_LISTED.replace("/*of*/", of), within)
    return [Found(*row) for row in fetch(sql, *given, *_ids(within), most, after)]


def count_fields(*, within: Within = None) -> list[FieldCount]:
    """The fields that have services, by name. One statement."""
    return [FieldCount(*row) for row in fetch(_within(_FIELDS, within), *_ids(within))]


def folded(text: str) -> str:
    """Lower case and without marks, as the database's `plain` makes it of Vietnamese."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _within(sql: str, within: Within) -> str:
    return sql.replace("/*narrowed*/", "" if within is None else _NARROWED)


def _ids(within: Within) -> list[list[UUID]]:
    return [] if within is None else [list(within)]
