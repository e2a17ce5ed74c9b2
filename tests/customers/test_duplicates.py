"""Which customers look like one: by what they share, and not by what everybody shares."""

import csv
from collections import defaultdict
from io import StringIO
from itertools import combinations

import pytest
from django.conf import settings

from customers.duplicates import SUGGESTED, Card, suggestions

SITES = settings.BASE_DIR.parent / "shared" / "data" / "contacts" / "chicago_sites_true_ids.csv"
ACME = Card(1, ("Acme Ltd",), "12 High St", "NE1 4XX", "Newcastle", frozenset({"+441914960000"}), frozenset({"ap@acme.example"}))


def card(pk: int, name: str, **known: object) -> Card:
    return Card(pk, (name,), **known)


@pytest.mark.parametrize(
    ("other", "signs"),
    [
        (card(2, "ACME Limited", street="12 High Street", postal_code="NE1 4XX"), ("name", "address")),
        (card(2, "Acme", phones=frozenset({"0191 496 0000"})), ("phone", "name")),
        (card(2, "Acme Supplies", emails=frozenset({"AP@acme.example"})), ("email", "part_of_name")),
        (
            card(2, "Acme Group", street="12 High St", emails=frozenset({"cfo@acme.example"})),
            ("domain", "part_of_name", "address"),
        ),
    ],
)
def test_what_is_shared_is_named(other, signs):
    [found] = suggestions([ACME, other])
    assert (found.first, found.second, found.signs) == (1, 2, signs)


@pytest.mark.parametrize(
    "other",
    [
        card(2, "Acme Ltd"),
        card(2, "Bolt Ltd", street="12 High St", postal_code="NE1 4XX"),
        card(2, "Acme Ltd", street="99 High St", phones=frozenset({"0191 496 0001"})),
        card(2, "Zenith", emails=frozenset({"cfo@acme.example"})),
    ],
)
def test_too_little_is_shared(other):
    assert suggestions([ACME, other]) == []


def test_two_tax_ids_are_two_customers():
    ours = card(1, "Acme Ltd", street="12 High St", tax_id="GB 123 4567 82")
    assert suggestions([ours, card(2, "Acme Ltd", street="12 High St", tax_id="GB999999973")]) == []
    assert suggestions([ours, card(2, "Acme Ltd", street="12 High St", tax_id="gb123456782")])[0].sure == 100


def test_a_number_in_the_name_tells_branches_apart():
    ours = card(1, "Store 17", street="1 Main Rd", phones=frozenset({"5550100"}))
    assert suggestions([ours, card(2, "Store 18", street="2 Main Rd", phones=frozenset({"5550100"}))]) == []


def test_free_mail_and_what_everybody_has_tell_nothing():
    crowd = [card(pk, f"Anna{pk} Smith", emails=frozenset({f"a{pk}@gmail.com"})) for pk in range(100)]
    assert suggestions(crowd) == []


def test_the_surest_comes_first():
    found = suggestions([ACME, card(2, "Acme", phones=frozenset({"01914960000"})), card(3, "Acme Ltd", street="12 High St")])
    assert [(one.first, one.second) for one in found][0] == (1, 3)
    assert all(one.sure >= SUGGESTED for one in found)


def test_a_real_directory_with_known_doubles():
    """1,502 entries of 548 sites, written by seven agencies: nearly all pairs suggested are doubles, nearly all doubles found."""
    if not SITES.exists():
        pytest.skip(f"{SITES.name} does not lie in ../shared/data/contacts")
    rows = list(csv.DictReader(StringIO(SITES.read_text(encoding="utf-8"))))
    cards = [
        card(int(row["Id"]), row["Site name"], street=row["Address"], postal_code=row["Zip"], phones=frozenset({row["Phone"]}))
        for row in rows
    ]
    sites = defaultdict(list)
    for row in rows:
        sites[row["True Id"]].append(int(row["Id"]))
    true = {tuple(sorted(pair)) for ids in sites.values() for pair in combinations(ids, 2)}
    found = {(one.first, one.second) for one in suggestions(cards)}
    assert len(found & true) / len(found) > 0.99
    assert len(found & true) / len(true) > 0.85
