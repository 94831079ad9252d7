"""Pages in a real browser: what goes wrong in one, what axe finds, and what its PDF shows."""

from __future__ import annotations

import html
import os
import re
from contextlib import closing
from pathlib import Path
from typing import Any

AXE = Path(__file__).with_name("axe") / "axe.min.js"
PATIENCE = 180_000.0  # milliseconds that a busy machine may take
CI = os.environ.get("CI") in ("1", "true")


class Problems(list[str]):
    """What a page did that it must not: errors, words on the console, requests."""

    def watch(self, page: Any) -> None:
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", lambda line: self.append(line.text))
        page.on(
            "request",
            lambda asked: self.extend([asked.url] * (not asked.url.startswith(("file:", "data:", "blob:")))),
        )


def violations(page: Any) -> list[Any]:
    """What axe finds in the page as it stands; the page's policy must be bypassed for it."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10
    return [(v["id"], [node["html"] for node in v["nodes"]][:6]) for v in found["violations"]]


def printed(page: Any) -> list[str]:
    """The text of each page of paper."""
    import pypdfium2

    with closing(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) as document:
        return [sheet.get_textpage().get_text_range() for sheet in document]


def plain(text: str) -> str:
    """What a page says."""
    body = re.sub(r"(?s)<style>.*?</style>|<head>.*?</head>", "", text)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def signs(text: str) -> str:
    """A text without what a line break or a hyphen of the printer changes."""
    return re.sub(r"[\s\u00ad\u200b\u2010\u2011\ufffe-]+", "", text)


CUT = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const style = getComputedStyle(e);
  for (let up = e; up; up = up.parentElement) if (getComputedStyle(up).clipPath !== 'none') return false;
  if (style.display === 'inline' || !e.getClientRects().length) return false;
  return e.scrollWidth > e.clientWidth + 1 && style.overflowX !== 'visible' && e.clientWidth > 0
      || e.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
}).map((e) => e.outerHTML.slice(0, 90))"""
"""A script that lists the elements that show less than they hold, or stand out to the right of the page."""
