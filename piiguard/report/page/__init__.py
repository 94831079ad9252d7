"""Makes a template of a page: no network, everything escaped, no code or style that the policy does not name by its hash."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from piiguard.names import visible
from piiguard.report.messages import number
from piiguard.report.moment import day, local

__all__ = ["template"]


def template(page: str, *styles: str, script: str | None = None) -> jinja2.Template:
    """The template of a page of this folder, with its styles and script inside; pages may include others."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_part),
        autoescape=True,
        finalize=_seen,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "day": day, "moment": local}
    css, code = "".join(map(_part, styles)), _part(script) if script else ""
    parts: dict[str, Any] = {
        "style": Markup(css),  # noqa: S704 - our own file
        "script": Markup(code),  # noqa: S704
        "style_hash": _hash(css),
        "script_hash": _hash(code),
    }
    return environment.get_template(page, globals=parts)


def _seen(value: object) -> object:
    """Whatever a page says: names among it with their unseen characters as escapes; our own markup as it is."""
    return visible(value, keep="\n") if isinstance(value, str) and not isinstance(value, Markup) else value


def _part(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """A source expression of the Content-Security-Policy.

    >>> _hash("alert('Hello, world.');")
    'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
