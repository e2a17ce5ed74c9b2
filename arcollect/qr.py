"""QR codes: a bank transfer as banking apps read it (EPC069-12), or the address of a page."""

import base64
import io
from decimal import Decimal
from functools import lru_cache

from PIL import Image
from segno import make_qr

# Bounds of the European Payments Council's QR code (EPC069-12).
EPC_AMOUNTS = (Decimal("0.01"), Decimal("999999999.99"))
EPC_NAME, EPC_TEXT, EPC_BYTES = 70, 140, 331
# Any mask does; dots this large stay sharp where a printer smoothes pictures.
QR_MASK, QR_SCALE = 3, 4
BLACK_ON_WHITE = [255, *[0] * 255]


def transfer_order(*, name: str, iban: str, bic: str, amount: Decimal, currency: str, reference: str) -> bytes:
    """A credit transfer (EPC069-12, version 002, UTF-8); empty where the standard has none (other currency, no IBAN)."""
    if currency != "EUR" or not iban or not EPC_AMOUNTS[0] <= amount <= EPC_AMOUNTS[1]:
        return b""
    account = "".join(iban.split())
    kind, no_purpose, no_structured_reference = ("BCD", "002", "1", "SCT"), "", ""
    lines = [*kind, bic, name[:EPC_NAME], account, f"EUR{amount:.2f}", no_purpose, no_structured_reference]
    order = "\n".join([*lines, reference[:EPC_TEXT]]).encode()
    return order if len(order) <= EPC_BYTES else b""


@lru_cache(maxsize=16)
def page_code(address: str) -> str:
    """The address of a page as a data: URI."""
    return picture(address)


def picture(content: str | bytes) -> str:
    """The code as a data: URI."""
    return f"data:image/png;base64,{base64.b64encode(png(content)).decode()}"


def png(content: str | bytes) -> bytes:
    """The code as a PNG. All eight masks can be read; to weigh them would take longer than all else of a letter's text."""
    matrix = make_qr(content, error="m", boost_error=False, mask=QR_MASK).matrix
    side, drawn = len(matrix), io.BytesIO()
    dots = Image.frombytes("L", (side, side), b"".join(matrix)).point(BLACK_ON_WHITE, "1")
    dots.resize((side * QR_SCALE, side * QR_SCALE), Image.Resampling.NEAREST).save(drawn, "PNG")
    return drawn.getvalue()


def grouped(iban: str) -> str:
    """An IBAN in the groups of four people read it in."""
    bare = "".join(iban.split())
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))
