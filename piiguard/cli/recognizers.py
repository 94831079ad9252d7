"""``piiguard recognizers``: what is recognized, and why a text gives which scores."""

from __future__ import annotations

import click

from piiguard.cli.options import require_scan_extra
from piiguard.cli.say import say


@click.command()
@click.option(
    "--text", metavar="TEXT", help="Explain every match in TEXT and its score; - reads standard input."
)
@click.option("--context", "contexts", metavar="WORD", multiple=True, help="Judge TEXT as the content of a column or key of this name; repeatable.")  # fmt: skip
def recognizers(text: str | None, contexts: tuple[str, ...]) -> None:
    """List what is recognized, or explain what is found in a text.

    Numbers are shown masked. A match below 0.3 is explained but not reported by a scan; from 0.5 on it is of
    medium, from 0.75 on of high confidence.

    \b
    Examples:
      piiguard recognizers
      piiguard recognizers --text "ИИН 050312300015, ұялы 8 701 123 45 67"
      piiguard recognizers --text 50312300015 --context client_iin
    """
    require_scan_extra()
    from piiguard.detect import Engine  # says which extra is missing

    if text is None:
        click.echo(_table())
        _say_engine(Engine().backend)
        return
    if text == "-":
        with click.open_file("-", encoding="utf-8", errors="replace") as stream:
            text = stream.read()
    lines = list(_explained(text, contexts))
    if lines:
        click.echo("\n".join(lines))
    else:
        say(_NOTHING_RECOGNIZED)


def _table() -> str:
    from piiguard.recognizers.examples import EXAMPLES
    from piiguard.recognizers.rules import RULES

    rows = [("ENTITY", "EXAMPLE")]
    rows += sorted((rule.entity, EXAMPLES[rule.entity]) for rule in RULES)
    width = max(len(entity) for entity, _ in rows)
    return "\n".join(f"{entity:{width}}  {example}" for entity, example in rows)


def _explained(text: str, contexts: tuple[str, ...]) -> list[str]:
    from piiguard.confidence import of_score
    from piiguard.detect.explain import explain
    from piiguard.detect.mask import mask

    lines = []
    for found in explain(text, contexts):
        masked = mask(found.entity, text[found.start : found.end])
        verdict = of_score(found.score) if found.reported else _NOT_REPORTED
        lines.append(f"{found.start}-{found.end}  {found.entity}  {masked}  {found.score:g}  {verdict}")
        lines += [f"    {step}" for step in found.steps]
    return lines


_NOTHING_RECOGNIZED = "nothing is recognized in this text"
_NOT_REPORTED = "not reported"


def _say_engine(backend: str) -> None:
    """Which engine a scan searches with."""
    names = {"hyperscan": "Hyperscan", "re2": "RE2", "presidio": "regular expressions alone"}
    say(f"scans search with {names[backend]}")
