"""Opens a business: the tenant with its policies."""

from zoneinfo import available_timezones

from babel import Locale
from babel.languages import get_official_languages
from babel.numbers import list_currencies
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, User
from reminders.policies import seed_policies

SLUG_LENGTH = 50


class OpeningError(ValueError):
    """The business cannot be opened so; the message says which value is wrong."""


@transaction.atomic
def open_business(
    *, name: str, currency: str, country: str, time_zone: str, slug: str = "", actor: User | None = None
) -> Business:
    """Creates a business with the policies we ship, STANDARD its default. Codes: ISO 4217, ISO 3166 alpha-2, IANA. Its slug is
    made from the name where none is given, with a number behind it where another business has it."""
    currency, country = currency.strip().upper(), country.strip().upper()
    _check(name, currency, country, time_zone)
    business = Business.objects.create(
        name=name.strip(),
        legal_name=name.strip(),
        slug=_free_slug(slug or slugify(name)[:SLUG_LENGTH] or "business"),
        currency=currency,
        country=country,
        time_zone=time_zone,
        language=_language(country),
    )
    log.record(business, "business.opened", f"business:{business.pk}", actor=actor, currency=currency, country=country)
    seed_policies(business)
    return business


def _check(name: str, currency: str, country: str, time_zone: str) -> None:
    if not name.strip():
        raise OpeningError(_("A business needs a name."))
    if currency not in list_currencies():
        raise OpeningError(_("%(code)r is not a currency code such as USD or EUR.") % {"code": currency})
    if len(country) != 2 or country not in Locale("en").territories:
        raise OpeningError(_("%(code)r is not a country code such as US or DE.") % {"code": country})
    if time_zone not in available_timezones():
        raise OpeningError(_("%(zone)r is not a time zone such as Europe/Berlin.") % {"zone": time_zone})


def _free_slug(wanted: str) -> str:
    taken = set(Business.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def _language(country: str) -> str:
    """The first official language of the country that we speak, else English."""
    spoken = {code for code, _name in settings.LETTER_LANGUAGES}
    return next((code for code in get_official_languages(country, de_facto=True) if code in spoken), "en")
