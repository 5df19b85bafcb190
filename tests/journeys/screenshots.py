"""Pictures of the main pages for docs/images, taken from a running demonstration.

    make screenshots

Uses the demonstration at LIENTHONG_BASE_URL (http://127.0.0.1:8000) if one answers there; else starts one,
waits until its story is told, and stops it afterwards. Pictures are PNG of at most 150 KB.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from lienthong.config.env import read_env

PROJECT = Path(__file__).resolve().parents[2]
IMAGES = PROJECT / "docs" / "images"
MOST_BYTES = 150 * 1024
STORY_SECONDS = 600
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


@dataclass(frozen=True)
class Shot:
    """One picture: the page at `path` as `user` sees it ("" is nobody), after clicking `click` if given.

    With `verdict`, the PDF of the document on that page is dropped on /verify, and the answer is the picture.
    """

    name: str
    path: str
    user: str = ""
    click: str = ""
    verdict: bool = False


SENDER, CLERK, LEADER, SPECIALIST, OPERATOR = (
    "g22.chuyenvien",
    "h55.vanthu",
    "h55.lanhdao",
    "h55.chuyenvien",
    "truc.vanhanh",
)
FIRST_ROW = "main table a.row-title >> nth=0"
DECISION = "main table a.row-title:has-text('Kế hoạch chuyển đổi số')"
SHOTS = [
    Shot("verdict", "/office/outgoing/?tab=sent", SENDER, FIRST_ROW, verdict=True),
    Shot("outgoing-document", "/office/outgoing/?tab=sent", SENDER, FIRST_ROW),
    Shot("desk", "/office/", CLERK),
    Shot("incoming-document", "/office/incoming/?tab=all", CLERK, FIRST_ROW),
    Shot("review", "/office/reviews/", CLERK, FIRST_ROW),
    Shot("dispatch", "/office/outgoing/", CLERK, DECISION),
    Shot("work-file", "/office/work-files/", SPECIALIST, DECISION),
    Shot("tasks", "/tasks/?tab=all", LEADER),
    Shot("statistics", "/office/statistics/", LEADER),
    Shot("console", "/axis/", OPERATOR),
]
ON_A_PHONE = {"desk", "incoming-document"}


def main() -> int:
    """Take every picture; the answer is the exit code."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("chromium is not installed; apt-get install chromium")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    base = os.environ.get("LIENTHONG_BASE_URL", "http://127.0.0.1:8000")
    with demonstration(base) as password, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for user in dict.fromkeys(shot.user for shot in SHOTS):
            shots = [shot for shot in SHOTS if shot.user == user]
            take(browser, base, user, password, shots, width=1280, height=800, scheme="light")
            phone = [shot for shot in shots if shot.name in ON_A_PHONE]
            if phone:
                take(browser, base, user, password, phone, width=360, height=740, scheme="dark")
        browser.close()
    return 0


@contextmanager
def demonstration(base: str) -> Iterator[str]:
    """The password of the demonstration at `base`, which is started and stopped here if none answers."""
    child = None
    if not _answers(base):
        environment = {**os.environ, "PORT": base.rsplit(":", 1)[-1]}
        command = [str(Path(sys.executable).with_name("lienthong")), "demo"]
        child = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)
        _wait_for_story(child)
    try:
        given = os.environ.get("DEMO_PASSWORD", "")
        yield given or (read_env().var / "secrets" / "demo_password").read_text().strip()
    finally:
        if child:
            child.terminate()
            child.wait(timeout=60)


def take(
    browser: Browser,
    base: str,
    user: str,
    password: str,
    shots: list[Shot],
    *,
    width: int,
    height: int,
    scheme: str,
) -> None:
    """Take `shots` as `user` at one width in one colour scheme; `width` and `height` in CSS pixels."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if user:
        sign_in(page, user, password)
    for shot in shots:
        page.goto(shot.path)
        if shot.click:
            page.locator(shot.click).click()
            page.wait_for_load_state()
        if shot.verdict:
            ask_for_verdict(page)
        suffix = "" if width > 600 else "-phone"
        save(page, IMAGES / f"{shot.name}{suffix}.png", height)
    context.close()


def sign_in(page: Page, user: str, password: str) -> None:
    """Sign in as an account of the demonstration."""
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(user)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def ask_for_verdict(page: Page) -> None:
    """Take the PDF of the document on the page and have /verify examine it."""
    address = page.locator("main a[href*='/pdf/']").first.get_attribute("href")
    assert address is not None
    pdf = page.request.get(address).body()
    page.goto("/verify")
    page.locator("input[type=file]").set_input_files(
        {"name": "van-ban.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def save(page: Page, file: Path, height: int) -> None:
    """Write what the screen shows in 256 colours; what is too heavy even so is taken again, less high."""
    width = page.viewport_size["width"] if page.viewport_size else 1280
    page.evaluate("document.activeElement?.blur()")
    while True:
        picture = few_colours(page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height}))
        if len(picture) <= MOST_BYTES or height < 300:
            break
        height -= 100
    file.write_bytes(picture)
    print(f"{file.relative_to(PROJECT)}  {len(picture) // 1024} KB  {page.title()}")


def few_colours(picture: bytes) -> bytes:
    """The PNG with a palette of 256 colours: a third of the bytes, and no difference to be seen."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as opened:
        opened.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


def _answers(base: str) -> bool:
    try:
        return httpx.get(base, timeout=5, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def _wait_for_story(child: subprocess.Popen[str]) -> None:
    """Wait for the line that ends the start of the demonstration, and leave its output running."""
    until = time.monotonic() + STORY_SECONDS
    assert child.stdout is not None
    for line in child.stdout:
        print(line, end="")
        if "Ctrl-C" in line:
            return
        if time.monotonic() > until:
            break
    child.terminate()
    raise SystemExit("the demonstration did not start; run `make demo` to see why")


if __name__ == "__main__":
    sys.exit(main())
