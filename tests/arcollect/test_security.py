"""What every answer says to the browser, and what no page may contain."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings


@pytest.fixture
def page(client, db):
    return client.get("/accounts/login/")


def test_scripts_and_styles_come_from_here_alone(page):
    rules = dict(rule.strip().split(" ", 1) for rule in page.headers["Content-Security-Policy"].split(";") if rule.strip())
    assert rules["default-src"] == "'self'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "script-src" not in rules
    assert rules["base-uri"] == "'none'"
    assert rules["frame-ancestors"] == "'self'"


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "SAMEORIGIN")],
)
def test_the_quiet_headers(page, header, value):
    assert page.headers[header] == value


def test_strict_transport_is_said_once_it_is_set(db):
    assert "Strict-Transport-Security" not in Client().get("/accounts/login/", secure=True).headers
    with override_settings(SECURE_HSTS_SECONDS=31536000):
        answer = Client().get("/accounts/login/", secure=True)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_session_is_no_business_of_scripts(client, owner):
    client.post("/accounts/login/", {"login": owner.email, "password": "correct horse"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_form_from_elsewhere_is_refused(owner, business):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/b/{business.slug}/settings/logo/remove/").status_code == 403


# An event handler or a style written into a tag, and a script with a text of its own, are what the policy forbids.
FORBIDDEN = re.compile(r"<[^>{}]*\s(on[a-z]+|style)\s*=|<style|<script(?![^>]*\bsrc=)", re.IGNORECASE)


def templates():
    """Everything a browser gets to see: letters are printed, and mails are read by mail programs."""
    root = settings.BASE_DIR / "templates"
    return sorted(path for path in root.rglob("*.html") if path.relative_to(root).parts[0] not in {"letters", "mail"})


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_no_page_needs_what_the_policy_forbids(path):
    assert FORBIDDEN.findall(path.read_text(encoding="utf-8")) == []
