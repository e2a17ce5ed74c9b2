"""What every way out of the house promises, and how it says that something did not go."""

from typing import Protocol

from customers.models import Contact, Letter


class Refused(Exception):
    """The letter was certainly not accepted. `permanent`: not later either; `bounced`: this address takes no mail at all."""

    def __init__(self, reason: str, *, permanent: bool, bounced: bool | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.bounced = permanent if bounced is None else bounced


class Unreachable(Refused):
    """Nobody answers at the other end: nothing about this letter, the next one would fare no better."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=False)


class Unsure(Exception):
    """Nobody knows whether the letter was accepted: a person decides, nothing is sent again by itself."""


class Hand(Protocol):
    """A way out of the house: SMTP, or a folder that a person prints and sends from."""

    keeps_hours: bool
    takes_post: bool

    def give(self, letter: Letter, contact: Contact | None, pdf: bytes) -> str:
        """Hands the letter over and returns its Message-ID ("" for paper). Raises Refused, Unreachable or Unsure."""

    def give_unaddressed(self, letter: Letter, pdf: bytes) -> None:
        """Takes a letter nobody can send, for a person to look at."""
