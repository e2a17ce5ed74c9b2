"""Postal addresses as the country they are in writes them."""

PLACE_THEN_CODE = frozenset({"US", "CA", "AU"})
CODE_ON_ITS_OWN_LINE = frozenset({"GB", "IE"})
# CLDR's paper sizes: these countries print on US Letter, all others on A4.
LETTER_PAPER = frozenset("BZ CA CL CO CR GT MX NI PA PH PR SV US VE".split())


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
