"""Texts and pictures kept beside the tests. `GOLDEN=write pytest tests/reminders` writes them anew: look at the difference."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
WRITE = os.environ.get("GOLDEN") == "write"


def kept_text(name: str, text: str) -> str:
    """The text kept under `name`; in a writing run the new one."""
    path = FOLDER / name
    if WRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def kept_picture(name: str, png: bytes) -> bytes:
    """The PNG kept under `name`; in a writing run the new one."""
    path = FOLDER / name
    if WRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
    return path.read_bytes()
