"""The words of agreements: templates/agreement/<language>.toml, each with the version that is signed with them (T53).

Whoever changes a text gives its file a new version: a signature names the version it was given under.
"""

from collections.abc import Mapping
from typing import Any

from arcollect.words import WordFiles

WORDS = WordFiles("agreement")
languages, language_for, words_of = WORDS.languages, WORDS.language_for, WORDS.words_of


def counted(words: Mapping[str, Any], noun: str, count: int) -> str:
    """ "1 payment", "3 payments", as a sentence of this language needs it."""
    one, many = words["counted"][noun]
    return (one if count == 1 else many).format(n=count)
