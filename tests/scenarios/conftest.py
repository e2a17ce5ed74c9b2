"""Whatever lies in this folder walks the calendar."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("load"):
            item.add_marker(pytest.mark.scenario)
