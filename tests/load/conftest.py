"""Whatever lies in this folder takes a large, or a whole old, ledger: as long as fifty other tests."""

from pathlib import Path

import pytest

from tests.invoices.conftest import ledgers as ledgers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.load)
