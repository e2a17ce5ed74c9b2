"""The fixed cast: an owner and a bookkeeper of one business, the owner of another, and nobody."""

import gc
from collections.abc import Callable, Iterator

import hypothesis
import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from customers.models import Business, Customer, User
from customers.models.business import Role
from tests import make

pytest_plugins = ["tests.proves"]
# How long an example takes says more of what else the machine has to do than of the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database has nothing to prove on a second one: on PostgreSQL it is left out."""
    if connection.vendor != "postgresql":
        return
    apart = [item for item in items if not _touches_database(item)]
    items[:] = [item for item in items if _touches_database(item)]
    config.hook.pytest_deselected(items=apart)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays to the end: the garbage collector need not look through it time and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def _touches_database(item: pytest.Item) -> bool:
    asked_for = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked_for) or item.get_closest_marker("django_db") is not None or "faults" in item.keywords


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    """Uploads go to the test's own folder, mail to memory; passwords cost nothing, nor does finding the static files.

    Nobody has asked for anything yet: what is counted in the cache would be counted over all tests.
    """
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def business(db) -> Business:
    return make.business()


@pytest.fixture
def owner(business) -> User:
    return make.member(business, Role.OWNER, "owner@example.com")


@pytest.fixture
def bookkeeper(business) -> User:
    return make.member(business, Role.BOOKKEEPER, "books@example.com")


@pytest.fixture
def outsider(db) -> User:
    """The owner of another business: must never see a row of ours."""
    return make.member(make.business("Elsewhere Ltd"), Role.OWNER, "outsider@example.com")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which this person is logged in."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return logged_in


@pytest.fixture
def books(client_of, bookkeeper) -> Client:
    """The bookkeeper's browser."""
    return client_of(bookkeeper)


@pytest.fixture
def acme(business) -> Customer:
    """A customer who owes nothing yet."""
    return make.customer(business)


@pytest.fixture
def in_march() -> Iterator[None]:
    """It is noon on Friday 20 March 2026."""
    with time_machine.travel("2026-03-20 12:00Z", tick=False):
        yield


@pytest.fixture
def in_june() -> Iterator[None]:
    """It is noon on Tuesday 30 June 2026."""
    with time_machine.travel("2026-06-30 12:00Z", tick=False):
        yield


@pytest.fixture(autouse=True)
def _guards_let_go(request) -> Iterator[None]:
    """After a test with real transactions the tables are emptied row by row on SQLite, which the guards rightly refuse."""
    transactional = {"transactional_db", "live_server"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    if not transactional and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    request.config.stash[TAKEN_DOWN] = [sql for _, sql in triggers]


TAKEN_DOWN = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Puts the guards up again once every fixture is gone and the tables are empty."""
    result = yield
    for statement in item.config.stash.get(TAKEN_DOWN, []):
        connection.connection.execute(statement)
    item.config.stash[TAKEN_DOWN] = []
    return result
