"""A real IMAP server of the test's own: Debian's dovecot on loopback, with mailboxes in a folder of the test."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "open&sesame"
CONFIG = """\
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {name}
log_path = {folder}/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def why_not() -> str:
    """Why dovecot cannot be started here, or ""."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        return "dovecot is not installed (Debian: dovecot-imapd)"
    return "" if os.geteuid() == 0 else "dovecot's processes change their user: only root can start it"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[int]:
    """Starts dovecot in `folder`, which other users must be able to enter; gives its port; stops it again.

    Every user has a mailbox, with PASSWORD.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "mail").mkdir()
    shutil.chown(folder / "mail", "mail", "mail")
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(folder=folder, password=PASSWORD, name=folder.name, user="mail", group="mail", port=port))
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    process = subprocess.Popen([program, "-F", "-c", str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process, folder)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _wait_for(port: int, process: subprocess.Popen, folder: Path) -> None:
    deadline, patience = time.monotonic() + 10, threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            if line.recv(4) == b"* OK":
                return
        patience.wait(0.02)
    log = folder / "dovecot.log"
    output = process.stdout.read().decode() if process.poll() is not None else ""
    raise RuntimeError(f"dovecot did not start: {output} {log.read_text() if log.exists() else ''}")
