"""The kernel's end of the side panel's comm: it answers what the panel asks, and says hello when the extension loads.

Nothing runs here while no panel is open. Where the kernel has subshells (ipykernel 7) requests are answered while a
cell runs, in a thread of their own; so values are looked at as they are at that moment. No cell is run, no name is
bound, nothing is printed. What is said is written down in labextension/src/panel/protocol.ts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import comm as comms
from IPython.core.interactiveshell import InteractiveShell

import headroom_jupyter
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.context.asking import asked, integer, text_of
from headroom_jupyter.context.opened import Opened
from headroom_jupyter.context.rows import row_of_value
from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.notebook.comm_variables import told
from headroom_jupyter.notebook.variables import variables
from headroom_jupyter.values import compress_value

__all__ = ["HELLO_TARGET", "KERNEL_TARGET", "PROTOCOL", "PanelLink"]

PROTOCOL = 1
HELLO_TARGET = "headroom:hello"
KERNEL_TARGET = "headroom:kernel"
_MOST_VARIABLES = 500
_log = logging.getLogger(__name__)
Json = dict[str, Any]


class PanelLink:
    """What the shell of a kernel has for panels; several may be open."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._open: dict[str, Any] = {}

    def start(self) -> None:
        """Take panels from now on, and tell those that wait for one."""
        comms.get_comm_manager().register_target(KERNEL_TARGET, self._opened)
        comms.create_comm(target_name=HELLO_TARGET, data=_hello(Store())).close()

    def stop(self) -> None:
        """Take no more, and close those that are open."""
        comms.get_comm_manager().unregister_target(KERNEL_TARGET, self._opened)
        for one in list(self._open.values()):
            one.close()
        self._open.clear()

    def _opened(self, comm: Any, message: Mapping[str, Any]) -> None:  # as comm calls it
        talk = _Talk(self._shell)
        self._open[comm.comm_id] = comm

        def heard(message: Mapping[str, Any]) -> None:
            said = talk.answer(message["content"]["data"])
            if said is not None:
                comm.send(said)

        comm.on_msg(heard)
        comm.on_close(lambda _: self._open.pop(comm.comm_id, None))


class _Talk:
    """The talk with one panel: the texts that it told of, one request after the other."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._opened = Opened()
        self._lock = threading.Lock()

    def answer(self, request: Any) -> Json | None:
        """The answer to a request, None when it wants none; an error is an answer too."""
        given: Mapping[str, Any] = request if isinstance(request, Mapping) else {}
        ident = given.get("id")
        try:
            handler = _REQUESTS.get(str(given.get("type")))
            if handler is None:
                raise InputError(f"type={str(given.get('type'))[:40]!r} is none of {', '.join(_REQUESTS)}")
            with self._lock:
                said = handler(self, given)
        except HeadroomError as err:
            return _failed(ident, type(err).__name__, str(err))
        except Exception as err:  # noqa: BLE001  # a door: the panel must hear of it, or it waits for ever
            _log.exception("the panel's request could not be answered")
            return _failed(ident, type(err).__name__, f"it cannot be answered ({type(err).__name__}: {err})")
        return None if said is None else {"id": ident, "ok": True, "type": given["type"], **said}

    def hello(self, given: Mapping[str, Any]) -> Json:  # as the others
        """Who is here."""
        return {"hello": _hello(Store())}

    def put(self, given: Mapping[str, Any]) -> None:
        """A piece of a text that a `context` will refer to."""
        self._opened.put([given])

    def context(self, given: Mapping[str, Any]) -> Json:
        """The rows of the notebook as the front end has it, or the keys of texts that are not here yet."""
        told = self._opened.answer(given.get("cells"), asked(given), Store())
        return {"type": "missing", **told} if "keys" in told else told

    def variables(self, given: Mapping[str, Any]) -> Json:
        """A line on each variable of the session."""
        found = variables(self._shell.user_ns, self._shell.user_ns_hidden)
        offset, limit = integer(given, "offset", 0), integer(given, "limit", _MOST_VARIABLES)
        names = sorted(found)[offset : offset + min(limit, _MOST_VARIABLES)]
        return {"total": len(found), "variables": [told(name, found[name]) for name in names]}

    def variable(self, given: Mapping[str, Any]) -> Json:
        """The row of a variable."""
        name = text_of(given, "name")
        found = variables(self._shell.user_ns, self._shell.user_ns_hidden)
        if name not in found:
            raise InputError(f"there is no variable {name[:80]!r} in this session; run the cell that makes it")
        options, store = asked(given), Store()
        result = compress_value(
            found[name],
            name=name,
            query=options.query,
            model=options.model,
            level=options.level,
            budget=options.budget,
            store=store,
        )
        return {"row": row_of_value(name, result, options, store).json()}


_REQUESTS: Mapping[str, Callable[[_Talk, Mapping[str, Any]], Json | None]] = {
    "hello": _Talk.hello,
    "put": _Talk.put,
    "context": _Talk.context,
    "variables": _Talk.variables,
    "variable": _Talk.variable,
}


def _hello(store: Store) -> Json:
    return {"protocol": PROTOCOL, "version": headroom_jupyter.__version__, "project": store.project}


def _failed(ident: object, kind: str, message: str) -> Json:
    return {"id": ident, "ok": False, "error": {"kind": kind, "message": message}}
