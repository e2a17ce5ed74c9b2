"""Uploaded pictures, judged by what is in them and not by their name."""

from io import BytesIO

from PIL import Image

LIMIT_BYTES = 1024 * 1024
LIMIT_PIXELS = 4000 * 4000
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
