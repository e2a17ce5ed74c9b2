"""Finished PDFs put together: pages behind pages, files inside. Nothing is drawn anew; the same parts give the same bytes."""

from collections.abc import Mapping
from io import BytesIO

import pikepdf


def joined(first: bytes, second: bytes, files: Mapping[str, bytes]) -> bytes:
    """The pages of `first` as they are, behind them those of `second`, and inside the PDF `files` by name.

    Both are tagged PDFs of ours (`arcollect.pdf`), and so is what comes of them: it is read aloud from one end to the other.
    """
    with pikepdf.open(BytesIO(first)) as whole, pikepdf.open(BytesIO(second)) as more:
        before = len(whole.pages)
        whole.pages.extend(more.pages)
        _join_tags(whole, more, before)
        for name, content in files.items():
            whole.attachments[name] = pikepdf.AttachedFileSpec(whole, content, filename=name, mime_type=_kind(name))
        merged = BytesIO()
        whole.save(merged, deterministic_id=True)
    return merged.getvalue()


def _join_tags(whole: pikepdf.Pdf, more: pikepdf.Pdf, before: int) -> None:
    """Hangs the second structure tree beside the first. A page's number is its key in the tree of parents: those move on."""
    tree, other = whole.Root.StructTreeRoot, whole.copy_foreign(more.Root.StructTreeRoot)
    keys = len(tree.ParentTree.Nums) // 2
    for page in list(whole.pages)[before:]:
        page.obj.StructParents = int(page.obj.StructParents) + keys
    for place, entry in enumerate(other.ParentTree.Nums):
        tree.ParentTree.Nums.append(int(entry) + keys if place % 2 == 0 else entry)
    for element in other.K:
        element.P = tree
        tree.K.append(element)


def _kind(name: str) -> str:
    return "application/pdf" if name.endswith(".pdf") else "application/json"
