"""LibreOffice without a screen turns Word files into PDF/A; each time in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings

from lienthong.documents.refusals_converting import ConversionFailed, ConverterAbsent

SECONDS = 120
# PDF/A-2b, as our own layout makes; macros never run, because the profile is new and trusts nothing.
FILTER = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'


def soffice_path() -> str | None:
    """Where LibreOffice is on this machine, if it is."""
    return shutil.which(settings.ENV.soffice)


class LibreOffice:
    """The converter that an installation uses."""

    def available(self) -> bool:
        """Whether this machine has it."""
        return soffice_path() is not None

    def __call__(self, docx: bytes) -> bytes:
        """The document as PDF/A."""
        program = soffice_path()
        if program is None:
            raise ConverterAbsent
        with tempfile.TemporaryDirectory(prefix="lienthong-soffice-") as folder:
            source, made = Path(folder, "draft.docx"), Path(folder, "draft.pdf")
            source.write_bytes(docx)
            _run([program, *_options(folder), str(source)], folder)
            if not made.is_file():
                raise ConversionFailed
            return made.read_bytes()


def _options(folder: str) -> list[str]:
    profile = Path(folder, "profile").as_uri()
    return [
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        FILTER,
        "--outdir",
        folder,
    ]


def _run(command: list[str], folder: str) -> None:
    """Run to the end or to the limit; with the limit the whole group of processes ends."""
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(
        command, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        running.wait(SECONDS)
    except subprocess.TimeoutExpired as error:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        raise ConversionFailed from error
