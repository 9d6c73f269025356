"""`%headroom` and `%%headroom`: from a line to a call, and from its answer to the cell. The work is done elsewhere."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Any, cast

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import display
from traitlets import Bool, Enum, Int, Unicode

from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.notebook import grammar, remembering, sources, subwords
from headroom_jupyter.notebook.arguments import VIEWS, takes_options
from headroom_jupyter.notebook.auto import Auto
from headroom_jupyter.notebook.calls import Calls
from headroom_jupyter.notebook.chart import VEGA_LITE
from headroom_jupyter.notebook.composing import compress_outputs
from headroom_jupyter.notebook.display import View, show
from headroom_jupyter.notebook.dry import dry_run
from headroom_jupyter.notebook.learning import learned
from headroom_jupyter.notebook.options import LEVELS, Options
from headroom_jupyter.notebook.recorder import Recorder
from headroom_jupyter.notebook.recording import Execution, Output
from headroom_jupyter.notebook.transform import magic_line
from headroom_jupyter.results import TextResult

__all__ = ["HeadroomMagics"]


@dataclass(frozen=True)
class _Begun:
    """A `%%headroom` cell that runs now; `heard` is how many outputs were there before it began."""

    request: grammar.Request
    options: Options
    heard: int


@magics_class
class HeadroomMagics(Magics):
    """Makes what cells show small enough for a language model. `%headroom?` tells all."""

    model = Unicode("gpt-4o", help="Whose tokens to count.").tag(config=True)
    level = Enum(LEVELS, "faithful", help="How far to go: lossless, faithful or abridged.").tag(config=True)
    budget = Int(None, allow_none=True, help="Tokens a result may have; None: as few as make sense.").tag(config=True)
    retrieval = Bool(True, help="Whether the reader of results can redeem their markers.").tag(config=True)
    show = Enum(VIEWS, "compressed", help="Which view of a result is open: original, compressed or diff.").tag(
        config=True
    )
    over = Int(2000, help="%headroom auto: outputs of more tokens get a twin.").tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._ip = shell
        self.recorder = Recorder(shell)
        self.auto = Auto(self.options)
        self.calls = Calls()
        self.recorder.finished += [self.auto.twinned, self._end]
        self._begun: _Begun | None = None
        self.undo: list[Callable[[], None]] = []  # how to take out what was put into the shell

    @no_var_expand
    @line_cell_magic
    @takes_options
    def headroom(self, line: str, cell: str | None = None) -> None:
        """Make what a cell shows, a value, a file or the whole notebook small enough for a language model.

        Examples::

            %%headroom -o log --query "what failed?"      (first line of a cell) run it; below it, one result of all
            !pytest -v                                     that it put out: streams, results, displays, errors
            %headroom df[df.x > 3] --budget 500            a value: frames, arrays, containers, figures, text
            %headroom --file logs/*.log -o logs            files
            %headroom --cell 12 --show diff                what In[12] put out; --last: the last cell
            %headroom notebook --budget 8000 -o ctx        cells, outputs, errors and variables, for an agent
            %headroom --notebook other.ipynb -o ctx        the same of a saved notebook
            %headroom auto --over 2000                     from now on each longer output gets a small twin;
            %headroom off                                  what you see stays as it is
            %headroom retrieve 3f9a1c27e0b4 --lines 4-9    what a marker stands for (the whole marker will do)
            %headroom show 3f9a1c27e0b4                    an original
            %headroom stats                                what was saved, with a chart
            %headroom remember 'port 5433 is staging'      for the next agent or notebook of this project; no secrets
            %headroom memory which port is staging?        what is known about it; -o VAR: text for a prompt;
            %headroom memory                               all that is known (--forget ID)
            %headroom cache                                how the prompt cache fares with this session's model calls
            %headroom learn --apply                        what failed in earlier sessions, for the first Markdown cell

        Options may stand anywhere; all else is the expression, in one piece. What stands in brackets or quotes is
        never an option. Texts of several words go in quotes. {name} in a query, path or REF is that variable.
        A variable named like a sub-word (stats, show, auto, …) goes in brackets: %headroom (stats).
        The result in VAR is a TextResult: VAR.text is what a model reads, VAR.original what was there.
        In a packed notebook a part is whole, shortened or left out: at --level lossless it is never cut, lines that
        --keep matches stay in any, and with --no-retrieval all gaps are told in words, without references.
        Defaults: %config HeadroomMagics.
        """
        with _one_line():
            request = self._read(line, is_cell=cell is not None)
        if cell is None:
            with _one_line():
                self._line(request)
            return
        options = self._options(request.options)
        # Only below another cell magic: else the cell's own lines run, and `_end` concludes.
        with self.recorder.heard() as outputs:
            result = self._ip.run_cell(cell, store_history=False)  # type: ignore[no-untyped-call]  # IPython has no types for it
        with _one_line():
            self._conclude(request, options, compress_outputs(outputs(), options))
        result.raise_error()

    @property
    def parser(self) -> ArgumentParser:
        """The parser of the options, that the decorators made."""
        return cast("ArgumentParser", vars(type(self).headroom)["parser"])

    @property
    def space(self) -> tuple[Mapping[str, Any], Collection[str]]:
        """The variables of the session, and the names of those that IPython put there."""
        return self._ip.user_ns, self._ip.user_ns_hidden

    def accepts(self, line: str) -> bool:
        """Whether the body of a `%%headroom` cell may run as the cell itself: not under a magic like %%time."""
        return not self.recorder.is_running and self._is_valid(line)

    def _is_valid(self, line: str) -> bool:
        try:
            self.options(self._parsed(line, is_cell=True).options)
        except (HeadroomError, UsageError):
            return False
        return True

    def begin(self, info: ExecutionInfo) -> None:
        """Before a cell: note that it is a `%%headroom` cell. Its body runs as the cell, and `_end` concludes."""
        line = magic_line(info.raw_cell or "")
        if line is not None and self.recorder.is_outermost and self._is_valid(line):
            request = self._read(line, is_cell=True)
            self._begun = _Begun(request, self.options(request.options), len(self.recorder.so_far()))

    def options(self, given: Namespace | None = None) -> Options:
        """The options in force: those given, else the configured ones."""
        value = vars(given) if given is not None else {}
        return Options(
            query=value.get("query") or "",
            model=value.get("model") or self.model,
            level=value.get("level") or self.level,
            budget=self.budget if value.get("budget") is None else value["budget"],
            retrieval=self.retrieval and not value.get("no_retrieval"),
            keep=value.get("keep") or "",
        ).checked()

    def _end(self, run: Execution) -> Execution:
        """Conclude the `%%headroom` cell that has just ended, if it was one."""
        begun, self._begun = self._begun, None
        if begun is not None:
            try:
                self._cell_ended(begun, run.outputs[begun.heard :])
            except HeadroomError as err:
                print(f"headroom: {_line_of(err)}", file=sys.stderr)  # noqa: T201  # the cell's own stderr
        return run

    def _cell_ended(self, begun: _Begun, outputs: Sequence[Output]) -> None:
        with dry_run(begun.options, is_on=begun.request.options.dry_run) as options:
            self._conclude(begun.request, options, compress_outputs(outputs, options))

    def _parsed(self, line: str, *, is_cell: bool) -> grammar.Request:
        request = grammar.read(line, self.parser, is_cell=is_cell)
        given = request.options
        if given.out is not None and (not given.out.isidentifier() or iskeyword(given.out)):
            raise InputError(f"-o {given.out} is no name of a variable")
        if given.out is not None and given.dry_run:
            raise InputError("--dry-run stores nothing, so there is nothing for -o; leave one of them out")
        return request

    def _read(self, line: str, *, is_cell: bool) -> grammar.Request:
        request = self._parsed(line, is_cell=is_cell)
        given = request.options
        expand: Callable[[str], str] = self._ip.var_expand
        for name in ("query", "notebook"):
            if getattr(given, name):
                setattr(given, name, expand(getattr(given, name)))
        given.file = [expand(name) for name in given.file] if given.file else given.file
        return replace(request, rest=expand(request.rest)) if request.form in grammar.SUB_WORDS else request

    def _options(self, given: Namespace) -> Options:
        with _one_line():
            return self.options(given)

    def _line(self, request: grammar.Request) -> None:
        given = request.options
        word = _WORDS.get(request.form)
        if word is not None:
            word(self, request)
            return
        with dry_run(self.options(given), is_on=given.dry_run) as options:
            self._conclude(request, options, sources.result_of(request, options, self._ip, self.recorder))

    def _conclude(self, request: grammar.Request, options: Options, result: TextResult) -> None:
        """Show a result and keep it, as it was asked for."""
        given = request.options
        if given.out:
            self._ip.push({given.out: result})  # type: ignore[no-untyped-call]  # IPython has no types for it
        if given.quiet:
            return
        with self.recorder.aside():
            if given.dry_run:
                print(f"dry run, nothing stored: {subwords.account(result)}")  # noqa: T201  # the cell's own stdout
            elif not result.original:
                print("headroom: nothing was put out")  # noqa: T201
            else:
                show(result, cast("View", given.show or self.show))

    def _auto(self, request: grammar.Request) -> None:
        _refuse(request)
        self._say(self.auto.on(self.over if request.options.over is None else request.options.over))

    def _off(self, request: grammar.Request) -> None:
        _refuse(request)
        self._say(self.auto.off())

    def _stats(self, request: grammar.Request) -> None:
        _refuse(request)
        text, chart = subwords.stats(self.options().store)
        self._say(text, self.auto.account())
        if chart is not None:
            with self.recorder.aside():
                display({VEGA_LITE: chart, "text/plain": "[chart: tokens by compressor]"}, raw=True)  # type: ignore[no-untyped-call]  # IPython has no types for it

    def _cache(self, request: grammar.Request) -> None:
        report = self.calls.report(request.rest, self._ip.user_ns)
        self._give(request, report, f"{report}\nUS dollars at the prices of {report.prices_of}")

    def _remember(self, request: grammar.Request) -> None:
        self._give(request, *remembering.remember(request.rest, request.options, self.recorder.count, self.model))

    def _memory(self, request: grammar.Request) -> None:
        given = request.options
        if given.forget:
            if request.rest:
                raise InputError("--forget takes ids alone; ask for what is known in a line of its own")
            self._say(remembering.forget(given.forget))
            return
        self._give(request, *remembering.known(request.rest, given, self.options()))

    def _give(self, request: grammar.Request, value: object, told: str) -> None:
        """Put a value where it was asked for, else say it."""
        if request.options.out:
            self._ip.push({request.options.out: value})  # type: ignore[no-untyped-call]  # IPython has no types for it
        else:
            self._say(told)

    def _learn(self, request: grammar.Request) -> None:
        _refuse(request)
        self._say(learned(self._ip, self.recorder, is_applied=request.options.apply))

    def _show(self, request: grammar.Request) -> None:
        with self.recorder.aside():
            display(subwords.original_of(request.rest, self.options().store))  # type: ignore[no-untyped-call]  # IPython has no types for it

    def _retrieve(self, request: grammar.Request) -> None:
        text = subwords.retrieved(request.rest, request.options, self.options())
        self._give(request, text, text)

    def _say(self, *texts: str) -> None:
        with self.recorder.aside():
            print("\n".join(text for text in texts if text))  # noqa: T201  # the cell's own stdout


_WORDS: dict[str, Callable[[HeadroomMagics, grammar.Request], None]] = {
    "auto": HeadroomMagics._auto,  # its own table
    "off": HeadroomMagics._off,
    "stats": HeadroomMagics._stats,
    "cache": HeadroomMagics._cache,
    "remember": HeadroomMagics._remember,
    "memory": HeadroomMagics._memory,
    "show": HeadroomMagics._show,
    "learn": HeadroomMagics._learn,
    "retrieve": HeadroomMagics._retrieve,
}


def _refuse(request: grammar.Request) -> None:
    if request.rest:
        word = request.form
        raise InputError(f"%headroom {word} takes no {request.rest[:40]!r}; for a variable of that name: ({word})")


@contextmanager
def _one_line() -> Iterator[None]:
    """Our errors as IPython's one-line UsageError: it knows that very class and no subclass."""
    try:
        yield
    except HeadroomError as err:
        raise UsageError(_line_of(err)) from None


def _line_of(err: HeadroomError) -> str:
    return " ".join(str(err).split())
