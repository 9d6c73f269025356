"""`headroom proxy`: stands between an agent and its provider, and makes what passes smaller."""

from __future__ import annotations

import json
import os
from typing import get_args

import click

from headroom_jupyter import settings
from headroom_jupyter.cli import options
from headroom_jupyter.cli.screen import console, write_text
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.memory.framing import REFERENCE_TOKENS

__all__ = ["proxy"]


@click.command(
    epilog="Examples:\n\n\b\n  headroom proxy --port 8787\n"
    "  ANTHROPIC_BASE_URL=http://127.0.0.1:8787 claude\n"
    "  OPENAI_BASE_URL=http://127.0.0.1:8787/v1 python my_agent.py"
)
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Another address than loopback needs --token.")
@click.option("--token", default="", envvar="HEADROOM_TOKEN", help="What clients must send as x-headroom-token.")
@click.option("--anthropic-upstream", metavar="URL", help="Where requests to Anthropic go.")
@click.option("--openai-upstream", metavar="URL", help="Where requests to OpenAI go.")
@click.option("--gemini-upstream", metavar="URL", help="Where requests to Gemini go.")
@click.option(
    "--level", type=click.Choice(get_args(Level)), default="faithful", show_default=True, help="How far to go."
)
@click.option("--memory", is_flag=True, help="Add what the project's memory knows to the user's latest message.")
@click.option(
    "--cache-breakpoints",
    type=click.IntRange(0, 4),
    metavar="N",
    help="Mark what Anthropic may cache, up to N marks with the client's own.",
)
@click.option("--allow-origin", "origins", multiple=True, metavar="ORIGIN", help="Web origin whose pages may call it.")
@options.as_json
def proxy(
    port: int,
    host: str,
    token: str,
    level: Level,
    memory: bool,
    cache_breakpoints: int | None,
    origins: tuple[str, ...],
    as_json: bool,
    **own_upstreams: str | None,
) -> None:
    """Stand between an agent and its provider, and make what passes smaller.

    Point the agent's base URL here; keys pass through and are kept nowhere. /dashboard shows what was saved. Upstreams
    left out come from HEADROOM_ANTHROPIC_UPSTREAM and its like, else they are the providers' own. With --memory, or
    HEADROOM_MEMORY_TOKENS, notes of the request's project follow the question, as reference material.
    """
    # Seconds of imports that no other command needs.
    from headroom_jupyter.proxy.config import ProxyConfig, upstreams_from  # noqa: PLC0415
    from headroom_jupyter.proxy.server import listen, serve  # noqa: PLC0415

    given = {name.removesuffix("_upstream"): url for name, url in own_upstreams.items()}
    found = settings.load()
    upstreams = upstreams_from(found, given)
    tokens = found.memory_tokens or (REFERENCE_TOKENS if memory else 0)
    config = ProxyConfig(
        upstreams,
        host=host,
        port=port,
        token=token,
        level=level,
        memory_tokens=tokens,
        cache_breakpoints=found.cache_breakpoints if cache_breakpoints is None else cache_breakpoints,
        origins=origins,
    )
    own = listen(config)
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    url = f"http://{shown}:{own.getsockname()[1]}"

    def tell(_: object) -> None:
        if as_json:
            told = {"url": url, "port": own.getsockname()[1], "pid": os.getpid(), "upstreams": upstreams}
            write_text(json.dumps(told) + "\n")  # one line: who started this reads until the end of it
            return
        screen = console()
        screen.print(f"headroom proxy on {url}; what it saves: {url}/dashboard", soft_wrap=True)
        for vendor, upstream in upstreams.items():
            screen.print(f"  {vendor:<10} → {upstream}", soft_wrap=True)

    serve(config, own, on_start=tell)
