"""A database of its own for tests that start real processes, on the engine the suite runs on."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

Manage = Callable[..., subprocess.Popen]


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """An empty database: a file, or one on the server of DATABASE_URL that is dropped afterwards."""
    configured = os.environ.get("DATABASE_URL", "")
    if not configured.startswith("postgres"):
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    name, parts = f"faults_{uuid.uuid4().hex[:12]}", urlsplit(configured)
    server = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def start(database_url: str) -> Manage:
    """Starts `manage.py` with these words as a process of its own, on the test's own database."""

    def begin(*words: object) -> subprocess.Popen:
        environment = os.environ | {"DATABASE_URL": database_url}
        command = [sys.executable, "manage.py", *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, **pipes)

    return begin


@pytest.fixture
def manage(start: Manage) -> Callable[..., Any]:
    """Runs `manage.py` to its end and returns what it printed, read as JSON where it is."""

    def run(*words: object) -> Any:
        output, errors = (process := start(*words)).communicate(timeout=300)
        assert process.returncode == 0, errors
        return json.loads(output) if output.startswith("{") else output

    return run
