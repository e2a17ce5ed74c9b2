"""The frame around every page: the rooms one may enter, where one is, and the businesses to switch to."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.urls import reverse

from customers.models import Membership
from tests import make


def page(client, business, path=""):
    return client.get(f"/b/{business.slug}/{path}").content.decode()


def test_the_room_one_is_in_is_marked(client_of, owner, business):
    html = page(client_of(owner), business, "letters/")
    assert html.count('aria-current="page"') == 1
    assert f'<a href="/b/{business.slug}/letters/" aria-current="page">' in html


def test_a_bookkeeper_sees_no_door_to_the_settings(client_of, bookkeeper, owner, business):
    assert f'href="/b/{business.slug}/settings/"' in page(client_of(owner), business)
    assert f'href="/b/{business.slug}/settings/"' not in page(client_of(bookkeeper), business)


def test_the_title_names_page_and_business(client_of, owner, business):
    assert "<title>Dashboard · Hollis Tools</title>" in page(client_of(owner), business)


def test_one_switches_between_ones_own_businesses_only(client_of, bookkeeper, outsider, business):
    second = make.business("Second Shop")
    Membership.objects.create(business=second, user=bookkeeper, role="bookkeeper")
    html = page(client_of(bookkeeper), business)
    assert f'href="/b/{second.slug}/"' in html
    assert "Elsewhere Ltd" not in html


def test_a_page_that_is_not_there_says_so_kindly(client_of, owner, business):
    answer = client_of(owner).get(f"/b/{business.slug}/nonsense/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()


def test_what_is_not_a_bookkeepers_says_whose_it_is(client_of, bookkeeper, business):
    assert "This part of the business is for its owner" in page(client_of(bookkeeper), business, "settings/")


@pytest.mark.parametrize(("address", "secure"), [("https://books.example", "True"), ("http://localhost:8000", "False")])
def test_cookies_are_secure_where_the_address_is(address, secure):
    words = "from arcollect import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    environment = {**os.environ, "BASE_URL": address, "SECRET_KEY": "x" * 50}
    run = subprocess.run(
        [sys.executable, "-c", words], cwd=project.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == [secure, secure]


def test_the_open_web_needs_a_secret_of_its_own():
    environment = {**os.environ, "BASE_URL": "https://books.example", "SECRET_KEY": ""}
    run = subprocess.run(
        [sys.executable, "-c", "import arcollect.settings"], cwd=project.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert run.returncode
    assert "Set SECRET_KEY" in run.stderr


@pytest.mark.parametrize("door", ["settings-rules", "policy-list", "wording-list", "rate-list", "member-list"])
def test_the_side_bar_marks_settings_on_each_of_its_pages(client_of, owner, business, door):
    html = client_of(owner).get(reverse(door, args=[business.slug])).content.decode()
    assert f'<a href="/b/{business.slug}/settings/" aria-current="page">' in html
