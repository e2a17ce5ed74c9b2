"""Text with fields that a person may edit: parsed and filled by python-liquid, within limits it cannot escape.

Nothing here is code: no file can be loaded (there is no include and no render), values are plain words and numbers, the few
filters cannot grow a text, and what runs or writes too much is refused (trap T07).
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from liquid import Environment, StrictUndefined
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.template import BoundTemplate

LONGEST_TEXT = 10_000
DEEPEST = 10
Value = str | int | bool | None

# What a letter can need. Fields hold no lists, so there is nothing to loop over.
TAGS = {"content", "output", "illegal", "if", "unless", "case", "assign", "capture", "comment", "#"}
# None of these makes a text longer, reads the clock, or turns one thing into another kind.
FILTERS = {"capitalize", "default", "downcase", "minus", "plus", "strip", "upcase"}
BLOCKS = {"if", "unless", "case", "capture", "comment"}
_DELIMITER = re.compile(r"\{\{|\{%|\}\}|%\}")
_CLOSES = {"{{": "}}", "{%": "%}"}
_MARKUP = re.compile(r"\{%-?\s*(\w+|#)?.*?%\}|\{\{.*?\}\}", re.DOTALL)


class WordingError(ValueError):
    """A text cannot be used; the message says what is wrong with it, for the person who wrote it, `line` where (from 1)."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class TextEnvironment(Environment):
    """The limits; and of Liquid's tags and filters only those named above."""

    block_nesting_limit = DEEPEST
    context_depth_limit = 10
    loop_iteration_limit = 500
    local_namespace_limit = 20_000
    output_stream_limit = 60_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Everything python-liquid brings, less what is not needed."""
        super().setup_tags_and_filters(extra=extra)
        for known, allowed in ((self.tags, TAGS), (self.filters, FILTERS)):
            for name in known.keys() - allowed:
                del known[name]


_environment = TextEnvironment(undefined=StrictUndefined, strict_filters=True, autoescape=False)


def fill_text(source: str, values: Mapping[str, Value]) -> str:
    """The text with its fields filled in. Raises WordingError for one that does not parse, names an unknown field or grows."""
    return _guarded(source, lambda: parsed(source).render(**values))


def refuse_unknown_fields(source: str, fields: Mapping[str, Any]) -> None:
    """Raises WordingError for a text that does not parse, or uses a field there is not, even where it is not reached."""
    used = _guarded(source, lambda: parsed(source).analyze())
    for name, places in used.filters.items():
        if name not in FILTERS:
            problem = _("The filter “%(name)s” cannot be used here.") % {"name": name}
            raise WordingError(problem, line=_line_at(source, places[0].index))
    found = [(place.span.index, place.segments) for places in used.globals.values() for place in places]
    for index, segments in sorted(found, key=lambda one: one[0]):
        if len(segments) > 1 or segments[0] not in fields:
            name = ".".join(str(part) for part in segments)
            raise WordingError(_("There is no field “%(name)s”.") % {"name": name}, line=_line_at(source, index))


def without_markup(source: str) -> str:
    """The words the author wrote, line for line, with fields and conditions taken out."""
    return _MARKUP.sub(lambda found: "\n" * found[0].count("\n"), source)


@lru_cache(maxsize=256)
def parsed(source: str) -> BoundTemplate:
    """The template of a text; raises LiquidError, or WordingError where it is too long to look at."""
    if len(source) > LONGEST_TEXT:
        raise WordingError(_("The text is longer than %(count)s characters.") % {"count": LONGEST_TEXT})
    _refuse_open_ends(source)
    return _environment.from_string(source)


def _refuse_open_ends(source: str) -> None:
    """Every "{{" has its "}}" and every "{%" its "%}" before the next begins: looking for one that never comes takes long."""
    opened: re.Match[str] | None = None
    for found in _DELIMITER.finditer(source):
        if opened is None and found[0] in _CLOSES:
            opened = found
        elif opened is not None and found[0] == _CLOSES[opened[0]]:
            if ".." in source[opened.end() : found.start()]:  # A range could be as long as its author likes.
                raise WordingError(_("“..” cannot be used here."), line=_line_at(source, found.start()))
            opened = None
        elif opened is not None and found[0] in _CLOSES:
            break
    if opened is not None:
        raise WordingError(_("“%(mark)s” is never closed.") % {"mark": opened[0]}, line=_line_at(source, opened.start()))


def _guarded(source: str, work: Callable[[], Any]) -> Any:
    """What `work` gives, its errors in words. A long expression nests deep enough for Python itself to stop it."""
    try:
        return work()
    except LiquidError as wrong:
        raise WordingError(_in_words(wrong), line=_line_of(wrong, source)) from wrong
    except (ArithmeticError, RecursionError, ValueError) as wrong:
        if isinstance(wrong, WordingError):
            raise
        raise WordingError(_("The text asks for something that cannot be worked out.")) from wrong


def _in_words(wrong: LiquidError) -> str:
    text = str(wrong.args[0]) if wrong.args else str(wrong)
    if isinstance(wrong, ResourceLimitError):
        return _("The text grows too large: %(problem)s.") % {"problem": text}
    if found := re.fullmatch(r"unexpected tag '(.+)'", text):
        return _("“%(tag)s” cannot be used here.") % {"tag": found[1]}
    if found := re.fullmatch(r"unknown filter '(.+)'", text):
        return _("The filter “%(name)s” cannot be used here.") % {"name": found[1]}
    if found := re.fullmatch(r"'?(.+?)'? is undefined", text):
        return _("There is no field “%(name)s”.") % {"name": found[1]}
    if found := re.fullmatch(r"expected tag (\w+), found .*", text):
        return _("A condition is never closed: “%(tag)s” is missing.") % {"tag": found[1]}
    return _("This cannot be read: %(problem)s.") % {"problem": text}


def _line_of(wrong: LiquidError, source: str) -> int | None:
    token = wrong.token
    if token is not None and token.start_index >= 0:
        return _line_at(source, token.start_index)
    return None if isinstance(wrong, ResourceLimitError) else _first_unreadable(source)


def _first_unreadable(source: str) -> int | None:
    """The line of the first field or condition that cannot be read, else of one never closed.

    Found by halving: what is open before a place is closed there, and from the first mistake on nothing can be read.
    """
    places = list(_MARKUP.finditer(source))
    still_open, closings = [], []
    for found in places:
        tag = found[1] or ""
        if tag in BLOCKS:
            still_open.append((tag, found.start()))
        elif tag.startswith("end") and still_open:
            still_open.pop()
        closings.append("".join(f"{{% end{name} %}}" for name, _at in reversed(still_open[-DEEPEST:])))
    first = bisect_left(range(len(places)), True, key=lambda at: not _readable(source[: places[at].end()] + closings[at]))
    if first < len(places):
        return _line_at(source, places[first].start())
    return _line_at(source, still_open[-1][1]) if still_open else None


def _readable(source: str) -> bool:
    try:
        _environment.from_string(source)
    except LiquidError:
        return False
    return True


def _line_at(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1
