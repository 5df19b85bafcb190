"""Files by their content: each stored once, under its SHA-256, and removed when no row names it any more.

A content that holds much base64, such as a packet, is stored as its files, decoded, and the text around them.
"""

from lienthong.kernel.blobs.contents import (
    EmptyFile,
    ExecutableRefused,
    FileTooLarge,
    Source,
    Staged,
    WrongFileType,
)
from lienthong.kernel.blobs.garbage import collect_garbage, remove_unnamed
from lienthong.kernel.blobs.keys import key_of
from lienthong.kernel.blobs.reading import BlobMissing, open_blob, read_blob
from lienthong.kernel.blobs.storing import stage_blobs, store_blob, store_blobs

__all__ = [
    "BlobMissing",
    "EmptyFile",
    "ExecutableRefused",
    "FileTooLarge",
    "Source",
    "Staged",
    "WrongFileType",
    "collect_garbage",
    "key_of",
    "open_blob",
    "read_blob",
    "remove_unnamed",
    "stage_blobs",
    "store_blob",
    "store_blobs",
]
