"""What tests of pages share: addresses by name, and the words a person reads."""

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from customers.models import Business


def address(business: Business, name: str, *args: object) -> str:
    return reverse(name, args=[business.slug, *args])


def words(response: HttpResponse) -> str:
    """The text of a page with one space between words; fails where the page did."""
    assert response.status_code == 200, (response.status_code, response.content[:500])
    body = response.content.decode().split("<main", 1)[-1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def lines(response: HttpResponse) -> list[str]:
    """The rows of a CSV download, head first, without the mark for Excel."""
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def read(client: Client, business: Business, name: str, *args: object, **query: object) -> str:
    """The words of the page at that address."""
    return words(client.get(address(business, name, *args), query))
