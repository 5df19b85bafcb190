"""An attachment on the wire and in truth: base64, and the ZIP that some senders wrap around each file."""

from __future__ import annotations

import base64
import binascii
import errno
import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from lienthong.axis.edxml import errors
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.spools import Extent, Spool

MAX_UNPACKED = 256 * 1024 * 1024
MAX_UNPACKED_TOGETHER = 1024 * 1024 * 1024
MAX_ENTRIES = 10_000
# A PDF hardly shrinks and text shrinks some tenfold; above these two a ZIP was made to burst.
MAX_RATIO, RATIO_COUNTS_FROM = 100, 10 * 1024 * 1024
_ZIP_MAGIC = b"PK\x03\x04"
_STAYS_PACKED = {".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".jar", ".epub"}
_CHUNK = 1 << 20


def encode(content: bytes) -> str:
    """Plain base64 without line breaks."""
    return base64.b64encode(content).decode("ascii")


class Unwrapping:
    """Takes the files of one packet out of base64 and of their senders' ZIPs; together they have a cap."""

    def __init__(self, lifted: Lifted) -> None:
        self._lifted, self._left = lifted, MAX_UNPACKED_TOGETHER

    def decode(self, encoded: str, *, name: str) -> bytes | Extent:
        """The file in the base64 text, out of the sender's ZIP if there is one; raises `EdxmlRefusal`.

        It is bytes if it came among few enough to be held in memory.
        """
        content = self._decode(encoded, name)
        head = content[:4] if isinstance(content, bytes) else content.at(0, 4)
        return self._unpack(content, name) if head == _ZIP_MAGIC else content

    def _decode(self, encoded: str, name: str) -> bytes | Extent:
        run = None
        try:
            if not self._lifted.has_token(encoded):
                return base64.b64decode("".join(encoded.split()), validate=True)
            run = self._lifted.run_of(encoded)
        except (binascii.Error, ValueError) as error:
            raise errors.AttachmentNotBase64(field="Attachment/ContentTransferEncoded", name=name) from error
        if run is None:  # something stands beside the run, as when a comment stood in the text
            raise errors.AttachmentNotBase64(field="Attachment/ContentTransferEncoded", name=name)
        return run.content if run.content.on_disk else run.content.read()

    def _unpack(self, content: bytes | Extent, name: str) -> bytes | Extent:
        """The only file of a ZIP; a ZIP of several, or one that is the document itself, stays as it is."""
        if isinstance(content, bytes):
            file: BinaryIO = io.BytesIO(content)
            size = len(content)
        else:
            file, size = content.open(), content.size
        try:
            with zipfile.ZipFile(file) as archive:
                files = [entry for entry in archive.infolist() if not entry.is_dir()]
                _check_sizes(files, size, name)
                if len(files) != 1 or _is_the_document(files[0].filename, name):
                    return content
                self._left -= files[0].file_size
                if self._left < 0:
                    raise errors.ZipBomb(field="Attachment", name=name)
                return _read_capped(archive, files[0], name)
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,  # zipfile, of a method or version it does not know
            RuntimeError,
            EOFError,
            OSError,
        ) as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise  # the disk's fault, not the file's: a refusal would tell the sender never to try again
            raise errors.ZipDamaged(field="Attachment", name=name) from error


def _is_the_document(entry: str, name: str) -> bool:
    """Whether the ZIP is what the name promises: `a.zip` of `b.pdf` is, `a.docx` of `a.docx` is a wrapper."""
    return _suffix(name) in _STAYS_PACKED and _suffix(entry) != _suffix(name)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _check_sizes(files: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    total = sum(entry.file_size for entry in files)
    if len(files) > MAX_ENTRIES or total > MAX_UNPACKED:
        raise errors.ZipBomb(field="Attachment", name=name)
    if total > RATIO_COUNTS_FROM and total > MAX_RATIO * packed:
        raise errors.ZipBomb(field="Attachment", name=name)


def _read_capped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes | Extent:
    """Unpack, counting: the size that a ZIP declares of itself is not believed."""
    unpacked = Spool()
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            if unpacked.size + len(chunk) > entry.file_size:
                raise errors.ZipBomb(field="Attachment", name=name)
            unpacked.write(chunk)
    found = Extent(unpacked)
    return found if found.on_disk else found.read()
