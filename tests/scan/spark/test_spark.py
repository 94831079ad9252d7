"""The scan on Spark: the same findings as the local scanner, whatever is split, killed or damaged."""

from __future__ import annotations

import gzip
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from piiguard.demo import write_demo
from piiguard.errors import ScanError
from piiguard.manifest import Manifest
from piiguard.scan import Options, ScanReport
from piiguard.scan.targets import scan_target
from tests.documents import split_docx, zipped

NAMES = (
    "Сынақов Үлгі Мысалұлы",
    "Мысалова Дана Үлгіқызы",
    "Примеров Олжас Тестович",
    "Үлгіева Сымбат Сынаққызы",
)
LOW = Options(min_confidence="low")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo")
    write_demo(directory, scale=0.1)
    return directory


def on_spark(spark: Any, target: str, options: Options = LOW, manifest: Manifest | None = None) -> ScanReport:
    from piiguard.scan.spark import scan_on_spark

    return scan_on_spark(target, options, manifest=manifest)


def findings(report: ScanReport) -> list[dict[str, Any]]:
    return sorted((f.to_dict() for f in report.findings), key=lambda f: str(f["id"]))


def same(spark: Any, target: str, options: Options = LOW, manifest: Manifest | None = None) -> ScanReport:
    report = on_spark(spark, target, options, manifest)
    local = scan_target(target, options, manifest=manifest)
    assert findings(report) == findings(local)
    assert report.targets == local.targets
    assert report.persons == local.persons
    return report


def test_a_database_gives_the_local_findings(spark: Any, demo: Path) -> None:
    report = same(spark, f"sqlite:///{demo / 'crm.db'}")
    assert len(report.findings) > 20
    assert report.complete


def test_a_log_gives_the_local_findings_with_line_numbers(spark: Any, demo: Path) -> None:
    report = same(spark, str(demo / "app.log"))
    assert all(f.lines for f in report.findings)


def test_line_numbers_hold_across_the_splits_of_a_file(spark: Any, demo: Path) -> None:
    before = spark.conf.get("spark.sql.files.maxPartitionBytes")
    spark.conf.set("spark.sql.files.maxPartitionBytes", "8192")
    try:
        same(spark, str(demo / "app.log"))
    finally:
        spark.conf.set("spark.sql.files.maxPartitionBytes", before)


def test_a_directory_of_logs_in_several_encodings_and_compressions(
    spark: Any, demo: Path, tmp_path: Path
) -> None:
    text = (demo / "app.log").read_text(encoding="utf-8")
    (tmp_path / "plain.log").write_text(text, encoding="utf-8")
    (tmp_path / "packed.log.gz").write_bytes(gzip.compress(text.encode()))
    lines = "клиент, телефон +7 701 123 45 67\nИИН 050312300015\n"
    (tmp_path / "old windows.log").write_bytes(lines.encode("cp1251"))
    (tmp_path / "wide.log").write_bytes(lines.encode("utf-16"))
    (tmp_path / "empty.log").touch()
    (tmp_path / "no end.log").write_bytes("ИИН 050312300015".encode())
    report = same(spark, str(tmp_path))
    assert {f.file for f in report.findings} >= {str(tmp_path / "wide.log"), str(tmp_path / "no end.log")}


@pytest.fixture
def lake(spark: Any, tmp_path: Path) -> Path:
    rows = [
        (
            n,
            f"0503123{n % 100000:05}",
            f"тел. +7 701 123 {n % 90 + 10} 67" if n % 7 == 0 else "нет",
            NAMES[n % 4],
        )
        for n in range(3000)
    ]
    rows[::3] = [(n, "050312300015", note, fio) for n, _, note, fio in rows[::3]]
    frame = spark.createDataFrame(rows, "id long, iin string, note string, fio string").repartition(3)
    frame.write.parquet(str(tmp_path / "lake"))
    return tmp_path / "lake"


def test_a_parquet_lake_gives_the_local_findings(spark: Any, lake: Path) -> None:
    report = same(spark, f"{lake}/*.parquet")
    found = {(f.column, f.entity): f for f in report.findings}
    assert ("note", "KZ_PHONE") in found
    # the first rows settle a column of names, and are the same ones here and there
    fio = found["fio", "PERSON"]
    assert (fio.matched, fio.examined, fio.records) == (2000, 2000, 3000)


def test_a_lake_of_more_files_than_one_job_reads_is_one_table(
    spark: Any, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from piiguard.scan.spark import workers

    monkeypatch.setattr(workers, "_AT_ONCE", 1)
    report = same(spark, f"{lake}/*.parquet")
    assert len({finding.id for finding in report.findings}) == len(report.findings)


def test_what_the_manifest_says_of_a_lake_counts_here_and_there(
    spark: Any, lake: Path, tmp_path: Path
) -> None:
    path = tmp_path / "piiguard.toml"
    path.write_text(
        '[[columns]]\ntable = "lake"\ncolumn = "iin"\ncontext = "lake.iin"\ntype = "string"\n',
        encoding="utf-8",
    )
    report = same(spark, f"{lake}/*.parquet", manifest=Manifest.load(path))
    assert "listed" in [reason.code for f in report.findings if f.column == "iin" for reason in f.reasons]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_sheets_and_dumps_are_read_by_the_same_readers(spark: Any, tmp_path: Path, encoding: str) -> None:
    """What Excel writes here has semicolons, and old programs write cp1251."""
    rows = [(f"701{n:07}", "050312300015", "Примеров Олжас Тестович") for n in range(60)]
    sheet = "тел;иин;фио\n" + "".join(";".join(row) + "\n" for row in rows)
    (tmp_path / "clients.csv").write_bytes(sheet.encode(encoding))
    values = ",\n".join(f"('{phone}', '{iin}')" for phone, iin, _ in rows)
    (tmp_path / "crm.sql").write_text(f"INSERT INTO people (phone, iin) VALUES {values};\n", encoding="utf-8")
    report = same(spark, str(tmp_path))
    assert {f.path for f in report.findings} >= {"$.тел", "$.иин", "$.фио", "$.people.phone", "$.people.iin"}


def test_files_that_only_spark_can_open_are_read_by_the_same_readers(
    spark: Any, tmp_path: Path, lake: Path
) -> None:
    (tmp_path / "a.log.gz").write_bytes(gzip.compress("ИИН 050312300015\n".encode()))
    (tmp_path / "b #%4.csv").write_bytes("тел;фио\n".encode() + b"7010000001;x\n" * 30)
    (tmp_path / "damaged.xz").write_bytes(b"\xfd7zXZ\x00 no more")
    (tmp_path / "c.zip").write_bytes(
        zipped({"c.docx": split_docx("050312300015"), "d.log": "тел. +77010000001\n"})
    )
    report, local = on_spark(spark, tmp_path.as_uri()), scan_target(str(tmp_path), LOW)

    def told(report: ScanReport) -> set[tuple[Any, ...]]:
        """Names apart: what only Spark can open is not settled by its first rows."""
        return {
            (f.entity, f.column, f.path, f.lines, *((f.matched, f.examined) if f.entity != "PERSON" else ()))
            for f in report.findings
        }

    assert told(report) == told(local)
    # Spark's own listing of a remote folder shows no hidden files
    seen = [error.message for error in local.errors if error.message != "hidden"]
    assert [error.message for error in report.errors] == seen


def test_a_damaged_file_is_listed_and_the_rest_is_scanned(spark: Any, lake: Path) -> None:
    clean = findings(on_spark(spark, f"{lake}/*.parquet"))
    (lake / "damaged.parquet").write_bytes(b"PAR1 this is no parquet file PAR1")
    report = same(spark, f"{lake}/*.parquet")
    assert findings(report) == clean
    assert not report.complete
    assert [e.place for e in report.errors] == [str(lake / "damaged.parquet")]


def test_a_damaged_archive_is_listed_and_the_other_logs_are_scanned(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "good.log").write_text("ИИН 050312300015\n", encoding="utf-8")
    packed = gzip.compress(os.urandom(100_000))
    (tmp_path / "cut.log.gz").write_bytes(packed[: len(packed) // 2])
    report = on_spark(spark, str(tmp_path))
    assert [f.entity for f in report.findings] == ["KZ_IIN"]
    assert [e.place for e in report.errors] == [str(tmp_path / "cut.log.gz")]


def test_a_binary_file_is_listed_as_one(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(os.urandom(20_000) + bytes(500))
    report = same(spark, str(tmp_path))
    assert "binary" in report.errors[0].message


def test_any_frame_can_be_scanned(spark: Any) -> None:
    from piiguard.scan.spark import scan_dataframe

    payload = json.dumps({"client": {"iin": "050312300015"}})
    rows = [(50312300015 + 0 * n, payload, [f"synaq{n}@example.kz"]) for n in range(40)]
    frame = spark.createDataFrame(rows, "iin long, payload string, contacts array<string>")
    report = scan_dataframe(frame, LOW, name="staff")
    found = {(f.table, f.column, f.path, f.entity) for f in report.findings}
    assert ("staff", "payload", "$.client.iin", "KZ_IIN") in found
    assert any(column == "contacts" and entity == "EMAIL_ADDRESS" for _, column, _, entity in found)


def test_a_worker_killed_in_the_middle_changes_nothing(spark: Any, tmp_path: Path) -> None:
    from pyspark.sql.functions import udf

    from piiguard.scan.spark import scan_dataframe

    mark = tmp_path / "killed"

    @udf("string")  # type: ignore[untyped-decorator,unused-ignore]
    def die_once(value: str) -> str:
        if value == "050312300015" and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return value

    rows = [(f"synaq{n}@example.kz", "050312300015" if n == 3500 else "") for n in range(4000)]
    frame = spark.createDataFrame(rows, "email string, note string").repartition(4)
    calm = scan_dataframe(frame, LOW, name="staff")
    shaken = scan_dataframe(frame.withColumn("note", die_once("note")), LOW, name="staff")
    assert mark.exists()
    assert findings(shaken) == findings(calm)
    assert shaken.complete


def test_no_value_stands_in_the_event_log(spark: Any, demo: Path) -> None:
    on_spark(spark, str(demo / "app.log"))
    on_spark(spark, f"sqlite:///{demo / 'crm.db'}")
    folder = Path(str(spark.sparkContext.getConf().get("spark.eventLog.dir")).removeprefix("file:"))
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert len(written) > 10_000
    planted = [line for line in (demo / "app.log").read_text(encoding="utf-8").splitlines() if "ИИН" in line]
    for line in planted:
        iin = line.partition("ИИН ")[2][:12]
        assert iin.encode() not in written


def test_a_password_in_the_url_is_refused_on_a_cluster() -> None:
    from piiguard.scan.spark import scan_on_spark

    with pytest.raises(ScanError) as caught:
        scan_on_spark("postgresql://crm:Qupiia-7@db/crm", master="spark://host:7077")
    assert "Qupiia-7" not in str(caught.value) + caught.value.hint
    assert "PIIGUARD_DATABASE_PASSWORD" in caught.value.hint


def test_a_server_is_read_in_ranges_of_its_key(
    spark: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    from piiguard.scan import settle

    monkeypatch.setattr(settle, "LARGE", 300)
    engine = sa.create_engine(database_url)
    table = sa.Table(
        "clients",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80)),
    )
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(
            table.insert(), [{"id": n, "email": f"synaq{n}@example.kz"} for n in range(1, 1001)]
        )
        connection.execute(
            sa.text("analyze table clients" if engine.dialect.name == "mysql" else "analyze clients")
        )
    engine.dispose()
    report = same(spark, database_url, replace(LOW, sample=None))
    assert [(f.column, f.matched) for f in report.findings] == [("email", 1000)]


@pytest.fixture(autouse=True)
def _no_password_left() -> Iterator[None]:
    yield
    os.environ.pop("PIIGUARD_DATABASE_PASSWORD", None)


def test_the_command_scans_on_spark(spark: Any, demo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from piiguard.cli.main import run

    command = ["scan", str(demo / "app.log"), "--format", "json"]
    assert run(command) == 3
    local = json.loads(capfd.readouterr().out)
    assert run([*command, "--engine", "spark"]) == 3
    assert json.loads(capfd.readouterr().out)["findings"] == local["findings"]
    assert run([*command[:2], "--engine", "spark", "--format", "ndjson"]) == 2
