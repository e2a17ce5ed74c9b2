"""Template filters and tags every page has without loading them."""

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from babel import dates
from babel.numbers import format_decimal
from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from arcollect.money import format_date, format_money, parse_locale
from arcollect.reader import reader_locale

register = template.Library()

_ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_COINED = re.compile(r"(-?\b\d+(?:\.\d+)?) ([A-Z]{3})\b")
_BARE_AMOUNT = re.compile(r"-?\d+(\.\d+)?")


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency in the reader's language: "€1,250.00". Nothing for None."""
    return "" if amount is None else format_money(amount, currency, get_language() or "en")


@register.filter
def amount(value: Decimal | None, currency: str) -> str:
    """The bare number, for a table that names its currency once in the head."""
    return "" if value is None else format_money(value, currency, get_language() or "en", symbol=False)


@register.filter
def figure(value: Decimal | str | None) -> str:
    """A quantity or rate with as many decimals as it has, in the reader's language: "8.5", "1,200". Nothing for None."""
    if value is None:
        return ""
    return format_decimal(Decimal(value).normalize(), locale=parse_locale(get_language() or "en"), decimal_quantization=False)


@register.filter
def share(value: Decimal) -> str:
    """A share between 0 and 1 in whole per cent: "80 %"."""
    return f"{round(value * 100)} %"


@register.filter
def day(date: datetime.date | None) -> str:
    """A calendar date as the reader writes it, with the month's name so that nobody mixes it up. Nothing for None."""
    return "" if date is None else format_date(date, reader_locale(), "medium")


@register.filter
def month(date: datetime.date) -> str:
    """The month a day lies in, by its name: "October 2026"."""
    return dates.format_date(date, "LLLL yyyy", locale=parse_locale(reader_locale()))


@register.filter
def brief(date: datetime.date) -> str:
    """A day without its year, for what lies close by: "16 Jun", "Jun 16" where the month comes first."""
    locale = reader_locale()
    pattern = "MMM d" if locale in ("en", "en-US") else "d MMM"
    return format_date(date, locale, pattern)


@register.filter(is_safe=True)
def dated(words: str) -> str:
    """A stored reason with its dates and amounts as the reader writes them: the engine keeps 2026-06-30 and 12.50 GBP."""
    return _COINED.sub(_as_money, _ISO_DATE.sub(_as_day, words))


@register.filter
def stated(fact: str, currency: str) -> str:
    """A stored fact as the reader writes it: a bare number is an amount of that currency, dates as in `dated`."""
    return money(Decimal(fact), currency) if _BARE_AMOUNT.fullmatch(fact) else dated(fact)


def _as_day(found: re.Match[str]) -> str:
    try:
        return day(datetime.date.fromisoformat(found[0]))
    except ValueError:  # An invoice number may look like the 31st of September.
        return found[0]


def _as_money(found: re.Match[str]) -> str:
    known = found[2] in parse_locale("en").currencies
    return money(Decimal(found[1]), found[2]) if known else found[0]


@register.filter(expects_localtime=True)
def moment(at: datetime.datetime | None) -> str:
    """A day with its hour in the zone of the page, as the reader writes them. Nothing for None."""
    return "" if at is None else f"{day(at.date())}, {at:%H:%M}"


@register.filter
def near(date: datetime.date | None, today: datetime.date) -> SafeString | str:
    """A date as people say it where it is near ("tomorrow", "12 days ago"), exact on hover and to machines."""
    if date is None:
        return ""
    exact = format_date(date, reader_locale(), "full")
    return format_html('<time datetime="{}" title="{}">{}</time>', date.isoformat(), exact, say_date(date, today))


@register.filter
def due(date: datetime.date | None, today: datetime.date) -> SafeString | str:
    """A due date: as `near`, and "12 days late" in amber once it has passed."""
    if date is None or date >= today:
        return near(date, today)
    days = (today - date).days
    words = ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
    exact = format_date(date, reader_locale(), "full")
    return format_html('<time class="is-amber" datetime="{}" title="{}">{}</time>', date.isoformat(), exact, words)


def say_date(date: datetime.date, today: datetime.date) -> str:
    """The words for a date seen from `today`: within a fortnight relative, beyond it the date itself."""
    distance = (date - today).days
    named = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    if distance in named:
        return named[distance]
    if 0 < distance <= 14:
        return ngettext("in %(days)d day", "in %(days)d days", distance) % {"days": distance}
    if -14 <= distance < 0:
        return ngettext("%(days)d day ago", "%(days)d days ago", -distance) % {"days": -distance}
    return day(date)


@register.filter
def country_name(code: str) -> str:
    """The name of an ISO country in the reader's language; a code nobody knows as it is."""
    return parse_locale(get_language() or "en").territories.get(code, code)


CONTROLS = {"select": "form-select", "checkbox": "form-check-input", "radio": "radio", "file": "form-control"}


@register.filter
def control(field: BoundField) -> SafeString:
    """The control of a form's field in our look."""
    kind = getattr(field.field.widget, "input_type", "text")
    return field.as_widget(attrs={"class": CONTROLS.get(kind, "form-control")})


@register.filter
def late(days: int) -> SafeString:
    """Days past due as a number and a small bar that is full at 90; nothing for what is not late."""
    if days <= 0:
        return SafeString()
    return format_html(
        '{}<svg class="late-bar{}" viewBox="0 0 90 9" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="90" height="9" rx="4"/><rect class="fill" width="{}" height="9" rx="4"/></svg>',
        days,
        " far" if days > 60 else "",
        min(days, 90),
    )


@register.filter
def papers_of(pk: int, papers: Mapping[int, Sequence[object]]) -> Sequence[object]:
    """What a mapping by id holds for one row; nothing where it has none."""
    return papers.get(pk, ())


@register.simple_tag
def icon(name: str, words: str = "") -> SafeString:
    """A Tabler icon, drawn in the page. With `words` a screen reader says them, without it passes by."""
    drawing = _drawing(name)
    if not words:
        return drawing
    return format_html('{}<span class="visually-hidden">{}</span>', drawing, words)


@cache
def _drawing(name: str) -> SafeString:
    """The SVG element of an icon of the package, without its comment. Raises FileNotFoundError for a name it has not."""
    source = (settings.NODE_MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg").read_text("utf-8")
    element = " ".join(source[source.index("<svg") :].split()).replace("> <", "><")
    # The file comes from a pinned package, not from a user.
    return mark_safe(element.replace("<svg", '<svg aria-hidden="true"', 1))


@register.simple_tag(takes_context=True)
def list_address(context: RequestContext, key: str, value: object) -> str:
    """The address of the list at hand with one thing changed; whatever is changed, the first page comes first."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query[key] = str(value)
    return f"?{query.urlencode()}"
