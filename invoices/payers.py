"""Remembers who paid for whom: learned with every line that is booked, forgotten with one that is taken back."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection
from django.db.models import F

from customers.models import Business
from invoices.matching_names import plain_account, plain_name
from invoices.models import BankLine, KnownPayer
from invoices.models.statement import PayerKind

Learned = tuple[str, str, int]
LONGEST = 200


def lessons(line: BankLine, customer_id: int) -> list[Learned]:
    """What a line teaches: (kind, key, customer id) by the payer's account and name, as `invoices.matching` asks for them."""
    keys = ((PayerKind.ACCOUNT, plain_account(line.payer_account)), (PayerKind.NAME, plain_name(line.payer)[:LONGEST]))
    return [(str(kind), key, customer_id) for kind, key in keys if key]


def learn(business: Business, learned: Iterable[Learned]) -> None:
    """Counts each once more."""
    counts = Counter(learned)
    known = _known(business, counts)
    _add([(times, known[lesson]) for lesson, times in counts.items() if lesson in known])
    rows = [
        KnownPayer(business=business, kind=kind, key=key, customer_id=customer_id, times=times)
        for (kind, key, customer_id), times in counts.items()
        if (kind, key, customer_id) not in known
    ]
    KnownPayer.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def forget(business: Business, learned: Iterable[Learned]) -> None:
    """Counts each once less; what was never seen otherwise is not known any more."""
    counts = Counter(learned)
    known = _known(business, counts)
    for lesson, pk in known.items():
        if not KnownPayer.objects.filter(pk=pk, times__gt=counts[lesson]).update(times=F("times") - counts[lesson]):
            KnownPayer.objects.filter(pk=pk).delete()


def _known(business: Business, counts: Mapping[Learned, int]) -> dict[Learned, int]:
    rows = KnownPayer.objects.filter(business=business, key__in={key for _kind, key, _customer in counts})
    found = {(kind, key, customer_id): pk for pk, kind, key, customer_id in rows.values_list("pk", "kind", "key", "customer_id")}
    return {lesson: pk for lesson, pk in found.items() if lesson in counts}


def _add(rows: list[tuple[int, int]]) -> None:
    """Adds to the counts, (times, id) a row. By hand, as balances are stored: one statement for all of a thousand lines."""
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE invoices_knownpayer SET times = times + %s WHERE id = %s", rows)
