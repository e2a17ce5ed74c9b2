"""Who reads the page at hand: in the language of the browser, in the manner and at the hour of the business."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language

_country: ContextVar[str] = ContextVar("country", default="")


@contextmanager
def reading_in(country: str, time_zone: str) -> Iterator[None]:
    """Within it dates are written as in that ISO country ("" for none), and hours are those of that zone."""
    outside = _country.set(country)
    try:
        with timezone.override(ZoneInfo(time_zone)):
            yield
    finally:
        _country.reset(outside)


def reader_locale() -> str:
    """The locale for dates: "en-GB" for somebody who reads English in a British business, else the bare language."""
    language, country = get_language() or "en", _country.get()
    return f"{language}-{country}" if country else language
