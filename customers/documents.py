"""Keeps bytes: a letter's PDF, an uploaded copy, a logo."""

import base64
import hashlib

from customers.models import Business, Document


def store(*, business: Business, content: bytes, content_type: str, name: str) -> Document:
    """The Document with these bytes: the one there is already, or a new one, in the transaction under way."""
    digest = hashlib.sha256(content).hexdigest()
    document, _ = Document.objects.get_or_create(
        business=business,
        sha256=digest,
        defaults={"content_type": content_type, "name": name, "size": len(content), "bytes": content},
    )
    return document


def data_uri(document: Document | None) -> str:
    """The document's bytes as a data: URI, for pages that may load nothing; "" for none."""
    if document is None:
        return ""
    return f"data:{document.content_type};base64,{base64.b64encode(bytes(document.bytes)).decode()}"
