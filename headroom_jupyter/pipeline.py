"""From messages to messages: walks a conversation in order, block by block, and keeps its account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from headroom_jupyter import settings
from headroom_jupyter.ccr.store import Store
from headroom_jupyter.compression import Job, Source
from headroom_jupyter.compressors.base import Level
from headroom_jupyter.errors import InputError
from headroom_jupyter.messages import Block, Path, check_messages, replace_at
from headroom_jupyter.observation import Call, tell
from headroom_jupyter.plugins import load_family
from headroom_jupyter.policy import Protect, Situation
from headroom_jupyter.providers.base import Blocks, Provider
from headroom_jupyter.results import CompressResult
from headroom_jupyter.tokens import tokenizer_for
from headroom_jupyter.walk import Progress, Walk, foreseen

__all__ = [
    "check_options",
    "compress",
    "compress_as",
    "count_tokens",
    "expand",
    "job_for",
    "provider_of",
    "providers",
]

_TRAIL = 6  # messages at the end in which clients still move cache_control about; they go on behind the last that stays
_BUDGET_SCALES = (1.0, 0.6, 0.35, 0.2, 0.1, 0.04, 0.0)


def compress(
    messages: Sequence[Any],
    *,
    model: str = "gpt-4o",
    level: Level = "faithful",
    budget: int | None = None,
    frozen: int = 0,
    retrieval: bool = True,
    protect: Protect | None = None,
    compress_user: bool = False,
    store: Store | None = None,
) -> CompressResult:
    """Make a conversation smaller without losing anything.

    Args:
        messages: OpenAI chat, OpenAI responses, Anthropic or Gemini messages, told apart by shape; never changed.
        model: Whose tokens to count.
        level: "lossless" (only what `decode` undoes), "faithful" (whole units out, each marked), or "abridged".
        budget: Tokens for the whole list; gives up prefix stability, see `CompressResult.budget_met`.
        frozen: Leading messages that must not change.
        retrieval: You assert that the model can call `headroom_retrieve`; False: nothing is done that needs it.
        protect: Called with each block that may change; a reason keeps it as it is.
        compress_user: Also compress data pasted into user messages.
        store: Where originals go; the user's own store by default.

    Returns:
        The messages in the same shape, counts, and a decision for every block.

    Raises:
        InputError: `messages` is no message list, the model is unknown, or an option is out of range.

    Example:
        >>> from headroom_jupyter import compress
        >>> compress([{"role": "user", "content": "Hello"}]).messages
        [{'role': 'user', 'content': 'Hello'}]
    """
    check_options(level, budget, frozen)
    plain = check_messages(messages)
    blocks = provider_of(plain).blocks(plain)
    job = job_for(model, level if retrieval else "lossless", store or Store())
    limits = Situation(frozen, compress_user, protect, min_tokens=job.settings.min_tokens)
    return _walked(messages, blocks, job, limits, budget)


def compress_as(
    provider: Provider,
    messages: Sequence[Any],
    job: Job,
    *,
    protect: Protect | None = None,
    trail: Sequence[Progress] = (),
) -> tuple[CompressResult, tuple[Progress, ...]]:
    """`compress` for a caller that knows the wire format, and who carries one conversation turn after turn.

    Args:
        provider: Of the messages.
        messages: As for `compress`.
        job: What holds for the call, see `job_for`.
        protect: As for `compress`.
        trail: What an earlier call gave back of messages with which these begin. The result is the same without it; it
            only takes longer.

    Returns:
        The result, and a trail for the next call.
    """
    plain = check_messages(messages)
    limits = Situation(protect=protect, min_tokens=job.settings.min_tokens)
    begun = next((one for one in reversed(trail) if one.walk.stands(job)), None) if protect is None else None
    steps = list(_steps(provider, plain, begun.blocks if begun else Blocks()))
    walk = begun.walk.fork() if begun else Walk(job, limits, {})
    walk.job, walk.limits = job, limits
    walk.sources = foreseen(steps[-1].found[len(walk.decisions) :], job, walk.query)
    ahead: list[Progress] = []
    for blocks in steps:
        for block in blocks.found[len(walk.decisions) :]:
            walk.add(block)
        if protect is None:
            ahead.append(Progress(blocks, walk.fork()))
    result = _told(walk, messages, steps[-1].found, None)
    behind = [one for one in trail if begun and one.blocks.messages <= begun.blocks.messages]
    return result, tuple([*behind, *ahead][-_TRAIL:])


def _steps(provider: Provider, messages: Sequence[Mapping[str, Any]], begun: Blocks) -> Iterator[Blocks]:
    """The blocks up to each of the last messages, where the next call may have to go on; the last is all of them."""
    count = len(messages)
    for end in dict.fromkeys([*range(max(begun.messages + 1, count - _TRAIL + 1), count), count]):
        begun = begun.copy()
        provider.blocks(messages[begun.messages : end], after=begun)
        yield begun


def job_for(model: str, level: Level, store: Store) -> Job:
    """What holds for all blocks of a call, with the settings of now.

    Raises:
        InputError: the model is unknown.
    """
    return Job(tokenizer_for(model), level, settings.load(), store)


def _walked(
    messages: Sequence[Any], blocks: Sequence[Block], job: Job, limits: Situation, budget: int | None
) -> CompressResult:
    sources = foreseen(blocks, job)
    for scale in _BUDGET_SCALES if budget is not None else (1.0,):
        walk = Walk(replace(job, scale=scale), limits, sources)
        for block in blocks:
            walk.add(block)
        if budget is None or walk.tokens_after <= budget:
            break
    return _told(walk, messages, blocks, budget)


def _told(walk: Walk, messages: Sequence[Any], blocks: Sequence[Block], budget: int | None) -> CompressResult:
    result = walk.result(messages, blocks, budget)
    tell(Call(walk.job.tokenizer.model, result))
    return result


def expand(messages: Sequence[Any], *, store: Store | None = None) -> list[Any]:
    """Give every block whose text this project's store issued its original back; the others stay as they are.

    Raises:
        InputError: `messages` is no message list.
        MissingOriginal: an original is no longer stored; the text says why.
        StoreError: the store cannot be read.
    """
    plain = check_messages(messages)
    held = store or Store()
    changes: dict[Path, str] = {}
    for block in provider_of(plain).blocks(plain):
        if block.part == "text":
            source = Source.of(block.text, held)
            if source.issued_ref:
                changes[block.path] = source.original
    return replace_at(messages, changes)


def count_tokens(text_or_messages: str | Sequence[Any], *, model: str = "gpt-4o") -> int:
    """Tokens of a text, or of all texts and tool-call arguments of a message list.

    What a provider adds around messages (roles, separators) is not counted.

    Raises:
        InputError: neither a text nor a message list, or the model is unknown.
    """
    tokenizer = tokenizer_for(model)
    if isinstance(text_or_messages, str):
        return tokenizer.count(text_or_messages)
    plain = check_messages(text_or_messages)
    return sum(tokenizer.count(block.text) for block in provider_of(plain).blocks(plain) if block.text)


def providers() -> tuple[Provider, ...]:
    """All wire formats, in the order that breaks ties."""
    return cast("tuple[Provider, ...]", load_family("headroom_jupyter.providers", ("name", "claim", "blocks", "tool")))


def provider_of(messages: Sequence[Mapping[str, Any]]) -> Provider:
    """The format that claims the messages most surely.

    Raises:
        InputError: none claims them.
    """
    claims = [(provider.claim(messages), -order, provider) for order, provider in enumerate(providers())]
    claim, _, provider = max(claims, key=lambda entry: entry[:2])
    if claim <= 0:
        names = ", ".join(provider.name for provider in providers())
        raise InputError(f"the messages follow none of the known formats ({names}); each needs a 'role' or a 'type'")
    return provider


def check_options(level: object, budget: object, frozen: object = 0) -> None:
    """Refuse options that are out of range.

    Raises:
        InputError: names the option and what it may be.
    """
    if level not in get_args(Level):
        raise InputError(f"level={level!r} is unknown; it is one of {', '.join(get_args(Level))}")
    if budget is not None and (not isinstance(budget, int) or isinstance(budget, bool) or budget < 1):
        raise InputError(f"budget={budget!r} is no positive number of tokens")
    if not isinstance(frozen, int) or frozen < 0:
        raise InputError(f"frozen={frozen!r} is no number of leading messages; give 0 or more")
