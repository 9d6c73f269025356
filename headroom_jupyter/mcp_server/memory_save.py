"""memory_save: something learned in this project, kept for the next agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom_jupyter.mcp_server.base import Answer, Scope, Tool
from headroom_jupyter.memory.records import dump

__all__ = ["MEMORY_SAVE"]


def _run(arguments: Mapping[str, Any], scope: Scope) -> Answer:
    record = scope.memory.save(
        arguments["text"],
        kind=arguments.get("kind", "fact"),
        importance=arguments.get("importance", 0.5),
        facts=arguments.get("facts"),
        source={"agent": scope.client, "model": arguments.get("model", "")},
    )
    told = [f"Kept in project {scope.memory.project} as {record.id}: {record.text}"]
    if len(record.sources) > 1:
        told.append(f"It was known already; now {len(record.sources)} sources say so.")
    if record.supersedes:
        told.append(f"It takes the place of {', '.join(record.supersedes)}.")
    return Answer("\n".join(told), dump(record))


MEMORY_SAVE = Tool(
    name="memory_save",
    title="Remember something for this project",
    description=(
        "Keep something that was learned and that the next agent, notebook or session of this project will need: a "
        "fact about the environment, a decision and its reason, what failed and what helped, what the user prefers. "
        "One statement that stands by itself, with names and numbers. What is known already is merged; what "
        "contradicts an older memory takes its place. Secrets are taken out."
    ),
    parameters={
        "text": {"type": "string", "description": "what to remember, in a sentence or a few"},
        "kind": {"type": "string", "description": "fact (the default), preference, decision, lesson, or another word"},
        "importance": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "0 to 1, 0.5 unless you say otherwise; the more important is found first",
        },
        "facts": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": 'what it states, by key, such as {"staging.port": "5433"}; another value takes its place',
        },
        "model": {"type": "string", "description": "the model that says so"},
    },
    required=("text",),
    run=_run,
    is_read_only=False,
)
