"""What can be wrong with a file: with all of it, with one cell, or with one line."""

from dataclasses import dataclass


class ImportProblem(Exception):
    """The file as a whole cannot be imported. Its text is one line: what is wrong and where.

    `option` names the field of `ledgerfile.Options` that would settle it, if one would, `hint` a value it could have:
    the command and the page each say in their own way how to set it.
    """

    def __init__(self, reason: str, option: str = "", hint: str = "") -> None:
        super().__init__(" ".join(reason.split()))
        self.option = option
        self.hint = hint


class CellProblem(ValueError):
    """One value cannot be used. Its text is the reason; `field` names the value where the raiser knows it."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class NoDebt(Exception):
    """Lines that together are no debt; `state` says why, in the words of `LeftOut`."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no debt, and why: the state its program gives it, in small letters ("draft").

    `number`: of what it was; `gone`: it was sent once and is an invoice no more.
    """

    line: int
    state: str
    number: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A line that was refused, or came in with a warning: `line` counts from 1 as an editor shows the file; 0 where it is about
    a file within the file."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason
