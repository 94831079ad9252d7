"""Make ``report.png``, the picture in the README: ``python docs/images/make.py`` (needs Chromium and Playwright).

It is the report of the demo database and log, so it shows what a reader gets by typing the same.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from piiguard.cli.main import run

PICTURE = Path(__file__).with_name("report.png")


def main() -> None:
    """Scan a new demo and take the picture of its report."""
    with TemporaryDirectory() as folder:
        demo, page = Path(folder) / "demo", Path(folder) / "report.html"
        run(["demo", str(demo)])
        run(["scan", str(demo / "crm.db"), str(demo / "app.log"), "--format", "html", "-o", str(page)])
        # the picture should name no folder of whoever made it
        page.write_text(page.read_text(encoding="utf-8").replace(folder + "/", ""), encoding="utf-8")
        take(page)


def take(page: Path) -> None:
    """Photograph the top of the page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("chromium is needed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        shown = chromium.new_page(viewport={"width": 1200, "height": 900})
        shown.goto(page.as_uri())
        end = shown.locator("section:has(#map)").bounding_box()
        height = end["y"] + end["height"] + 40 if end else 900
        shown.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": 1200, "height": height})
        chromium.close()


if __name__ == "__main__":
    main()
