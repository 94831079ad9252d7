"""The report on a terminal: grouped by target and table, worst first, with what to do next."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from io import StringIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from piiguard.names import message, shown, visible
from piiguard.report import people
from piiguard.report.gaps import grouped, sentence
from piiguard.report.messages import Language, number, say
from piiguard.report.order import by_place, worst_first
from piiguard.report.remedy import has_command, next_step
from piiguard.report.unread import said
from piiguard.scan.finding import Finding, ScanReport, Target

__all__ = ["to_table"]

_STYLE = {"none": "red", "partial": "yellow", "encrypted": "green"}
_LINES_SHOWN = 5
_STEPS_SHOWN = 5
_UNREAD_SHOWN = 20


def to_table(
    report: ScanReport, *, lang: Language, baseline: Collection[str] | None, color: bool, width: int
) -> str:
    """Lay the report out for ``width`` characters."""
    console = Console(
        file=StringIO(), force_terminal=color, width=width, highlight=False, legacy_windows=False
    )
    for block in _blocks(report, lang, baseline):
        console.print(block, soft_wrap=isinstance(block, Text))  # a command cut in two cannot be pasted
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def _blocks(report: ScanReport, lang: Language, baseline: Collection[str] | None) -> Iterator[RenderableType]:
    targets = {target.target: target for target in report.targets}
    for name, groups in by_place(report.findings):
        yield _heading(name, targets.get(name), lang)
        for group, findings in groups:
            title = None if group == name else shown(group)
            yield Padding(_group(title, findings, lang, baseline), (0, 0, 1, 2))
    yield from _policy(report, lang)
    yield from _unread(report, lang)
    for day, count in report.carried.items():
        yield Text(say(lang, "verdict.carried", day=day, count=count), "yellow")
    yield Text(_verdict(report, lang, baseline), "bold")
    if found := report.persons:
        yield Text(people.sentence(found, lang))
    yield from _next_steps(report, lang, baseline)


def _unread(report: ScanReport, lang: Language) -> Iterator[Text]:
    """What was not searched; the list is short, for a terminal is."""
    told = [("table.error", error.place, error.message) for error in report.errors]
    told += [("table.accepted", each.place, each.reason) for each in report.unread if each.accepted]
    for name, place, why in told[:_UNREAD_SHOWN]:
        yield Text(message(say(lang, name, place=shown(place), message=said(lang, why))), "yellow")
    if len(told) > _UNREAD_SHOWN:
        yield Text(say(lang, "table.unread_more", count=len(told) - _UNREAD_SHOWN), "yellow")


def _policy(report: ScanReport, lang: Language) -> Iterator[Text]:
    if report.policy is None:
        return
    yield Text(message(say(lang, "policy.title", organisation=report.policy.organisation)), "bold")
    for group in grouped(report.policy.gaps):
        yield Text("  " + message(sentence(group.first, lang)))
        if places := ", ".join(shown(gap.place) for gap in group.gaps if gap.place):
            yield Text("    " + places, "dim")
    if not report.policy.gaps:
        yield Text("  " + say(lang, "policy.kept"), "green")
    yield Text()


def _heading(name: str, target: Target | None, lang: Language) -> Text:
    read = [
        say(lang, f"table.{unit}", count=count)
        for unit in ("tables", "rows_read", "lines_read")
        if (count := getattr(target, unit, None)) is not None
    ]
    if target is not None and target.rows_read is not None and target.rows_total is not None:
        read[-1] = say(lang, "table.rows_of", count=target.rows_read, total=target.rows_total)
    return Text.assemble((shown(name), "bold"), ("  " + ", ".join(read) if read else "", "dim"))


def _group(
    title: str | None, findings: list[Finding], lang: Language, baseline: Collection[str] | None
) -> Table:
    # a title given as str would be read as rich's markup
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
    )
    where = "column" if findings[0].kind == "column" else "lines"
    for column in (where, "entity", "protection", "confidence", "matched", "example"):
        table.add_column(
            say(lang, f"heading.{column}"),
            header_style="dim",
            justify="right" if column == "matched" else "left",
            overflow="fold",
        )
    for finding in findings:
        table.add_row(*_row(finding, lang, baseline))
    return table


def _row(finding: Finding, lang: Language, baseline: Collection[str] | None) -> Iterator[Text]:
    new = finding.protection != "encrypted" and _is_new(finding, baseline)
    yield Text(_where(finding))
    yield Text(shown(finding.entity) + (" " + say(lang, "table.new") if new else ""))
    yield Text(say(lang, f"protection.{finding.protection}"), _STYLE[finding.protection])
    yield Text(say(lang, f"confidence.{finding.confidence}"))
    yield Text(f"{number(finding.matched)} / {number(finding.examined)}")
    yield Text(shown(finding.masked))


def _is_new(finding: Finding, baseline: Collection[str] | None) -> bool:
    return baseline is not None and finding.id not in baseline


def _where(finding: Finding) -> str:
    if finding.kind == "column":
        return f"{shown(finding.column or '')} {shown(finding.path or '')}".rstrip()
    lines = ", ".join(map(str, finding.lines[:_LINES_SHOWN]))
    more = ", …" if finding.lines and finding.matched > len(finding.lines[:_LINES_SHOWN]) else ""
    return f"{shown(finding.path or '')} {lines}{more}".strip()


def _verdict(report: ScanReport, lang: Language, baseline: Collection[str] | None) -> str:
    clean = "verdict.clean" if report.searched or report.findings else "verdict.empty"
    sentences = [say(lang, "verdict.found" if report.unprotected else clean, count=len(report.unprotected))]
    if baseline is not None:
        new = sum(_is_new(finding, baseline) for finding in report.unprotected)
        sentences.append(say(lang, "verdict.new", count=new))
    if report.gone:
        sentences.append(say(lang, "verdict.gone", count=len(report.gone)))
    if not report.complete:
        sentences.append(say(lang, "verdict.incomplete", count=len(report.errors)))
    return " ".join(sentences)


def _next_steps(report: ScanReport, lang: Language, baseline: Collection[str] | None) -> Iterator[Text]:
    """What to type, for what is new before what is known and commands before advice, as few are shown."""
    by_place = {_spot(finding): finding for finding in reversed(worst_first(report.unprotected))}
    new = {_spot(finding) for finding in report.unprotected if _is_new(finding, baseline)}
    first = sorted(
        worst_first(by_place.values()), key=lambda each: (_spot(each) not in new, not has_command(each))
    )
    steps = list(dict.fromkeys(next_step(finding, lang) for finding in first))
    if steps:
        yield Text(say(lang, "table.next"))
    for step in steps[:_STEPS_SHOWN]:
        yield Text("  " + visible(step), "cyan")  # whole: a command cut short is another one
    if len(steps) > _STEPS_SHOWN:
        yield Text("  " + say(lang, "table.more", count=len(steps) - _STEPS_SHOWN), "dim")


def _spot(finding: Finding) -> tuple[str | None, ...]:
    """What one command is for: a column or a file, whatever lies in it."""
    return finding.target, finding.table, finding.column, finding.file
