"""Uploaded pictures, judged by what is in them and not by their name."""

import base64
from functools import lru_cache
from io import BytesIO

from PIL import Image

LIMIT_BYTES = 1024 * 1024
LIMIT_PIXELS = 4000 * 4000
# What a picture may weigh on a page that must open on a slow line.
SMALL_BYTES = 8 * 1024
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


def picture_type(content: bytes) -> str | None:
    """The content type of a PNG or JPEG of sane dimensions, None for anything else. Reads the head before the pixels."""
    try:
        with Image.open(BytesIO(content), formats=list(TYPES)) as picture:
            if picture.width * picture.height > LIMIT_PIXELS:
                return None
            kind = TYPES[picture.format or ""]
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return kind


@lru_cache(maxsize=16)
def small_picture(content: bytes, width: int, height: int) -> str:
    """A stored picture shrunk to fit, as a data: URI of a few kilobytes; "" where it cannot be."""
    try:
        with Image.open(BytesIO(content), formats=list(TYPES)) as picture:
            picture.thumbnail((width, height), Image.Resampling.LANCZOS)
            plain = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ""
    for colours in (None, 256, 64, 16):
        drawn = BytesIO()
        (plain.quantize(colours, Image.Quantize.FASTOCTREE) if colours else plain).save(drawn, "PNG", optimize=True)
        if drawn.tell() <= SMALL_BYTES:
            break
    return f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}"
