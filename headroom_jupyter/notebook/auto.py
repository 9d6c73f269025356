"""`%headroom auto`: each long output gets a small twin for the model when it appears; what is seen stays as it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from headroom_jupyter.errors import HeadroomError, InputError
from headroom_jupyter.notebook.options import Options
from headroom_jupyter.notebook.outputs import compress_output, text_of
from headroom_jupyter.notebook.recording import Execution, Output

__all__ = ["Auto"]


@dataclass
class _Costs:
    """What it did so far."""

    twins: int = 0
    before: int = 0
    after: int = 0
    elapsed_s: float = 0.0
    failures: int = 0


class Auto:
    """Off until `on`; `twinned` is called with each run that has ended."""

    def __init__(self, options: Callable[[], Options]) -> None:
        self._options = options
        self._over: int | None = None
        self._costs = _Costs()

    def on(self, over: int) -> str:
        """Begin; returns what to tell."""
        if over < 1:
            raise InputError(f"--over {over} is no positive number of tokens")
        self._over = over
        return (
            f"headroom auto is on: from now on outputs of more than {over:,} tokens get a twin in the store."
            " What you see stays as it is; %headroom stats tells what it costs, %headroom off ends it."
        )

    def off(self) -> str:
        """End; returns what to tell."""
        was_on, self._over = self._over is not None, None
        return f"headroom auto is off. {self.account()}".strip() if was_on else "headroom auto was not on."

    def account(self) -> str:
        """What it did and what that cost; "" if it did nothing."""
        made = self._costs
        if not made.twins and not made.failures:
            return "auto: on, no output was long enough yet" if self._over is not None else ""
        failed = f"; {made.failures} could not be made" if made.failures else ""
        return (
            f"auto: {made.twins} twins, {made.before:,} → {made.after:,} tokens,"
            f" {made.elapsed_s * 1000:,.0f} ms in all{failed}"
        )

    def twinned(self, run: Execution) -> Execution:
        """The run with a twin of each long output."""
        if self._over is None or not any(output.size_chars > self._over for output in run.outputs):
            return run
        started = time.perf_counter()
        outputs = tuple(self._with_twin(output) for output in run.outputs)
        self._costs.elapsed_s += time.perf_counter() - started
        return replace(run, outputs=outputs)

    def _with_twin(self, output: Output) -> Output:
        """An output with its twin; one that cannot be made is counted, and the output stays as it is."""
        text = text_of(output)
        # A token is at least one character, so a shorter text need not be counted.
        if self._over is None or len(text) <= self._over:
            return output
        options = self._options()
        before = options.tokenizer.count(text)
        if before <= self._over:
            return output
        try:
            twin = compress_output(output, options)
        except HeadroomError:
            self._costs.failures += 1
            return output
        self._costs.twins += 1
        self._costs.before += before
        self._costs.after += twin.tokens_after
        return replace(output, twin=twin)
