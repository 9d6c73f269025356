"""Listens to what a running cell puts out, while the person goes on seeing it as always.

Methods of the shell's streams, display hook and publisher are overlaid for one cell and put back after it. Nothing is
held back, and what is heard is only kept here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from headroom_jupyter.notebook.recording import Kind, Output, plain

__all__ = ["Capture"]

_STREAMS: tuple[Kind, ...] = ("stdout", "stderr")
Method = Callable[..., Any]


@dataclass
class _Overlay:
    """A method of one object, overlaid until `remove`."""

    owner: Any
    name: str
    over: Method
    under: Method = field(init=False)
    was_own: bool = field(init=False)

    def __post_init__(self) -> None:
        self.under = getattr(self.owner, self.name)
        self.was_own = self.name in getattr(self.owner, "__dict__", {})
        setattr(self.owner, self.name, self.over)

    def remove(self) -> None:
        if self.owner.__dict__.get(self.name) is not self.over:
            return  # somebody has overlaid ours; what is closed hears nothing any more
        if self.was_own:
            setattr(self.owner, self.name, self.under)
        else:
            delattr(self.owner, self.name)


class Capture:
    """Hears one cell, from `open` to `close`; `outputs` is what it put out so far."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._outputs: list[Output] = []
        self._stream: tuple[Kind, list[str]] | None = None
        self._formatted: tuple[Any, Any] | None = None
        self._deaf = 0
        self._clears_next = False
        self._is_open = False
        self._overlays: list[_Overlay] = []

    def open(self) -> None:
        """Begin to listen."""
        shell = self._shell
        self._is_open = True
        for kind in _STREAMS:
            stream = getattr(sys, kind)
            if hasattr(stream, "__dict__"):
                self._overlay(stream, "write", self._writing(kind))
        self._overlay(shell.display_formatter, "format", self._formatting)
        self._overlay(shell.displayhook, "write_output_prompt", self._unheard)
        self._overlay(shell.displayhook, "write_format_data", self._resulting)
        self._overlay(shell.display_pub, "publish", self._publishing)
        self._overlay(shell.display_pub, "clear_output", self._clearing)
        self._overlay(shell, "_showtraceback", self._failing)
        if shell.system == shell.system_raw:  # in a terminal `!command` would write past us
            self._overlays.append(_Overlay(shell, "system", shell.system_piped))

    def close(self) -> tuple[Output, ...]:
        """Stop listening and put everything back."""
        for overlay in reversed(self._overlays):
            overlay.remove()
        self._overlays.clear()
        self._is_open = False
        return self.outputs

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What was heard so far, in order."""
        self._end_stream()
        return tuple(self._outputs)

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Hear nothing meanwhile: what we show ourselves is no output of the cell."""
        self._deaf += 1
        try:
            yield
        finally:
            self._deaf -= 1

    def update(self, display_id: str, data: Mapping[str, Any]) -> bool:
        """Put new data in place of those displayed under an id; whether there are any."""
        found = [i for i, output in enumerate(self._outputs) if output.display_id == display_id]
        for index in found:
            self._outputs[index] = replace(self._outputs[index], data=dict(data), value=None, has_value=False)
        return bool(found)

    def _overlay(self, owner: Any, name: str, make: Callable[[Method], Method]) -> None:
        under = getattr(owner, name)
        self._overlays.append(_Overlay(owner, name, wraps(under)(make(under))))

    def _hears(self) -> bool:
        return self._is_open and not self._deaf

    def _writing(self, kind: Kind) -> Callable[[Method], Method]:
        def make(under: Method) -> Method:
            def write(text: Any, *args: Any, **kwargs: Any) -> Any:
                written = under(text, *args, **kwargs)
                if self._hears() and isinstance(text, str) and text:
                    self._heard_text(kind, text)
                return written

            return write

        return make

    def _heard_text(self, kind: Kind, text: str) -> None:
        self._clear_if_due()
        if self._stream is None or self._stream[0] != kind:
            self._end_stream()
            self._stream = kind, []
        self._stream[1].append(text)

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._outputs.append(Output(self._stream[0], "".join(self._stream[1])))
            self._stream = None

    def _heard(self, output: Output) -> None:
        self._clear_if_due()
        self._end_stream()
        self._outputs.append(output)

    def _clear_if_due(self) -> None:
        if self._clears_next:
            self._clears_next = False
            self._outputs.clear()
            self._stream = None

    def _unheard(self, under: Method) -> Method:
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.deaf():
                return under(*args, **kwargs)

        return call

    def _formatting(self, under: Method) -> Method:
        def format_(value: Any, *args: Any, **kwargs: Any) -> Any:
            found = under(value, *args, **kwargs)
            self._formatted = found[0], value
            return found

        return format_

    def _value_of(self, data: Any) -> dict[str, Any]:
        """The object that a bundle was made from: the formatter gives out a new bundle for each."""
        formatted, self._formatted = self._formatted, None
        return {"value": formatted[1], "has_value": True} if formatted and formatted[0] is data else {}

    def _resulting(self, under: Method) -> Method:
        def write_format_data(data: Any, *args: Any, **kwargs: Any) -> Any:
            if self._hears():
                self._heard(Output("result", data=dict(data), **self._value_of(data)))
            with self.deaf():
                return under(data, *args, **kwargs)

        return write_format_data

    def _publishing(self, under: Method) -> Method:
        def publish(data: Any, *args: Any, **kwargs: Any) -> Any:
            if self._hears():
                display_id = str((kwargs.get("transient") or {}).get("display_id") or "")
                if kwargs.get("update"):
                    self._end_stream()
                    self.update(display_id, data)
                else:
                    self._heard(Output("display", data=dict(data), display_id=display_id, **self._value_of(data)))
            with self.deaf():
                return under(data, *args, **kwargs)

        return publish

    def _clearing(self, under: Method) -> Method:
        def clear_output(wait: bool = False, *args: Any, **kwargs: Any) -> Any:  # IPython's
            if self._hears():
                self._clears_next = True
                if not wait:
                    self._clear_if_due()
            with self.deaf():
                return under(wait, *args, **kwargs)

        return clear_output

    def _failing(self, under: Method) -> Method:
        def show(etype: Any, evalue: Any, stb: Any) -> Any:
            if self._hears():
                try:
                    said = str(evalue)
                except Exception:  # noqa: BLE001  # the user's exception, and it has been raised already
                    said = "(its message cannot be shown)"
                lines = [stb] if isinstance(stb, str) else list(stb)
                title = f"{etype.__name__}: {said}" if said else str(etype.__name__)
                self._heard(Output("error", plain("\n".join(map(str, lines))), title=title))
            with self.deaf():
                return under(etype, evalue, stb)

        return show
