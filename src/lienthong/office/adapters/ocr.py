"""OCR by `ocrmypdf` with Debian's Tesseract, as a process of its own with an end to its time and memory."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from lienthong.office.ports import OcrAbsent, OcrFailed

LANGUAGE = "vie"
SECONDS = 15 * 60
MEMORY_KB = 4 * 2**20
# The shell sets limit and folder for the child alone; the worker keeps its own.
LIMITED = [
    "/bin/sh",
    "-c",
    'ulimit -v "$0" && export OMP_THREAD_LIMIT=1 TMPDIR="$1" && shift && exec "$@"',
]


class OcrMyPdf:
    """`ocrmypdf` if it, Tesseract and the Vietnamese language are installed."""

    def __init__(self, *, seconds: float = SECONDS, memory_kb: int = MEMORY_KB) -> None:
        self._seconds = seconds
        self._memory_kb = memory_kb

    def version(self) -> str:
        """What reads, for the operator."""
        tesseract = shutil.which("tesseract")
        if importlib.util.find_spec("ocrmypdf") is None or tesseract is None:
            raise OcrAbsent("ocrmypdf or tesseract is not installed")
        asked = subprocess.run([tesseract, "--list-langs"], capture_output=True, text=True, timeout=30)
        if LANGUAGE not in asked.stdout.split():
            raise OcrAbsent("tesseract has no Vietnamese; install tesseract-ocr-vie")
        return "ocrmypdf with tesseract, Vietnamese"

    def read(self, pdf: Path) -> str:
        """The text of the scanned pages."""
        self.version()
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder, "text")
            command = [
                *LIMITED,
                str(self._memory_kb),
                folder,
                *(sys.executable, "-m", "ocrmypdf", "--language", LANGUAGE, "--force-ocr", "--jobs", "1"),
                *("--optimize", "0", "--output-type", "pdf", "--tesseract-timeout", "60"),
                *("--max-image-mpixels", "100", "--quiet", "--sidecar", str(text)),
                *(str(pdf), str(Path(folder, "out.pdf"))),
            ]
            self._run(command)
            return text.read_text("utf-8", "replace").replace("\f", "\n").strip()

    def _run(self, command: list[str]) -> None:
        """Run to the end, or end it with all it started."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _out, said = process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise OcrFailed(f"not finished after {self._seconds:g} s") from error
        if process.returncode:
            raise OcrFailed(said.decode("utf-8", "replace")[-500:] or f"exit code {process.returncode}")


class FakeOcr:
    """Answers the text it was given; absent or failing on demand."""

    def __init__(self, text: str = "", *, absent: bool = False, failing: str = "") -> None:
        self.text, self.absent, self.failing = text, absent, failing
        self.read_files: list[bytes] = []

    def version(self) -> str:
        """What reads."""
        if self.absent:
            raise OcrAbsent("the fake is absent")
        return "fake"

    def read(self, pdf: Path) -> str:
        """The text given, of a file that is a PDF."""
        self.version()
        content = pdf.read_bytes()
        if self.failing or not content.startswith(b"%PDF-"):
            raise OcrFailed(self.failing or "not a PDF")
        self.read_files.append(content)
        return self.text
