"""How often somebody may ask: counted in the cache, so that guessing costs us nothing (domain.md 6.8)."""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in `seconds`, counted from the first."""

    name: str
    most: int
    seconds: int

    def reached(self, who: str) -> bool:
        """Whether `who` has none left."""
        return cache.get(self._key(who), 0) >= self.most

    def spend(self, who: str) -> None:
        """Takes one off what `who` has left."""
        cache.add(self._key(who), 0, self.seconds)
        try:
            cache.incr(self._key(who))
        except ValueError:  # Ran out between the two.
            cache.set(self._key(who), 1, self.seconds)

    def _key(self, who: str) -> str:
        return f"portal.{self.name}.{hashlib.sha256(who.encode()).hexdigest()[:32]}"


# Links that open nothing, by the address they were asked from.
GUESSES = Limit("guess", 20, 600)
# Pages of one link, by its token: far more than people read.
PAGES = Limit("page", 300, 600)
