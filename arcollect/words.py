"""The words of papers that go out: templates/<folder>/<language>.toml, whatever the paper."""

import tomllib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.conf import settings

FALLBACK_LANGUAGE = "en"


class WordFiles:
    """The words of one kind of paper, by language; each file is read once."""

    def __init__(self, folder: str) -> None:
        self.source = settings.BASE_DIR / "templates" / folder

    @cached_property
    def _known(self) -> dict[str, Mapping[str, Any]]:
        return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(self.source.glob("*.toml"))}

    def languages(self) -> frozenset[str]:
        """The languages such a paper can be written in."""
        return frozenset(self._known)

    def language_for(self, language: str) -> str:
        """The language it will really be written in: "de" for "de-AT", English where we have no words."""
        short = language.replace("_", "-").split("-")[0].lower()
        return short if short in self._known else FALLBACK_LANGUAGE

    def words_of(self, language: str) -> Mapping[str, Any]:
        """Every text of the paper in a language of `languages()`. Raises KeyError for another."""
        return self._known[language]
