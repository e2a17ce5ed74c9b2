"""What a chart of the dashboard draws, says and lists: one description for the script, the screen reader and the table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arcollect.filters import amount
from arcollect.money import format_plain


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of the bars. `colour`: a name of the style sheet ("bar-2"); None in `values`: not known."""

    label: str
    values: Sequence[Decimal | None]
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """`said`: what a screen reader says in its place. `currency`: of amounts; "" for days. `links`: the rows behind each label.

    `kind`: "bar", "stack" or "line". `colours`: of the bars of a single series, one each.
    """

    key: str
    kind: str
    head: str
    labels: Sequence[str]
    series: Sequence[Series]
    said: str
    currency: str = ""
    links: Sequence[str] = ()
    colours: Sequence[str] = field(default_factory=tuple)

    @property
    def data(self) -> dict[str, Any]:
        """For the script: numbers as text, null where nothing is known."""
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "colours": list(self.colours),
            "series": [
                {
                    "label": one.label,
                    "values": [self._plain(value) for value in one.values],
                    "colour": one.colour,
                    "dashed": one.dashed,
                }
                for one in self.series
            ],
        }

    @property
    def rows(self) -> list[tuple[str, str, list[str]]]:
        """The table: label, the address of its rows or "", and a cell a series."""
        links = [*self.links, *[""] * (len(self.labels) - len(self.links))]
        columns = [[self._shown(value) for value in one.values] for one in self.series]
        return [(label, link, list(cells)) for label, link, *cells in zip(self.labels, links, *columns, strict=True)]

    def _plain(self, value: Decimal | None) -> str | None:
        if value is None:
            return None
        return format_plain(value, self.currency) if self.currency else str(value)

    def _shown(self, value: Decimal | None) -> str:
        if value is None:
            return "–"
        return amount(value, self.currency) if self.currency else f"{value}"
