"""The receipt of an erasure as a paper: акт об уничтожении, жою туралы акт."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from piiguard.report.messages import Language, say

__all__ = ["receipt_text"]


def receipt_text(document: Mapping[str, Any], lang: Language) -> str:
    """The document ``piiguard.receipt/1`` for people, to be signed."""

    def line(name: str, value: object) -> str:
        return f"{say(lang, f'receipt.{name}')}: {value}"

    kinds = ", ".join(say(lang, f"receipt.kind_{kind}") for kind in document["identifiers"])
    lines = [
        say(lang, "receipt.title"),
        "",
        *(line(name, document[member]) for name, member in _HEAD),
        line("identifiers", kinds),
    ]
    for one in document["databases"]:
        lines += ["", line("database", one["target"]), line("committed", one["committed"])]
        lines += [f"- {_done(done, lang)}" for done in one["places"]] or [f"- {say(lang, 'receipt.nothing')}"]
        lines.append(line("left", one["left"]) if one["left"] else say(lang, "receipt.none_left"))
        lines += [line("unsure", one["unsure"])] if one["unsure"] else []
    lines += ["", line("erased", document["erased"]), line("kept", document["kept"])]
    trail = document["trail"]
    lines.append(say(lang, "receipt.no_trail") if trail is None else line("trail", trail))
    return "\n".join([*lines, "", line("signature", "____________________"), ""])


_HEAD = (("number", "id"), ("started", "started"), ("finished", "finished"), ("by", "by"))


def _done(done: Mapping[str, Any], lang: Language) -> str:
    columns = f" ({', '.join(done['columns'])})" if done["columns"] else ""
    why = "".join(
        f"; {say(lang, f'receipt.{name}')}: {done[name]}" for name in ("law", "until") if done[name]
    )
    action, rows = say(lang, f"receipt.done_{done['action']}"), say(lang, "receipt.rows")
    return f"{done['table']}{columns}: {action}, {rows}: {done['rows']}{why}"
