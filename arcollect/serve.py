"""`make run`: brings the database up to date, then runs the web server and the job cluster together.

Both are stopped together as well: on Ctrl-C, on SIGTERM, and when one of them dies. A job cluster whose processes stand
while its heart has stopped (stack.md 3) is killed and started again.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
ADDRESS = f"http://localhost:{PORT}"
MANAGE = [sys.executable, "manage.py"]
# Two processes with threads: one long page does not hold up the others, and SQLite has few writers to queue.
WEB = [sys.executable, "-m", "gunicorn", "arcollect.wsgi", f"--bind={HOST}:{PORT}", "--workers=2", "--threads=4"]
# Loaded before it listens: who sees the address can open it at once.
WEB += ["--preload", "--log-level=warning", "--no-control-socket"]
START_SECONDS = 60
STOP_SECONDS = 20
# A new cluster beats within a minute; /health/ itself calls a pulse late after five.
LOOK_SECONDS = 180


def main(arguments: list[str]) -> int:
    if answers():
        return complain(
            f"Port {PORT} is taken: arcollect may be running already, see {ADDRESS}. Another port: make run PORT=8001"
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arcollect.settings")
    os.environ.setdefault("BASE_URL", ADDRESS)
    steps = [["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"], ["sync_schedules"]]
    steps += [["demo", "--second"]] if "--demo" in arguments else []
    for step in steps:
        if subprocess.run([*MANAGE, *step], check=False).returncode:
            return complain(f"arcollect was not started: `manage.py {step[0]}` failed.")
    return run_together({"web server": WEB, "job cluster": [*MANAGE, "qcluster"]})


def run_together(commands: dict[str, list[str]]) -> int:
    """Start the commands, wait for a signal or for one of them to end, stop them all.

    Returns 0 when asked to stop, 1 when one ended by itself.
    """
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    # A session each: Ctrl-C reaches only us, and a process that does not stop is killed with its workers.
    running = {name: subprocess.Popen(command, start_new_session=True) for name, command in commands.items()}
    try:
        if wait_until_it_answers(running, asked):
            sys.stdout.write(f"\narcollect runs at {ADDRESS}  (Ctrl-C stops it)\n")
            sys.stdout.flush()
        look_at = time.monotonic() + LOOK_SECONDS
        while not asked.wait(0.3) and not ended(running):
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_SECONDS
                revive(running, commands)
        failed = [] if asked.is_set() else ended(running)
    finally:
        stop(running)
    return complain(f"The {failed[0]} ended by itself: stopped the rest.") if failed else 0


def ended(running: dict[str, subprocess.Popen]) -> list[str]:
    return [name for name, process in running.items() if process.poll() is not None]


def revive(running: dict[str, subprocess.Popen], commands: dict[str, list[str]]) -> None:
    """Kills a frozen job cluster, which does not even answer SIGTERM, and starts another: its work is safe to do twice."""
    if not heart_stopped():
        return
    complain("The job cluster stands still: it is started again.")
    os.killpg(running["job cluster"].pid, signal.SIGKILL)
    running["job cluster"].wait()
    running["job cluster"] = subprocess.Popen(commands["job cluster"], start_new_session=True)


def heart_stopped() -> bool:
    """Whether /health/ says that the jobs no longer beat; a web server that does not answer says nothing about them."""
    try:
        urllib.request.urlopen(f"http://localhost:{PORT}/health/", timeout=10).close()
    except urllib.error.HTTPError as answer:
        return answer.code == 503
    except OSError:
        return False
    return False


def wait_until_it_answers(running: dict[str, subprocess.Popen], asked: threading.Event) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not ended(running) and not asked.wait(0.1):
        if answers():
            return True
    return False


def answers() -> bool:
    """Whether something listens on our port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1" if HOST == "0.0.0.0" else HOST, PORT)) == 0


def stop(running: dict[str, subprocess.Popen]) -> None:
    """Ask all to stop, give them time to finish what they do, then kill what is left."""
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
