"""Images of Pillow: size, mode, colour; the image itself is stored as PNG and stays behind its marker."""

from __future__ import annotations

import base64
import io
from functools import partial
from typing import Any

from headroom_jupyter.compressors.base import Compressed, Draft
from headroom_jupyter.selection import Query
from headroom_jupyter.values.base import Text, Told, View, named

__all__ = ["told"]


def told(image: Any, name: str | None, tell: Any) -> Told:
    """The view of an image."""
    width, height = image.size
    what = named(name, f"Image {width}x{height} {image.mode}")
    frames = getattr(image, "n_frames", 1)
    what += f", {image.format}" if image.format else ""
    what += f", {frames} frames (the one shown)" if frames > 1 else ""
    try:
        data = _png(image)
    except Exception as err:  # noqa: BLE001  # a closed or broken file raises what its format pleases
        return Text(f"{what}: it cannot be read: {type(err).__name__}: {err}")
    note = f"image {width}x{height} png"
    text = f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"
    some = text[:20_000]
    head = f"{what}; {_colours(image)}"
    return View(
        "image/png",
        data,
        lambda: text,
        lambda: (some, len(some) / len(text)),
        partial(_show, head, note),
        300,
        "Images",
    )


def _png(image: Any) -> bytes:
    plain = image if image.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16") else image.convert("RGB")
    held = io.BytesIO()
    plain.copy().save(held, "PNG", compress_level=1)
    return held.getvalue()


def _colours(image: Any) -> str:
    """The mean colour, and whether there is but one."""
    small = image.convert("RGBA" if "A" in image.mode or image.mode == "P" else "RGB").resize((16, 16))
    extremes = image.convert("RGB").getextrema()
    pixels = list(zip(*[iter(small.tobytes())] * len(small.getbands()), strict=True))
    mean = [sum(pixel[band] for pixel in pixels) // len(pixels) for band in range(3)]
    colour = "#{:02x}{:02x}{:02x}".format(*mean)
    if all(low == high for low, high in extremes):
        return f"all of it {colour}"
    opaque = sum(pixel[3] for pixel in pixels) / (255 * len(pixels)) if len(small.getbands()) == 4 else 1.0
    return f"mean colour {colour}" + (f", {1 - opaque:.0%} transparent" if opaque < 0.995 else "")


def _show(head: str, note: str, query: Query, size: int, fill: bool) -> Compressed:
    draft = Draft("")
    draft.write(f"{head}\n")
    draft.omit(note, (), 0)
    return draft.done()
