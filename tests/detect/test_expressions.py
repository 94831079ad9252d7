"""Texts that a statement puts together are found as if they stood there in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.detect.escapes import Spelled
from piiguard.scan import scan_log


def _by_code(name: str, joint: str) -> Callable[[str, str], str]:
    return lambda first, second: joint.join(f"{name}({ord(sign)})" for sign in first + second)


PUT_TOGETHER: dict[str, Callable[[str, str], str]] = {
    "Oracle": lambda first, second: f"'{first}'||'{second}'",
    "PostgreSQL": lambda first, second: f"E'{first}' || '{second}'",
    "SQL Server": lambda first, second: f"N'{first}' + N'{second}'",
    "Access": lambda first, second: f"'{first}' & '{second}'",
    "CONCAT": lambda first, second: f"CONCAT('{first}', '{second}')",
    "concat": lambda first, second: f"concat('{first}','{second}')",
    "TO_CLOB": lambda first, second: f"TO_CLOB('{first}') || TO_CLOB('{second}')",
    "CHR": _by_code("CHR", "||"),
    "CHAR": _by_code("CHAR", "+"),
    "NCHAR": _by_code("NCHAR", " + "),
    "CHAR of MySQL": lambda first, second: f"CHAR({','.join(str(ord(sign)) for sign in first + second)})",
    "CHAR of hex": lambda first, second: f"CHAR({', '.join(hex(ord(sign)) for sign in first + second)})",
    "String": lambda first, second: (
        f"String.fromCharCode({','.join(str(ord(sign)) for sign in first + second)})"
    ),
}
SAYINGS = ("050312300015", "87011234567", "Сынақов Ерлан")
STATEMENTS = (
    "INSERT INTO t (iin) VALUES ({});\n",
    "INSERT [dbo].[t] ([iin]) VALUES ({})\nGO\n",
    "UPDATE t SET iin = {} WHERE id = 1;\n",
    "INSERT ALL\n  INTO t (iin) VALUES ({})\nSELECT 1 FROM dual;\n",
)


@pytest.mark.parametrize("saying", SAYINGS)
@pytest.mark.parametrize("put", PUT_TOGETHER.values(), ids=PUT_TOGETHER)
def test_a_text_that_is_put_together_is_read_as_one_wherever_it_is_cut(
    put: Callable[[str, str], str], saying: str
) -> None:
    for place in range(1, len(saying)):
        written = put(saying[:place], saying[place:])
        spelled = Spelled(f"iin = {written};")
        start = spelled.view.index(saying)
        left, right = spelled.span(start, start + len(saying))
        assert f"iin = {written};"[left:right].removeprefix("String.") == written.removeprefix("String.")


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("put", PUT_TOGETHER.values(), ids=PUT_TOGETHER)
def test_a_dump_with_such_a_value_is_not_clean(
    tmp_path: Path, put: Callable[[str, str], str], statement: str
) -> None:
    dump = tmp_path / "crm.sql"
    dump.write_text(statement.format(put("0503", "12300015")), encoding="utf-8")
    assert [found.entity for found in scan_log(dump).findings] == ["KZ_IIN"]


NAMED = ("t", "[t]", "dbo.t", "[dbo].[t]", '"dbo"."t"', "[crm].[dbo].[t]")
BYTES: dict[str, Callable[[bytes], str]] = {
    "a literal": lambda octets: f"0x{octets.hex()}",
    "cast": lambda octets: f"CAST(0x{octets.hex().upper()} AS varchar(20))",
    "converted": lambda octets: f"CONVERT(nvarchar(20), 0x{octets.hex()})",
    "UNHEX": lambda octets: f"UNHEX('{octets.hex()}')",
    "HEXTORAW": lambda octets: f"HEXTORAW('{octets.hex()}')",
    "decode": lambda octets: f"decode('{octets.hex()}', 'hex')",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("write", BYTES.values(), ids=BYTES)
@pytest.mark.parametrize("table", NAMED)
def test_the_bytes_of_a_text_are_read_in_a_statement_with_or_without_into(
    tmp_path: Path, table: str, write: Callable[[bytes], str], encoding: str
) -> None:
    dump = tmp_path / "crm.sql"
    value = write("050312300015".encode(encoding))
    dump.write_text(
        f"INSERT {table} ([iin]) VALUES ({value})\nGO\nINSERT INTO {table} ([iin]) VALUES ({value})\nGO\n",
        encoding="utf-8",
    )
    (found,) = scan_log(dump).findings
    assert (found.entity, found.matched, (found.path or "").rpartition(".")[2]) == ("KZ_IIN", 2, "iin")


@pytest.mark.parametrize(
    "clean",
    [
        "a || b",
        "'a', 'b'",
        "x = '1' || y",
        "if (a || b) return 'x' + y",
        "CHAR(10)",
        "VARCHAR(255), CHAR(12)",
        "''||''x",
    ],
)
def test_what_puts_nothing_together_stays(clean: str) -> None:
    assert Spelled(clean).view in (clean, clean.replace("''||''", "''"))
