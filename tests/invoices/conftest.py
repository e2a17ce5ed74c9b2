"""Real files that lie beside the project on the machines that have them."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def _folder(name):
    if not (SHARED / name).is_dir():
        pytest.skip(f"the real files are not here: no folder shared/data/{name} beside the project")
    return SHARED / name


@pytest.fixture(scope="session")
def accounting():
    """The folder with other programs' exports."""
    return _folder("accounting")


@pytest.fixture(scope="session")
def ledgers():
    """The folder with real ledgers."""
    return _folder("ar")


@pytest.fixture(scope="session")
def einvoices():
    """The folder with real electronic invoices."""
    return _folder("einvoice")


@pytest.fixture(scope="session")
def shared():
    """The folder with all real files and their indexes."""
    _folder("bank")
    return SHARED
