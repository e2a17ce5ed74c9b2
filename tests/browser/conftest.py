"""A real server with the demo in a database of its own, and Chromium to look at it. No test here touches the database itself."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.clock import MORNING

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "quiet-otter-41"
CLOCKED = [sys.executable, "-m", "tests.browser.clock"]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class House:
    """A running arcollect: where it is, the environment its commands run in, and the hour it is there."""

    address: str
    environment: dict[str, str]
    listener: socket.socket
    log: BinaryIO
    server: subprocess.Popen | None = None

    def manage(self, *command: str) -> None:
        """A command of manage.py, at the hour of the clock. What it complains of fails the test."""
        subprocess.run([*CLOCKED, "manage", *command], cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def open(self, at: str = MORNING) -> None:
        """Serves from that hour on, its commands too. Who calls meanwhile waits in the queue of the socket."""
        self.close()
        self.environment["CLOCK"] = at
        bind = f"--bind=fd://{self.listener.fileno()}"
        self.server = subprocess.Popen(
            [*CLOCKED, "gunicorn", "arcollect.wsgi", bind, "--threads=4", "--no-control-socket"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            pass_fds=[self.listener.fileno()],
            start_new_session=True,
        )

    def close(self) -> None:
        """Stops the web server, if one runs."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=20)


class PostOffice:
    """A real mail server, and what it was given. Whoever sends waits for its answer: a mail sent is a mail here."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def last_to(self, address: str) -> EmailMessage:
        """The newest mail to this address."""
        return next(mail for mail in reversed(self.mails) if address in mail["To"])


@pytest.fixture(scope="session")
def post_office() -> Iterator[tuple[PostOffice, str]]:
    """The mail server everything of the house goes through, and its address as EMAIL_URL has it."""
    office = PostOffice()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(scope="session")
def mails(post_office) -> PostOffice:
    """What was sent."""
    return post_office[0]


@pytest.fixture(scope="session")
def house(tmp_path_factory, post_office) -> Iterator[House]:
    """A running arcollect with the demo business "demo" in it."""
    folder = tmp_path_factory.mktemp("site")
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "server.log").open("wb") as log:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
            "BASE_URL": address,
            "EMAIL_URL": post_office[1],
            "DEMO_PASSWORD": PASSWORD,
        }
        house = House(address, environment, listener, log)
        for command in (["migrate", "--verbosity=0"], ["demo"], ["collectstatic", "--noinput", "--verbosity=0"]):
            house.manage(*command)
        house.open()
        yield house
        house.close()


@pytest.fixture(scope="session")
def site(house: House) -> str:
    """Where it is."""
    return house.address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium, site) -> Iterator[Callable[..., Page]]:
    """Opens windows, logged in as the person given, or as nobody. What a console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(who: str = "owner@demo.example", **options: object) -> Page:
        context = chromium.new_context(base_url=site, **{"viewport": DESK, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if who:
            log_in(page, who)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def log_in(page: Page, who: str) -> None:
    """Through the form, as everybody does."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
