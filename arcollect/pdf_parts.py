"""Finished PDFs put together: pages behind pages, files inside. Nothing is drawn anew; the same parts give the same bytes."""

from collections.abc import Mapping
from io import BytesIO

import pikepdf


def joined(first: bytes, second: bytes, files: Mapping[str, bytes]) -> bytes:
    """The pages of `first` as they are, behind them those of `second`, and inside the PDF `files` by name."""
    with pikepdf.open(BytesIO(first)) as whole, pikepdf.open(BytesIO(second)) as more:
        for page in more.pages:
            # These numbers are keys of the second file's structure tree, which stays behind.
            if "/StructParents" in page.obj:
                del page.obj["/StructParents"]
            whole.pages.append(page)
        for name, content in files.items():
            whole.attachments[name] = pikepdf.AttachedFileSpec(whole, content, filename=name, mime_type=_kind(name))
        merged = BytesIO()
        whole.save(merged, deterministic_id=True)
    return merged.getvalue()


def _kind(name: str) -> str:
    return "application/pdf" if name.endswith(".pdf") else "application/json"
