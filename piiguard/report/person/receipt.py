"""The receipt of an erasure, a restriction or a release as a paper: акт об уничтожении, жою туралы акт."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from piiguard.names import visible
from piiguard.report.messages import Language, say

__all__ = ["receipt_text"]


def receipt_text(document: Mapping[str, Any], lang: Language) -> str:
    """The document ``piiguard.receipt/1`` for people, to be signed; whoever names a table forges no line of it."""
    document = _seen(document)

    def line(name: str, value: object) -> str:
        return f"{say(lang, f'receipt.{name}')}: {value}"

    kinds = ", ".join(say(lang, f"receipt.kind_{kind}") for kind in document["identifiers"])
    lines = [
        say(lang, _TITLES[document["kind"]]),
        "",
        *(line(name, document[member]) for name, member in _HEAD),
        line("identifiers", kinds),
    ]
    for one in document["databases"]:
        lines += ["", line("database", one["target"]), line("committed", one["committed"])]
        lines += [f"- {_done(done, lang)}" for done in one["places"]] or [f"- {say(lang, 'receipt.nothing')}"]
        lines.append(line("left", one["left"]) if one["left"] else say(lang, _PROOFS[document["kind"]]))
        lines += [line("unsure", one["unsure"])] if one["unsure"] else []
        lines += [line("unsearched", ", ".join(one["unsearched"]))] if one["unsearched"] else []
    lines += ["", *(line(name, document[name]) for name in _TOTALS[document["kind"]])]
    trail = document["trail"]
    lines.append(say(lang, "receipt.no_trail") if trail is None else line("trail", trail))
    return "\n".join([*lines, "", line("signature", "____________________"), ""])


def _seen(value: Any) -> Any:
    """The document with an escape for each character of its texts that cannot be seen."""
    if isinstance(value, Mapping):
        return {name: _seen(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_seen(inner) for inner in value]
    return visible(value) if isinstance(value, str) else value


_TITLES = {
    "erase": "receipt.title",
    "restrict": "receipt.title_restrict",
    "release": "receipt.title_release",
}
_PROOFS = {
    "erase": "receipt.none_left",
    "restrict": "receipt.none_in_place",
    "release": "receipt.read_again",
}
_TOTALS = {"erase": ("erased", "kept", "restricted"), "restrict": ("restricted",), "release": ("released",)}
_HEAD = (("number", "id"), ("started", "started"), ("finished", "finished"), ("by", "by"))


def _done(done: Mapping[str, Any], lang: Language) -> str:
    columns = f" ({', '.join(done['columns'])})" if done["columns"] else ""
    why = "".join(
        f"; {say(lang, f'receipt.{name}')}: {done[name]}" for name in ("law", "until") if done[name]
    )
    action, rows = say(lang, f"receipt.done_{done['action']}"), say(lang, "receipt.rows")
    return f"{done['table']}{columns}: {action}, {rows}: {done['rows']}{why}"
