"""Where the tests find a PostgreSQL server, and what is said when there is none."""

import subprocess
import sys

import psycopg
import pytest

from tests import postgres


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "tests.postgres", *command], env=environment, capture_output=True, text=True, check=False
    )


def test_a_given_server_is_used():
    ran = run(["printenv", "DATABASE_URL"], PATH="/usr/bin:/bin", TEST_DATABASE_URL="postgres://someone@example.com/books")
    assert ran.stdout.splitlines()[-1] == "postgres://someone@example.com/books"


def test_the_result_of_the_command_is_passed_on():
    assert run(["false"], PATH="/usr/bin:/bin", TEST_DATABASE_URL="postgres://someone@example.com/books").returncode == 1


@pytest.mark.skipif(not postgres.programs_folder(), reason="PostgreSQL's programs are not installed")
def test_a_throw_away_cluster_serves_and_leaves_nothing_behind():
    with postgres.throw_away_cluster(postgres.programs_folder()) as url:
        server = url.rpartition("/")[0] + "/postgres"
        with psycopg.connect(server) as connection:
            folder = connection.execute("show data_directory").fetchone()[0]
            assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
        assert "arcollect-postgres-" in folder
    assert not postgres.answers(url)


@pytest.mark.parametrize(("required", "returncode"), [({}, 0), ({"REQUIRE_POSTGRES": "1"}, 1)])
def test_without_any_server_it_says_so(monkeypatch, capsys, required, returncode):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("REQUIRE_POSTGRES", raising=False)
    for name, value in required.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(postgres, "STANDARD", "postgres://postgres@127.0.0.1:1/arcollect")
    monkeypatch.setattr(postgres, "programs_folder", lambda: None)
    assert postgres.main(["false"]) == returncode
    assert "PostgreSQL was not run" in capsys.readouterr().err
