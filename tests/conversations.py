"""One conversation in each wire format, with everything a format may carry; not a test."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["FORMATS", "conversation", "result_text"]

FORMATS = ("openai", "openai_responses", "anthropic", "gemini")
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def conversation(shape: str, results: list[str], question: str = "What went wrong?", tool: str = "run") -> list[Any]:
    """A system text where the format has one, a question, and one tool call and result per element of `results`."""
    build = {"openai": _openai, "openai_responses": _responses, "anthropic": _anthropic, "gemini": _gemini}[shape]
    return build(results, question, tool)


def _openai(results: list[str], question: str, tool: str) -> list[Any]:
    out: list[Any] = [
        {"role": "system", "content": "Be careful.", "x_unknown": {"kept": [1, None]}},
        {
            "role": "user",
            "content": [{"type": "text", "text": question}, {"type": "image_url", "image_url": {"url": _PIXEL}}],
        },
    ]
    for number, result in enumerate(results):
        function = {"name": tool, "arguments": json.dumps({"step": number})}
        out.append(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": f"c{number}", "type": "function", "function": function}],
            }
        )
        out.append({"role": "tool", "tool_call_id": f"c{number}", "content": result})
    return out


def _responses(results: list[str], question: str, tool: str) -> list[Any]:
    out: list[Any] = [
        {"role": "developer", "content": "Be careful."},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": question}]},
        {"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAAA", "summary": []},
    ]
    for number, result in enumerate(results):
        out.append(
            {"type": "function_call", "call_id": f"c{number}", "name": tool, "arguments": json.dumps({"step": number})}
        )
        out.append({"type": "function_call_output", "call_id": f"c{number}", "output": result})
    return out


def _anthropic(results: list[str], question: str, tool: str) -> list[Any]:
    out: list[Any] = [{"role": "user", "content": question}]
    for number, result in enumerate(results):
        thinking = {"type": "thinking", "thinking": "Let me look.", "signature": "EqQB"}
        use = {"type": "tool_use", "id": f"t{number}", "name": tool, "input": {"step": number}}
        image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _PIXEL}}
        answer = {
            "type": "tool_result",
            "tool_use_id": f"t{number}",
            "content": [{"type": "text", "text": result, "cache_control": {"type": "ephemeral"}}, image],
        }
        out += [{"role": "assistant", "content": [thinking, use]}, {"role": "user", "content": [answer]}]
    return out


def _gemini(results: list[str], question: str, tool: str) -> list[Any]:
    out: list[Any] = [{"role": "user", "parts": [{"text": question}]}]
    for number, result in enumerate(results):
        call = {"functionCall": {"name": tool, "args": {"step": number}}, "thoughtSignature": "Aa=="}
        answer = {"functionResponse": {"name": tool, "response": {"exit_code": 0, "output": result}}}
        out += [{"role": "model", "parts": [call]}, {"role": "user", "parts": [answer]}]
    return out


def result_text(shape: str, message: Any) -> str:
    """The text of a tool result's message."""
    if shape == "openai":
        return str(message["content"])
    if shape == "openai_responses":
        return str(message["output"])
    if shape == "anthropic":
        return str(message["content"][0]["content"][0]["text"])
    return str(message["parts"][0]["functionResponse"]["response"]["output"])
