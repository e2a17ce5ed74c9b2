"""`make run` holds the web server and the job cluster together: neither outlives the other."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from arcollect import serve

MARK = f"# started by {os.getpid()}"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", f"import os, signal, time; {code}; time.sleep(60) {MARK}"]


WAIT = python("pass")
DEAF = python("signal.signal(signal.SIGTERM, signal.SIG_IGN)")
CTRL_C = python("os.kill(os.getppid(), signal.SIGINT)")


@pytest.fixture(autouse=True)
def _handlers_put_back(monkeypatch):
    monkeypatch.setattr(serve, "PORT", 1)  # where nothing listens
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def left_over() -> list[Path]:
    """The processes started here that still live, found by the comment in their command line."""
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if MARK.encode() in read(path)]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended while we looked
        return b""


def test_ctrl_c_stops_both_and_is_no_failure():
    assert serve.run_together({"web server": WAIT, "job cluster": CTRL_C}) == 0
    assert not left_over()


def test_when_one_dies_the_other_is_stopped_and_the_failure_named(capsys):
    assert serve.run_together({"web server": WAIT, "job cluster": ["false"]}) == 1
    assert "job cluster ended by itself" in capsys.readouterr().err
    assert not left_over()


def test_once_it_answers_the_address_is_said_and_both_are_watched(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(serve, "PORT", port)
    web = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    # Three seconds are plenty for the server to answer before the job cluster dies.
    assert serve.run_together({"web server": web, "job cluster": python("signal.alarm(3)")}) == 1
    said = capsys.readouterr()
    assert f"arcollect runs at {serve.ADDRESS}" in said.out
    assert "job cluster ended by itself" in said.err


def test_what_does_not_stop_when_asked_is_killed(monkeypatch):
    monkeypatch.setattr(serve, "STOP_SECONDS", 0.5)
    started = time.monotonic()
    assert serve.run_together({"web server": ["sleep", "1"], "job cluster": DEAF}) == 1
    assert time.monotonic() - started < 30
    assert not left_over()


def test_a_second_run_says_that_the_port_is_taken(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(serve, "PORT", other.getsockname()[1])
        assert serve.main(["--demo"]) == 1
        assert f"Port {serve.PORT} is taken" in capsys.readouterr().err


SICK = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()
HTTPServer(("127.0.0.1", {port}), Health).serve_forever()
"""


def test_a_job_cluster_that_stands_still_is_started_again(monkeypatch, tmp_path, capsys):
    """The first cluster is frozen and deaf; the second one ends, which ends the run."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(serve, "PORT", port)
    monkeypatch.setattr(serve, "LOOK_SECONDS", 0.2)
    second = tmp_path / "second"
    frozen = f"p = {str(second)!r}; again = os.path.exists(p); open(p, 'w'); again and os.kill(os.getpid(), 9)"
    frozen += "; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    web = [sys.executable, "-c", SICK.format(port=port) + MARK]
    assert serve.run_together({"web server": web, "job cluster": python(frozen)}) == 1
    said = capsys.readouterr().err
    assert "The job cluster stands still: it is started again." in said
    assert "job cluster ended by itself" in said
    assert not left_over()
