"""A figure, or why there is none: what cannot be known is never shown as nothing or as without end (domain.md 2)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, exact as it was worked out, or None with the reason in words."""

    value: Decimal | None
    why: str = ""

    @property
    def known(self) -> bool:
        """Whether there is one; 0 is one."""
        return self.value is not None

    def text(self, places: int) -> str | None:
        """The number with that many decimals, rounded half up; None where it is not known."""
        return None if self.value is None else f"{rounded(self.value, places):f}"

    def named(self, name: str, places: int) -> dict[str, str | None]:
        """For machines: {"dso": "54.6"}, or {"dso": None, "dso_why": "No sales on credit in this time."}."""
        known = {name: self.text(places)}
        return known if self.value is not None else {**known, f"{name}_why": self.why}


def rounded(value: Decimal, places: int) -> Decimal:
    """The number with that many decimals, half up, and never "-0.0"."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + Decimal(0)
