"""A file is what its bytes are."""

from __future__ import annotations

import io
import zipfile

import pytest

from lienthong.kernel.media_types import DOCX, XLSX, executable_kind, sniff

ODT = "application/vnd.oasis.opendocument.text"


def archive(*names: str, first: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        if first:
            target.writestr("mimetype", first)
        for name in names:
            target.writestr(name, "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\n\n%PDF-1.4\n", "application/pdf"),
        (b"<?xml version='1.0'?><edXML/>", "application/xml"),
        ("\ufeff<edXML xmlns='urn:x'>".encode(), "application/xml"),
        ("<?xml version='1.0' encoding='UTF-16'?><edXML/>".encode("utf-16"), "application/xml"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (archive("a.txt"), "application/zip"),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (archive("content.xml", first=ODT.encode()), ODT),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "image/jpeg"),
        (b"GIF89a" + bytes(20), "image/gif"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        ("Kính gửi: Ủy ban nhân dân tỉnh".encode(), "text/plain"),
        (b"a < b", "text/plain"),
        (b"\x00\x01\x02\x03\x80", "application/octet-stream"),
        (b"\xc3\x28 invalid UTF-8", "application/octet-stream"),
    ],
)
def test_the_type_is_told_from_the_content(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@pytest.mark.parametrize(
    "head",
    [
        b"\x7fELF\x02\x01\x01",
        b"MZ\x90\x00",
        b"\xcf\xfa\xed\xfe\x07\x00",
        b"\xca\xfe\xba\xbe\x00\x00",
        b"#!/bin/sh\nrm -rf /",
        b"@echo off\r\ndel *.*",
        "\ufeff@ECHO OFF".encode(),
        b"<?php system($_GET['x']);",
        b"\x00asm\x01",
        b"L\x00\x00\x00\x01\x14\x02\x00",
    ],
)
def test_a_program_is_recognised(head: bytes) -> None:
    assert executable_kind(head)


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7", b"<?xml version='1.0'?>", b"PK\x03\x04", b"Remark: yes", b"M", b""]
)
def test_a_document_is_no_program(head: bytes) -> None:
    assert not executable_kind(head)
