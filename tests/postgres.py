"""Runs a command with DATABASE_URL pointing at a PostgreSQL server: `python -m tests.postgres pytest -q`.

The server is the one of TEST_DATABASE_URL; else one that answers user postgres without a password on the standard
local port; else a throw-away cluster, made in a folder of its own where PostgreSQL's programs are installed and removed
afterwards. Without any of them the command is not run and the last line says so: success, unless REQUIRE_POSTGRES is set.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

STANDARD = "postgres://postgres@127.0.0.1:5432/arcollect"
# The cluster lives for minutes and is thrown away: it need not survive a power cut.
HASTY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def main(command: list[str]) -> int:
    with server() as url:
        if url is None:
            sys.stderr.write(
                "PostgreSQL was not run: no TEST_DATABASE_URL, no server for user postgres without a password on "
                "127.0.0.1:5432, and PostgreSQL's programs are not installed.\n"
            )
            return 1 if os.environ.get("REQUIRE_POSTGRES") else 0
        return subprocess.run(["env", f"DATABASE_URL={url}", *command], check=False).returncode


@contextmanager
def server() -> Iterator[str | None]:
    """A DATABASE_URL to test on, or None where there is no PostgreSQL at all."""
    given, programs = os.environ.get("TEST_DATABASE_URL"), programs_folder()
    if given:
        announce("the server of TEST_DATABASE_URL")
        yield given
    elif answers(STANDARD):
        announce("the server at 127.0.0.1:5432")
        yield STANDARD
    elif programs:
        announce("a throw-away cluster")
        with throw_away_cluster(programs) as url:
            yield url
    else:
        yield None


def announce(where: str) -> None:
    sys.stdout.write(f"Tests on PostgreSQL: {where}\n")
    sys.stdout.flush()


def answers(url: str) -> bool:
    """Whether the server of `url` lets us in; the database named there need not exist."""
    try:
        psycopg.connect(url.rpartition("/")[0] + "/postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def programs_folder() -> Path | None:
    """Where initdb and postgres are. Debian keeps them off the PATH, one folder a version: the newest is taken."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def throw_away_cluster(programs: Path) -> Iterator[str]:
    """Make a cluster on a free port and in its own folder, yield its URL, stop it, remove it."""
    # PostgreSQL refuses to run as root; its packages bring a user for it.
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="arcollect-postgres-"))
    if account:
        shutil.chown(folder, "postgres", "postgres")
    control = [programs / "pg_ctl", "--pgdata", folder / "data", "--silent", "--wait"]
    try:
        init = [*control, "-o", "-U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync", "init"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd=folder, **account)
        port = free_port()
        options = f"-p {port} -k {folder} -h 127.0.0.1 {HASTY}"
        subprocess.run([*control, "-l", folder / "log", "-o", options, "start"], check=True, cwd=folder, **account)
        yield f"postgres://postgres@127.0.0.1:{port}/arcollect"
    finally:
        subprocess.run([*control, "--mode=immediate", "stop"], check=False, cwd=folder, **account)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
