"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The visitor's IP address; "" where none is known.

    Behind a proxy it is the last one in X-Forwarded-For, which our own proxy wrote: those before it anybody can make up.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    raw = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(raw))
    except ValueError:
        return ""


def household_of(address: str) -> str:
    """What counts as one visitor: an IPv4 address, or the /64 network one subscriber has of IPv6."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))
