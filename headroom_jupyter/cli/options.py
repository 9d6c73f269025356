"""Options that several commands share."""

from __future__ import annotations

import click

__all__ = ["as_json", "model"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
model = click.option("--model", default="gpt-4o", show_default=True, help="Whose tokens to count.")
