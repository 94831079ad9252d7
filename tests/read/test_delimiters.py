"""Signs inside of cells are no delimiters, however regular: the row of names knows no other than the true one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.read.dialect import Dialect, dialect_of
from piiguard.scan import Options, scan_log

ADDRESSES = [f"г. Мысал, ул. Үлгі, д. {row}, кв. {row + 1}" for row in range(1, 80)]
LISTS = [f"+7 701 000 {row:02} 01; +7 701 000 {row:02} 02" for row in range(1, 80)]
PATHS = [f"C:|temp|{row}|log" for row in range(1, 80)]
Make = Callable[[int], str]
TABLES: dict[str, tuple[list[str], str, int]] = {
    "addresses": (["id;mekenjai", *(f"{n};{cell}" for n, cell in enumerate(ADDRESSES))], ";", 2),
    "addresses without names": ([f"{n};{cell}" for n, cell in enumerate(ADDRESSES)], ";", 2),
    "addresses below a title": (["Отчёт", "", "id;mekenjai", *(f"{n};{cell}" for n, cell in enumerate(ADDRESSES))], ";", 2),
    "addresses, tabs": (["id\tmekenjai", *(f"{n}\t{cell}" for n, cell in enumerate(ADDRESSES))], "\t", 2),
    "addresses, bars": (["id|mekenjai", *(f"{n}|{cell}" for n, cell in enumerate(ADDRESSES))], "|", 2),
    "lists in marks": (["id,kontakt", *(f'{n},"{cell}"' for n, cell in enumerate(LISTS))], ",", 2),
    "paths": (["id;body", *(f"{n};{cell}" for n, cell in enumerate(PATHS))], ";", 2),
    "a short header": (["id", *(f"{n},{n},{n}" for n in range(80))], ",", 3),
    "blanks behind commas": (["id, sum, code", *(f"{n}, {n}, {n}" for n in range(80))], ",", 3),
    "decimals": (["id;sum;rest", *(f"{n};{n},50;{n},7" for n in range(80))], ";", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_signs_inside_of_cells_are_no_delimiters(name: str) -> None:
    lines, delimiter, width = TABLES[name]
    assert dialect_of(lines) == Dialect(delimiter, width)


@pytest.mark.parametrize("between", [";", "\t", "|"])
def test_addresses_with_as_many_commas_each_are_found(between: str, tmp_path: Path) -> None:
    path = tmp_path / "flats.csv"
    path.write_text(
        "\n".join(["id" + between + "v", *(f"{n}{between}{cell}" for n, cell in enumerate(ADDRESSES))])
    )
    (finding,) = scan_log(path, Options()).findings
    assert (finding.entity, finding.path, finding.matched) == ("KZ_ADDRESS", "$.v", len(ADDRESSES))


@pytest.mark.parametrize("above", [[], ["v"], ["Жители", ""]])
def test_lines_of_addresses_are_no_table_of_their_parts(above: list[str], tmp_path: Path) -> None:
    path = tmp_path / "flats.csv"
    path.write_text("\n".join([*above, *ADDRESSES]), encoding="utf-8")
    (finding,) = scan_log(path, Options()).findings
    assert (finding.entity, finding.matched) == ("KZ_ADDRESS", len(ADDRESSES))
