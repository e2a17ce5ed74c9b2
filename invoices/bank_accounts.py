"""Finds our bank accounts by what files call them, and what is stored of each."""

import datetime
from decimal import Decimal

from django.db.models import Max

from customers.models import Business
from invoices.models import BankAccount, BankLine, BankStatement

IBAN_HEAD = 4


class AccountBook:
    """The accounts of a business, read once."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self._rows = list(BankAccount.objects.filter(business=business))

    def __len__(self) -> int:
        return len(self._rows)

    def find_or_add(self, identifier: str, currency: str, name: str) -> tuple[BankAccount, bool]:
        """The account a file means, and whether it is new. An IBAN and the number inside it are the same account."""
        identifier, currency = identifier[:64], (currency or self.business.currency).upper()[:3]
        for row in self._rows:
            if row.currency == currency and same_account(row.identifier, identifier):
                return row, False
        row = BankAccount.objects.create(business=self.business, identifier=identifier, currency=currency, name=name[:100])
        self._rows.append(row)
        return row, True

    def last_day(self, account: BankAccount) -> datetime.date | None:
        """The day of the last line stored of it."""
        return BankLine.objects.filter(account=account).aggregate(last=Max("booked_on"))["last"]

    def has_statement(self, row: BankStatement) -> bool:
        """Whether this statement is stored already, from another file."""
        told = {name: getattr(row, name) for name in ("format", "number", "from_on", "to_on", "opening", "closing")}
        same = {f"{name}__isnull" if value is None else name: value is None or value for name, value in told.items()}
        return BankStatement.objects.filter(account=row.account_id, **same).exists()

    def closing_before(self, row: BankStatement) -> Decimal | None:
        """What the statement before this one ended with; None where there is none, or it does not say."""
        if row.from_on is None:
            return None
        same = BankStatement.objects.filter(account=row.account_id, format=row.format)
        earlier = same.filter(to_on__lte=row.from_on).exclude(pk=row.pk)
        return earlier.order_by("-to_on", "-pk").values_list("closing", flat=True).first()


def same_account(one: str, other: str) -> bool:
    """Whether two identifiers name one account: equal but for blanks and signs, or one is inside the other, an IBAN."""
    left, right = _plain(one), _plain(other)
    return left == right or bool(left and right) and (_inside(left) == right or _inside(right) == left)


def _plain(identifier: str) -> str:
    return "".join(character for character in identifier.upper() if character.isalnum())


def _inside(iban: str) -> str:
    """The country's own number in an IBAN; "" for what is none."""
    is_iban = iban[:2].isalpha() and iban[2:IBAN_HEAD].isdigit()
    return iban[IBAN_HEAD:] if is_iban else ""
