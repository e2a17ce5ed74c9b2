"""The words of agreements: templates/agreement/<language>.toml, each with the version that is signed with them (T53).

Whoever changes a text gives its file a new version: a signature names the version it was given under.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

SOURCES = settings.BASE_DIR / "templates" / "agreement"
FALLBACK_LANGUAGE = "en"


@cache
def languages() -> frozenset[str]:
    """The languages an agreement can be written in."""
    return frozenset(path.stem for path in SOURCES.glob("*.toml"))


def language_for(language: str) -> str:
    """The language an agreement will really be written in: "de" for "de-AT", English where we have no words."""
    short = language.replace("_", "-").split("-")[0].lower()
    return short if short in languages() else FALLBACK_LANGUAGE


@cache
def words_of(language: str) -> Mapping[str, Any]:
    """Every text of an agreement in a language of `languages()`."""
    return tomllib.loads((SOURCES / f"{language}.toml").read_text(encoding="utf-8"))


def counted(words: Mapping[str, Any], noun: str, count: int) -> str:
    """ "1 payment", "3 payments", as a sentence of this language needs it."""
    one, many = words["counted"][noun]
    return (one if count == 1 else many).format(n=count)
