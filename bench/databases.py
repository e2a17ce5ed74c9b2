"""A database of the bench's own, made before and dropped after: a file in a temporary folder, or one on a PostgreSQL server."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from bench.measuring import ROOT

SERVER = "postgres://postgres@127.0.0.1:5432/arcollect"


class SqliteFiles:
    """Databases as files; a copy is a copy of the file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.sqlite3"

    def copy(self, source: str, target: str) -> None:
        shutil.copyfile(self.folder / f"{source}.sqlite3", self.folder / f"{target}.sqlite3")


class PostgresServer:
    """Databases on the server of DATABASE_URL, their names marked with this process's number."""

    def __init__(self, server: str) -> None:
        self.server = server.rpartition("/")[0]
        self.made: list[str] = []

    def name(self, name: str) -> str:
        return f"bench_{os.getpid()}_{name}"

    def url(self, name: str) -> str:
        if name not in self.made:
            self._run("CREATE DATABASE {}", name)
        return f"{self.server}/{self.name(name)}"

    def copy(self, source: str, target: str) -> None:
        self._run("CREATE DATABASE {} TEMPLATE {}", target, source)

    def drop(self) -> None:
        for name in reversed(self.made):
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(self.name(name)) for name in names)))
        if statement.startswith("CREATE"):
            self.made.append(names[0])


@contextmanager
def databases(backend: str) -> Iterator[SqliteFiles | PostgresServer]:
    """Where this run's databases are; all of them are gone afterwards."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory(prefix="arcollect-bench-") as folder:
            yield SqliteFiles(Path(folder))
        return
    given = os.environ.get("DATABASE_URL", "")
    server = PostgresServer(given if given.startswith("postgres") else SERVER)
    try:
        yield server
    finally:
        server.drop()


def migrate(url: str) -> None:
    """Makes the tables in the database of `url`."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
