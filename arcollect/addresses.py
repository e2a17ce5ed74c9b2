"""Postal addresses as the country they are in writes them, and as they stand in the window of an envelope."""

from collections.abc import Sequence

from babel import Locale
from babel.languages import get_official_languages

PLACE_THEN_CODE = frozenset({"US", "CA", "AU"})
CODE_ON_ITS_OWN_LINE = frozenset({"GB", "IE"})
# CLDR's paper sizes: these countries print on US Letter, all others on A4.
LETTER_PAPER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())


# The window shows six lines of 4.5 mm; more are set smaller. A line holds about this many letters before it wraps.
WINDOW_LINES = 6
WINDOW_CHARACTERS = 40


def paper_for(country: str) -> str:
    """ "A4" or "Letter", by the ISO country of the addressee."""
    return "Letter" if country.upper() in LETTER_PAPER else "A4"


def address_lines(street: str, city: str, postal_code: str, region: str, country: str) -> list[str]:
    """The lines below the name, without the country: "10115 Berlin", "Portland, OR 97205", "Leeds" over "LS1 4AP"."""
    if country in CODE_ON_ITS_OWN_LINE:
        place = [city, postal_code]
    elif country in PLACE_THEN_CODE:
        place = [", ".join(part for part in (city, f"{region} {postal_code}".strip()) if part)]
    else:
        place = [f"{postal_code} {city}".strip()]
    return [line for line in (*street.splitlines(), *place) if line.strip()]


def foreign_country(address: Sequence[str], country: str, home: str) -> str:
    """The country for mail abroad, in the language of the post office that sorts it first: that of `home`; else ""."""
    if not address or not country or country == home:
        return ""
    tongue = Locale.parse((get_official_languages(home) or ("en",))[0])
    name = tongue.territories.get(country, country)
    spellings = {spelling.casefold() for spelling in (name, Locale("en").territories.get(country, ""))}
    return "" if address[-1].strip().casefold() in spellings else name


def envelope_window(lines: Sequence[str], sender: Sequence[str]) -> dict:
    """What stands in the window: `lines` that say something, "small" where they are more than it shows, who sends it."""
    lines = [line for line in lines if line.strip()]
    rows = sum(-(-len(line) // WINDOW_CHARACTERS) for line in lines)
    return {
        "lines": lines,
        "address": "\n".join(lines),
        "size": "small" if rows > WINDOW_LINES else "",
        "sender": " · ".join(sender),
    }
