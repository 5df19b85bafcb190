"""The least server that lists, searches and takes in documents for somebody signed in, and nothing of ours.

The same server program, PostgreSQL, tables and disk as the office. A call looks up the session's row and who
asks, as every page of ours must, and then makes one query; an upload is opened as a PDF, hashed, written
durably and committed as a row. Left out is all else: CSRF, rights, virus check, signatures, duplicates, words
of the files, ledger, the order to read. Nothing here is safe: it says what a safe server could not go below.
`bench.office_peer` starts it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from pypdf import PdfReader

DATABASE, FOLDER, OFFICIAL, AGENCY, WORD = (
    f"FLOOR_{name}" for name in ("DATABASE", "FOLDER", "OFFICIAL", "AGENCY", "WORD")
)
TABLES = """
DROP TABLE IF EXISTS floor_document;
CREATE TABLE floor_document (
    id uuid PRIMARY KEY, agency bigint NOT NULL, subject text NOT NULL, sha256 text NOT NULL,
    pages int NOT NULL
)
"""
_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()"
_WHO = """
SELECT official.full_name, post.id, agency.id,
    ARRAY(SELECT role FROM identity_rolegrant given WHERE given.post_id = post.id)
FROM directory_postholding held
JOIN directory_official official ON official.id = held.official_id
JOIN directory_post post ON post.id = held.post_id JOIN directory_agency agency ON agency.id = post.agency_id
WHERE held.official_id = %s AND held.valid_from <= current_date AND held.valid_to > current_date
"""
_ROWS = """
SELECT id, state, code, subject, sender_code, sender_name, arrived_at, authentic, urgency, register_number,
    due_at
FROM office_incomingdocument WHERE agency_id = %s {} ORDER BY id DESC LIMIT 51
"""
_LIST, _SEARCH = _ROWS.format(""), _ROWS.format("AND search_text LIKE '%%' || plain(%s) || '%%'")
_INSERT = """
INSERT INTO floor_document
SELECT * FROM json_to_recordset(%s) AS given (id uuid, agency bigint, subject text, sha256 text, pages int)
"""
_held = threading.local()


def application(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
    """Answer a list, a search or an upload, by the address."""
    path, connection = environ["PATH_INFO"], _connection()
    if "HTTP_COOKIE" not in environ:  # whoever waits for the server to be there
        start("200 OK", [("Content-Length", "0")])
        return [b""]
    key = environ["HTTP_COOKIE"].partition("=")[2].partition(";")[0]
    asker = connection.execute(_WHO, [int(os.environ[OFFICIAL])]).fetchone()
    if connection.execute(_SESSION, [key]).fetchone() is None or asker is None:
        raise PermissionError
    agency = int(os.environ[AGENCY])
    if path == "/upload":
        said: Any = {"answers": _take(connection, agency, environ)}
    elif path == "/search":
        said = connection.execute(_SEARCH, [agency, os.environ[WORD]]).fetchall()
    else:
        said = connection.execute(_LIST, [agency]).fetchall()
    content = json.dumps(said, default=str, ensure_ascii=False).encode()
    start("200 OK", [("Content-Length", str(len(content))), ("Content-Type", "application/json")])
    return [content]


def _connection() -> psycopg.Connection[Any]:
    if not hasattr(_held, "connection"):
        opened = psycopg.connect(os.environ[DATABASE], autocommit=True, prepare_threshold=0)
        _held.connection = opened
    found: psycopg.Connection[Any] = _held.connection
    return found


def _take(connection: psycopg.Connection[Any], agency: int, environ: dict[str, Any]) -> list[str]:
    """Each file durable before its row is; a set has one commit."""
    rows = []
    for pdf in _files(environ["wsgi.input"].read(), environ["CONTENT_TYPE"]):
        pages = len(PdfReader(io.BytesIO(pdf)).pages)
        rows.append(
            {
                "id": str(uuid4()),
                "agency": agency,
                "subject": "Về việc",
                "sha256": _keep(pdf),
                "pages": pages,
            }
        )
    folder = os.open(os.environ[FOLDER], os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    connection.execute(_INSERT, [json.dumps(rows)])
    return [str(row["id"]) for row in rows]


def _keep(pdf: bytes) -> str:
    sha256 = hashlib.sha256(pdf).hexdigest()
    handle = os.open(Path(os.environ[FOLDER], sha256), os.O_WRONLY | os.O_CREAT)
    os.write(handle, pdf)
    os.fsync(handle)
    os.close(handle)
    return sha256


def _files(body: bytes, content_type: str) -> list[bytes]:
    """The parts of the form that are files."""
    mark = b"--" + content_type.partition("boundary=")[2].encode()
    parts = [part.partition(b"\r\n\r\n") for part in body.split(mark)[1:-1]]
    return [content[:-2] for head, _end, content in parts if b"filename=" in head]
