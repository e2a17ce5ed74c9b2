"""Names as they are compared: without what people, banks and registers write differently. Pure."""

import re
import unicodedata

LEGAL_FORMS = frozenset(
    "GMBH MBH AG KG KGAA OHG UG GBR EK EKFR EV EG SE CO CIE COMP COMPANY CORP CORPORATION INC INCORPORATED LTD LIMITED LLC LLP "
    "LP PLC PTY PTE SA SARL SAS SASU EURL SCI SL SLU SLL SRL SPA SNC SAPA BV NV VOF CV AB AS ASA OY OYJ APS AMBA DOO SRO ZOO KFT "
    "LDA HAFTUNGSBESCHRANKT FIRMA FA THE UND AND ET Y".split()
)
# The usual ways to write an umlaut without one, told apart by no bank: all become the bare letter.
UMLAUTS = re.compile("AE|OE|UE")
BARE = {"AE": "A", "OE": "O", "UE": "U"}
DOTTED_FORMS = re.compile(r"\b(?:\w\.){2,}")


def name_key(name: str) -> str:
    """A name as it is looked up: whatever the spaces and capitals, all else must be the same."""
    return " ".join(name.split()).casefold()


def plain_name(name: str) -> str:
    """A name's words in capitals without accents, signs and legal forms: "Müller & Söhne GmbH" -> "MULLER SOHNE"."""
    words = plain_words(name)
    return " ".join([word for word in words if word not in LEGAL_FORMS] or words)


def plain_words(name: str) -> list[str]:
    """All of a name's words in capitals without accents and signs, the legal form among them."""
    joined = DOTTED_FORMS.sub(lambda found: found[0].replace(".", ""), name.replace("e. K.", "eK").replace("e.K.", "eK"))
    # Nothing to take off, and of most names that is known at once.
    letters = joined.upper() if joined.isascii() else _without_accents(joined)
    return re.findall(r"[^\W_]+", UMLAUTS.sub(lambda found: BARE[found[0]], letters))


def _without_accents(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.replace("ß", "ss").upper())
    return "".join(character for character in bare if not unicodedata.combining(character))
