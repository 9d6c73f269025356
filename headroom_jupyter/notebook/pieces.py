"""Takes the cells of a notebook apart into the pieces that a pack shows, shortens or leaves out. Secrets end here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from headroom_jupyter.ccr.marker import Marker
from headroom_jupyter.context.secrets import masked
from headroom_jupyter.notebook.book import Book, BookCell
from headroom_jupyter.notebook.keep import missing_lines
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.outputs import image_of, text_and_type
from headroom_jupyter.notebook.recording import Output
from headroom_jupyter.results import TextResult

__all__ = ["Piece", "ended", "line_count", "marker_of", "pieces_of"]

_KINDS = {"source": 1.5, "error": 3.0, "result": 1.2, "display": 1.0, "stdout": 0.8, "stderr": 0.8, "markdown": 0.7}
_SHORT_SOURCE = 0.6  # a source explains its outputs: it should be there before they are
_MOST_TITLE = 1_000  # characters of an error's message that always stay


@dataclass(frozen=True)
class Piece:
    """A source or an output of a cell.

    `least` is what stands for it when it is left out; it names what it hides, and has the lines that `--keep` demands.
    `text` is free of secrets, and so is what is stored of it; `masks` says how many there were. `data` are the bytes of
    a picture, for which `text` is only a note.
    """

    cell: int
    name: str
    text: str
    tokens: int
    weight: float
    least: str
    least_tokens: int
    path: str = ""
    mime: str | None = None
    must_say: str = ""  # stays whatever happens: an error's message, the names that a source binds
    kept: str = ""  # the lines that `--keep` demands and `must_say` has not
    data: bytes = b""
    data_kind: str = ""
    twin: TextResult | None = None
    masks: int = 0

    @cached_property
    def ref(self) -> str:
        """The reference it has when it is stored."""
        return sha256(self.data or self.text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def pieces_of(book: Book, cell_weights: Sequence[float], options: Options) -> list[Piece]:
    """All pieces in the order of the notebook."""
    return [
        piece for index, cell in enumerate(book.cells) for piece in _of_cell(cell, index, cell_weights[index], options)
    ]


def marker_of(ref: str, text: str) -> Marker:
    """What stands where a whole text was."""
    count = line_count(text)
    return Marker(ref, "lines", ((1, count),), count)


def line_count(text: str) -> int:
    r"""Lines as a retrieval counts them.

    >>> line_count("a\nb\n"), line_count("a")
    (2, 1)
    """
    return text.count("\n") + (not text.endswith("\n"))


def ended(text: str) -> str:
    """A text with a line end after it."""
    return text if text.endswith("\n") or not text else text + "\n"


def _of_cell(cell: BookCell, index: int, weight: float, options: Options) -> Iterator[Piece]:
    if cell.source.strip():
        suffix = "py" if cell.kind == "code" else "md"
        if cell.source.lstrip().startswith("%%"):
            suffix = {"%%bash": "sh", "%%sh": "sh", "%%html": "html"}.get(cell.source.split(None, 1)[0], "py")
        yield _piece(
            index,
            "source" if cell.kind == "code" else "markdown",
            cell.source,
            weight,
            options,
            path=f"cell{index + 1}.{suffix}",
            must_say=cell.names.line(),
        )
    for number, output in enumerate(_joined(cell.outputs)):
        yield from _of_output(output, index, number, weight, options)


def _of_output(output: Output, index: int, number: int, weight: float, options: Options) -> Iterator[Piece]:
    image = image_of(output.data)
    if image is not None:
        note, data = image
        ref = sha256(data).hexdigest()[:12]
        text = ended(options.said(Marker(ref, note=note)))
        count = options.tokenizer.count(text)
        kind = f"image/{note.rsplit(' ', 1)[-1]}"
        yield Piece(index, f"output {number} image", text, count, weight, text, count, data=data, data_kind=kind)
    text, mime = text_and_type(output)
    if text.strip() and not (image is not None and text.lstrip().startswith("<")):
        name = output.kind if output.kind in ("stdout", "stderr", "error") else f"output {number} {output.kind}"
        title = " ".join(output.title.split())[:_MOST_TITLE]
        yield _piece(index, name, text, weight, options, mime=mime, must_say=title, twin=output.twin)


def _piece(
    index: int,
    name: str,
    text: str,
    weight: float,
    options: Options,
    *,
    path: str = "",
    mime: str | None = None,
    must_say: str = "",
    twin: TextResult | None = None,
) -> Piece:
    text, masks = masked(ended(text))
    must_say = masked(must_say)[0]
    ref = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept = missing_lines(text, must_say, options.pattern) if options.pattern else ""
    least = f"{options.said(marker_of(ref, text))}{' ' * bool(must_say)}{must_say}\n{kept}"
    whole, short = options.tokenizer.count(text), options.tokenizer.count(least)
    if whole <= short:
        least, short = text, whole
    kind = next((kind for kind in _KINDS if kind in name), "result")
    own = weight * _KINDS[kind] * (1 if kind != "source" or whole < 400 else _SHORT_SOURCE)
    twin = twin if twin is not None and not masks else None
    return Piece(index, name, text, whole, own, least, short, path, mime, must_say, kept, twin=twin, masks=masks)


def _joined(outputs: Sequence[Output]) -> list[Output]:
    """Streams of one name that follow each other, as one."""
    out: list[Output] = []
    for output in outputs:
        is_more = out and output.kind == out[-1].kind and output.kind in ("stdout", "stderr")
        if is_more:
            twin = None
            out[-1] = Output(output.kind, out[-1].text + output.text, twin=twin)
        else:
            out.append(output)
    return out
