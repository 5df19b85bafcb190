"""What a file is, told from its first bytes; a name or a header proves nothing."""

from __future__ import annotations

import re

import puremagic

HEAD = 64 * 1024  # how much of a file is looked at

PDF = "application/pdf"
XML = "application/xml"
ZIP = "application/zip"
TEXT = "text/plain"
HTML = "text/html"
UNKNOWN = "application/octet-stream"
OLE = "application/x-ole-storage"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
HEIC = "image/heic"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "image/bmp"})

_PROGRAMS = {
    b"\x7fELF": "ELF",
    b"MZ": "Windows",
    b"\xfe\xed\xfa\xce": "Mach-O",
    b"\xfe\xed\xfa\xcf": "Mach-O",
    b"\xce\xfa\xed\xfe": "Mach-O",
    b"\xcf\xfa\xed\xfe": "Mach-O",
    b"\xca\xfe\xba\xbe": "Mach-O, Java",
    b"\xca\xfe\xba\xbf": "Mach-O",
    b"\x00asm": "WebAssembly",
    b"dex\n": "Android",
    b"L\x00\x00\x00\x01\x14\x02\x00": "Windows shortcut",
    b"!<arch>\n": "ar",
    b"#!": "script",
}
_SCRIPT = re.compile(
    rb"^(@echo\s+o(n|ff)\b|<\?php|<%@|rem\s[^\n]*\n\s*@?(set|start|cmd|call)\b)", re.IGNORECASE
)
_HTML = re.compile(rb"^<(!doctype\s+html|html|head|body|script|iframe)[\s>]", re.IGNORECASE)
_SVG = re.compile(rb"<([a-z]+:)?svg[\s>]", re.IGNORECASE)
_XML = re.compile(rb"^<(\?xml\s|[A-Za-z_][\w.:-]*[\s/>]|!DOCTYPE\s|!--)")
_OFFICE = {b"word/": DOCX, b"xl/": XLSX, b"ppt/": PPTX}
_HEIC = (b"heic", b"heix", b"heim", b"mif1", b"msf1", b"hevc")  # ISO/IEC 23008-12, annex B
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def executable_kind(head: bytes) -> str:
    """The kind of program that `head` begins, or an empty text."""
    for magic, kind in _PROGRAMS.items():
        if head.startswith(magic):
            return kind
    return "script" if _SCRIPT.match(_opening(head)) else ""


def sniff(head: bytes) -> str:
    """The media type of the file whose first `HEAD` bytes are `head`; `UNKNOWN` when nothing fits."""
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLE
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return HEIC
    opening = _opening(head)
    if _HTML.match(opening):
        return HTML
    if _XML.match(opening):
        return "image/svg+xml" if _SVG.search(opening[:2048]) else XML
    return _sniff_magic(head) or (TEXT if _is_text(head) else UNKNOWN)


def _opening(head: bytes) -> bytes:
    """The head without byte order mark and white space; UTF-16 brought to UTF-8."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _sniff_zip(head: bytes) -> str:
    """ZIP, or the office format it carries: an ODF tells its type first, an OOXML by its folders."""
    if head[30:38] == b"mimetype":
        size = int.from_bytes(head[18:22], "little")
        start = 38 + int.from_bytes(head[28:30], "little")
        declared = head[start : start + min(size, 100)]
        if re.fullmatch(rb"application/[\w.+-]+", declared):
            return declared.decode()
    if b"[Content_Types].xml" in head:
        return next((kind for folder, kind in _OFFICE.items() if folder in head), ZIP)
    return ZIP


def _sniff_magic(head: bytes) -> str:
    """An image's or RTF's type, as puremagic knows it; its other guesses are too bold."""
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    known = IMAGES | {
        "application/rtf",
        "application/gzip",
        "application/x-7z-compressed",
        "application/vnd.rar",
    }
    return next((guess.mime_type for guess in guesses if guess.mime_type in known), "")


def _is_text(head: bytes) -> bool:
    """UTF-8, or UTF-16 with its mark, without control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if _CONTROL.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) >= HEAD  # a letter cut by the end of the head
    return True
