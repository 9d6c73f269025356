"""What is said of a picture in the place of its bytes: its size and its format, by its first bytes."""

from __future__ import annotations

import base64
import binascii
import re

__all__ = ["image_note"]

_MOST_IMAGE = 90_000  # characters of base64 looked at for a picture's size; a JPEG may begin with a thumbnail


def image_note(mime: str, value: object) -> str:
    """A picture's note as the marker grammar has it: `image 640x480 png`."""
    name = re.sub(r"[^\w.-]", "", mime.removeprefix("image/").removesuffix("+xml"))[:40] or "unknown"
    encoded = _joined(value)[:_MOST_IMAGE] if name in ("png", "jpeg", "gif") else ""
    try:
        encoded = "".join(encoded.split())
        size = _size(base64.b64decode(encoded[: len(encoded) // 4 * 4]), name) if encoded else None
    except (binascii.Error, ValueError):
        size = None
    return f"image {size[0]}x{size[1]} {name}" if size else f"image {name}"


def _size(data: bytes, name: str) -> tuple[int, int] | None:
    """Width and height in pixels, by the first bytes (PNG: IHDR; GIF: screen descriptor; JPEG: start of frame)."""
    if name == "png" and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if name == "gif" and data[:3] == b"GIF" and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    at = 2
    while name == "jpeg" and at + 9 < len(data) and data[at] == 0xFF:
        if 0xC0 <= data[at + 1] <= 0xCF and data[at + 1] not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
