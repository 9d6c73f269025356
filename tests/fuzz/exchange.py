"""Fuzzes what passes between client and provider, guided by coverage: pip install atheris (Linux, macOS), then

  python -m tests.fuzz.exchange -max_total_time=600

An input is a request's body and two replies of its provider. Whatever they are: nothing raises, a body that cannot be
read goes out as it came, in one that can be nothing but messages and tools changes, and an encoded body is never read
beyond its limit.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["headroom_jupyter.exchange"]):
    from headroom_jupyter.exchange.encodings import decoded
    from headroom_jupyter.exchange.json_text import locate, parse
    from headroom_jupyter.exchange.requests import Options
    from headroom_jupyter.exchange.routes import wire_of
    from headroom_jupyter.exchange.turn import Turn

from headroom_jupyter import Store
from headroom_jupyter.errors import InputError
from tests.agents import LOG, history, tools_of
from tests.carrier import KEYS, body_of, path_of
from tests.upstream import API_PATHS, Reply, Seen, ToolCall, speak

_APIS = sorted(API_PATHS)
_END = b"\n=====\n"  # between body and replies
_MAY_CHANGE = {*KEYS.values(), "tools", "system", "previous_response_id"}
_ENCODINGS = ("", "gzip", "deflate", "zstd", "br")


class _Bugs(logging.Handler):
    """What is logged with a traceback failed open: for a fuzzer it is a find."""

    def emit(self, record: logging.LogRecord) -> None:
        """Raise it."""
        if record.exc_info and record.exc_info[1]:
            raise AssertionError(record.getMessage()) from record.exc_info[1]


def _try(store: Store, data: bytes) -> None:
    choice, rest = data[0] if data else 0, data[1:]
    api, is_stream = _APIS[choice % 4], bool(choice & 4)
    body, *replies = rest.split(_END)
    path, _, query = path_of(api, is_stream=is_stream).partition("?")
    route = wire_of(path, query)
    assert route is not None
    options = Options(store, cache_breakpoints=(choice >> 3) % 5)
    turn = Turn.begin(route.wire, body, options, model=route.model)
    _check(body, turn)
    kind = "text/event-stream" if is_stream else "application/json"
    for reply in replies[:3]:
        reader = turn.read(kind)
        for piece in (reply[: len(reply) // 2], reply[len(reply) // 2 :]):
            reader.feed(piece)
        reader.finish()
        if turn.follow_up() is None:
            break
        turn.failure(500, reply)
    turn.settle()
    _decode(body, _ENCODINGS[choice % 5])


def _check(body: bytes, turn: Turn) -> None:
    try:
        text, before = parse(body)
    except InputError:
        assert turn.body == body, "what cannot be read was changed"
        return
    _, after = parse(turn.body)
    for key in before.keys() - _MAY_CHANGE:
        assert repr(before[key]) == repr(after[key]), f"{key} changed"
    if before == after:
        assert turn.body == body, "the bytes changed and the value did not"
    for (name,), (start, end) in locate(text, [(key,) for key in before]).items():
        assert repr(json.loads(text[start:end])) == repr(before[str(name)]), "a place is not where it was said to be"


def _decode(body: bytes, encoding: str) -> None:
    with suppress(InputError):
        assert len(decoded(body, encoding, 100_000)) <= max(100_000, len(body))


def _seeds(folder: Path) -> None:
    """Good requests and replies of each API, to begin with."""
    for number in range(8):
        api, is_stream = _APIS[number % 4], bool(number & 4)
        body = body_of(api, history(api, LOG[:4000]), tools_of(api, "run"), stream=is_stream)
        seen = Seen("POST", path_of(api, is_stream=is_stream), {}, body)
        call = ToolCall("r", "headroom_retrieve", {"ref": "0" * 12, "lines": "1-3"})
        answers = [speak(seen, "Hm.", call, *own) for own in ((), (ToolCall("o", "run"),))] + [speak(seen, "Hi.")]
        said = _END.join([body, *map(_bytes, answers)])
        (folder / f"{api}{number}").write_bytes(bytes([number + 32]) + said)


def _bytes(reply: Reply) -> bytes:
    return reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)


def main() -> None:
    """Run; arguments are libFuzzer's."""
    logging.getLogger("headroom_jupyter").addHandler(_Bugs())
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", project="fuzz")
        seeds = Path(folder) / "seeds"
        seeds.mkdir()
        _seeds(seeds)
        atheris.Setup([*sys.argv, "-max_len=16000", str(seeds)], lambda data: _try(store, data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
