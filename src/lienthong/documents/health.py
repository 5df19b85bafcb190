"""What `lienthong doctor` asks of the documents."""

from __future__ import annotations

from django.conf import settings

from lienthong.documents.adapters.clamd import configured_scanner
from lienthong.documents.rescanning import scanned_before
from lienthong.documents.scan_models import FileToScan
from lienthong.documents.virus_ports import ScannerDown
from lienthong.kernel.checks import Finding, bad, check, good, warning


@check("Virus scanner")
def check_scanner() -> Finding:
    """Whether files are scanned, and whether any wait for it or were found to hold a virus."""
    scanner = configured_scanner()
    if scanner is None:
        return warning("files are not scanned for viruses: LIENTHONG_CLAMD is not set")
    waiting = FileToScan.objects.filter(virus="").count()
    found = FileToScan.objects.exclude(virus="").count()
    try:
        version = scanner.version()
        again = scanned_before(scanner.signatures()).count()
    except ScannerDown as error:
        down = "no file is accepted" if settings.ENV.clamd_down == "refuse" else "files are kept unscanned"
        return bad(f"{error}; {down}, {waiting} wait")
    days = settings.ENV.clamd_again_days
    if again:
        version += (
            f"; {again} files of the last {days} days are still to be scanned again with these signatures"
        )
    if found:
        return bad(f"{version}; {found} files hold a virus that was found after they came, and are closed")
    return warning(f"{version}; {waiting} files wait to be scanned") if waiting else good(version)
