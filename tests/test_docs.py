"""What the documentation says is proved, is: every test it names exists."""

import re

import pytest
from django.conf import settings

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_test_named_exists(path):
    for module, name in NAMED.findall(path.read_text("utf-8")):
        source = settings.BASE_DIR / module
        assert source.is_file(), module
        assert f"def {name}(" in source.read_text("utf-8"), name


def test_the_table_of_faults_names_its_tests():
    rows = [line for line in (settings.BASE_DIR / "docs" / "faults.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    unproved = [row for row in rows if not NAMED.search(row) and not row.endswith("| proof |")]
    assert not unproved
