"""A database of its own for tests that start real processes, on the engine the suite runs on."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from tests.postgres import free_port

Manage = Callable[..., subprocess.Popen]
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with empty tables, to be copied: making them takes longer than most of these tests."""
    configured = os.environ.get("DATABASE_URL", "")
    if not configured.startswith("postgres"):
        url = f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'empty.sqlite3'}"
        _migrate(url)
        yield url
        return
    with _on_server(configured) as url:
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ | {"DATABASE_URL": url}, check=True)


@contextmanager
def _on_server(configured: str, template: str = "template1") -> Iterator[str]:
    """A database of its own on the server of `configured`, dropped afterwards."""
    name, parts = f"faults_{uuid.uuid4().hex[:12]}", urlsplit(configured)
    server = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(migrated: str, tmp_path: Path) -> Iterator[str]:
    """A database with empty tables: a file, or one on the server of DATABASE_URL that is dropped afterwards."""
    if migrated.startswith("sqlite"):
        shutil.copy(migrated.removeprefix("sqlite:///"), own := tmp_path / "own.sqlite3")
        yield f"sqlite:///{own}"
        return
    with _on_server(migrated, urlsplit(migrated).path.strip("/")) as url:
        yield url


@pytest.fixture
def surroundings(database_url: str) -> dict[str, str]:
    """The environment of the processes a test starts; other fixtures add to it."""
    return os.environ | {"DATABASE_URL": database_url}


@pytest.fixture
def start(surroundings: dict[str, str]) -> Iterator[Manage]:
    """Starts `manage.py` with these words as a process group of its own, on the test's own database; none outlives the test."""
    started: list[subprocess.Popen] = []

    def begin(*words: object) -> subprocess.Popen:
        command = [sys.executable, "manage.py", *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=surroundings, start_new_session=True, **pipes)
        started.append(process)
        return process

    yield begin
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """Kills a process with all its children, as a power cut would; one that ended already is left alone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.fixture
def manage(start: Manage) -> Callable[..., Any]:
    """Runs `manage.py` to its end and returns what it printed, read as JSON where it is."""

    def run(*words: object) -> Any:
        output, errors = (process := start(*words)).communicate(timeout=300)
        assert process.returncode == 0, errors
        return json.loads(output) if output.startswith("{") else output

    return run


@pytest.fixture
def ask(database_url: str) -> Ask:
    """Puts one SQL statement to the test's own database; returns its rows, or nothing for one that only changes something."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        if database_url.startswith("sqlite"):
            with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=20)) as connection, connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(database_url.replace("postgres://", "postgresql://")) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    return rows


class Inbox:
    """A mail server that keeps what it accepted, by Message-ID; `before` and `after` may do harm around an acceptance."""

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.before: Callable[[int], None] = lambda number: None
        self.after: Callable[[int], None] = lambda number: None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        number = self.accepted.total() + 1
        self.before(number)
        head = envelope.content.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode()
        self.accepted[next(line for line in head.splitlines() if line.lower().startswith("message-id:")).lower()] += 1
        self.after(number)
        return "250 OK"


@pytest.fixture
def inbox(surroundings: dict[str, str]) -> Iterator[Inbox]:
    """A real mail server on loopback that the started processes send to."""
    box = Inbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    surroundings["EMAIL_URL"] = f"smtp://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


@pytest.fixture
def noon() -> str:
    """The name of a time zone in which it is noon now: letters may go out there whenever the tests run."""
    ahead = 12 - time.gmtime().tm_hour
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


def until(true: Callable[[], object], seconds: float) -> None:
    """Looks four times a second whether something has come true; fails the test where it never does."""
    patience, last = threading.Event(), time.monotonic() + seconds
    while not true():
        assert time.monotonic() < last, f"did not come true within {seconds} seconds"
        patience.wait(0.25)
