"""Model fields used by every app."""

from decimal import Decimal
from typing import Any

from django.db import models


def money_field(**options: Any) -> models.DecimalField:
    """An amount in its row's own currency: wide enough for three decimals, rounded by `arcollect.money` before it is stored."""
    return models.DecimalField(max_digits=18, decimal_places=3, **options)


def zero_money_field() -> models.DecimalField:
    """An amount that starts at nothing."""
    return money_field(default=Decimal(0))
