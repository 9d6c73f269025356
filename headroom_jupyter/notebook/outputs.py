"""How one output of a cell reads as text, and what a model reads of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.compressors.pictures import image_note
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.recording import Output
from headroom_jupyter.results import TextResult
from headroom_jupyter.texts import compress_text
from headroom_jupyter.values import compress_value

__all__ = ["compress_output", "image_of", "text_of", "whole"]

_OBJECT = re.compile(r"\s*<[^<>\n]{1,300}>\s*")
_READABLE = ("text/llm+plain", "text/plain", "text/markdown", "text/latex", "text/html")


def compress_output(output: Output, options: Options) -> TextResult:
    """What a model reads of an output: the object's own form where it is known, else that of its text."""
    if output.has_value and not isinstance(output.value, TextResult):
        result = compress_value(
            output.value,
            name=output.title or None,
            query=options.asked,
            model=options.model,
            level=options.level,
            budget=options.budget,
            retrieval=options.retrieval,
            store=options.store,
        )
        # What only names the object says less than what was shown of it.
        if not (output.data and _OBJECT.fullmatch(result.original)):
            return result
    image = image_of(output.data)
    if image is not None:
        return _image(*image, text_of(output), options)
    text, mime = text_and_type(output)
    return compress_text(
        text,
        query=options.asked,
        mime=mime,
        model=options.model,
        level=options.own_level,
        budget=options.budget,
        store=options.store,
    )


def text_of(output: Output) -> str:
    """An output as text; "" for one that only a machine can read."""
    return text_and_type(output)[0]


def text_and_type(output: Output) -> tuple[str, str | None]:
    """An output as text, and its MIME type when it is not plain."""
    if output.kind == "error":
        return output.text or output.title, None
    if not output.data:
        return output.text, None
    for mime in _READABLE:
        text = _joined(output.data.get(mime))
        if text.strip() and not (mime == "text/plain" and _OBJECT.fullmatch(text) and len(output.data) > 1):
            return text, None if mime.endswith("plain") else mime
    if "application/json" in output.data:
        return json.dumps(output.data["application/json"], ensure_ascii=False, default=str), "application/json"
    return _joined(output.data.get("text/plain")), None


def image_of(data: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """The note and the bytes of a picture, if an output is one: `image 640x480 png`."""
    for mime in data:
        if mime.startswith("image/"):
            value = data[mime]
            encoded = value if isinstance(value, str) else base64.b64encode(bytes(value)).decode("ascii")
            is_text = mime == "image/svg+xml"
            try:
                raw = encoded.encode("utf-8") if is_text else base64.b64decode("".join(encoded.split()), validate=True)
            except (binascii.Error, ValueError):
                raw = encoded.encode("utf-8", "surrogatepass")
            return image_note(mime, encoded), raw
    return None


def whole(text: str, options: Options, *, kind: str = "", reason: str = "") -> TextResult:
    """A text that stays as it is, as a result."""
    tokens = options.tokenizer.count(text)
    return TextResult(text, text, kind, "", "verbatim", tokens, tokens, (), reason)


def _image(note: str, data: bytes, said: str, options: Options) -> TextResult:
    """A line that says what the picture is; its bytes come back by `original`."""
    said = "" if _OBJECT.fullmatch(said) else said
    if not options.retrieval or options.own_level == "lossless":
        return replace(whole(f"[{note}]{' ' * bool(said)}{said}", options, kind="image"), reason="a picture")
    ref = options.store.put(data, kind=f"image/{note.rsplit(' ', 1)[-1]}")
    text = f"{Marker(ref, note=note).render()}{' ' * bool(said)}{said}"
    original = f"[{note}, {len(data):,} bytes, sha256 {sha256(data).hexdigest()[:12]}]{' ' * bool(said)}{said}"
    before, after = options.tokenizer.count(original), options.tokenizer.count(text)
    return TextResult(text, original, "image", "", "faithful", before, after, (ref,), "a picture, stored")


def _joined(value: object) -> str:
    if isinstance(value, list):
        return "".join(str(item) for item in value)
    return value if isinstance(value, str) else "" if value is None else str(value)
