"""What does the data pipeline make of a real corpus, how fast, and is it the same every time?

The corpus is what stands on this machine: the Python packages of this environment and the npm packages of
``.tools``, with every HumanEval problem planted among them, each in a file of its own between code of the
corpus. The packaged recipe ``code`` runs over it with one worker, again with one, and with two. All three
must agree to the byte, and nothing of the planted problems may come out. The planted files also go through
decontamination alone, so that it is known which step finds them.

``--limit 3000`` takes that many files of the corpus, evenly spread.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from agent.examiner import AgentExaminer
from agent.prompts import SMALL_CONTEXT
from benchmarks.datasets import DEFAULT_DATA, read_rows
from benchmarks.report import finish, machine, progress, table
from models.data.card import Card
from models.data.prepare import Progress, prepare
from models.data.recipe import Recipe
from models.data.recipe_file import read_recipe
from models.data.rendering import frames_of

ROOT = Path(__file__).resolve().parent.parent
PLANTED = "planted"
_MIXED_LINES = 30  # of real code, before and behind a planted problem


def main() -> int:
    """Print the tables; 0 if the runs agree and every planted problem is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument(
        "--recipe", type=Path, default=Path("code"), help="a recipe, or a packaged one's name"
    )
    parser.add_argument("--limit", type=int, help="files of the corpus; all of them by default")
    parser.add_argument("--keep", type=Path, help="a new folder for the data set of the first run")
    given = parser.parse_args()
    rows = read_rows(given.data / "humaneval" / "HumanEval.jsonl.gz")
    print(f"{machine()}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="acrisol-data-") as folder:
        work = Path(folder)
        planted = plant(rows, work / PLANTED)
        recipe = over_the_corpus(read_recipe(given.recipe), given.data, given.limit, work / PLANTED)
        runs = [run(recipe, work / name, workers) for name, workers in (("a", 1), ("b", 1), ("c", 2))]
        _report(work / "a", runs)
        left = sum(_of_the_planted(path) for path in sorted((work / "a").glob("*.jsonl")))
        alone = decontaminated(given.data, work / PLANTED, work / "alone")
        same = len({digest for digest, _ in runs}) == 1
        if given.keep:
            shutil.copytree(work / "a", given.keep)
    files_a_second = [f"{_files(recipe_card) / seconds:,.0f}" for recipe_card, seconds in _speeds(runs)]
    print(f"\nFiles a second with 1, 1 and 2 workers: {', '.join(files_a_second)}.")
    print(f"Decontamination alone drops {alone} of {planted} planted files.")
    headline = (
        f"runs {'agree' if same else 'DIFFER'} in every byte; {left} rows of {planted} planted problems "
        f"left, {alone} found by decontamination alone (goals: agree, 0, {planted})"
    )
    return finish(headline, same and left == 0 and alone == planted)


def plant(rows: list[dict[str, Any]], folder: Path) -> int:
    """Write each problem between lines of real code; the number of files."""
    lines = Path(json.__file__).read_text().splitlines()
    for number, row in enumerate(rows):
        package = folder / f"planted{number:03d}"
        package.mkdir(parents=True)
        start = number * 7 % (len(lines) - 2 * _MIXED_LINES)
        before, after = lines[start : start + _MIXED_LINES], lines[start + _MIXED_LINES :][:_MIXED_LINES]
        comment = [f"# {line}" for line in before]
        text = "\n".join(
            [*comment, "", row["prompt"] + row["canonical_solution"], "", *[f"# {each}" for each in after]]
        )
        (package / "helpers.py").write_text(text + "\n")
    return len(rows)


def over_the_corpus(recipe: Recipe, data: Path, limit: int | None, planted: Path) -> Recipe:
    """The recipe with this machine's packages as its sources."""
    corpus = [
        (
            "python",
            Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages",
        )
    ]
    corpus += [(f"npm-{path.parent.name}", path) for path in sorted((ROOT / ".tools").glob("*/node_modules"))]
    share = limit and max(1, limit // len(corpus))
    sources = [
        {"kind": "folder", "name": name, "path": path, "repositories": "packages", "limit": share}
        for name, path in corpus
    ]
    sources.append(
        {"kind": "folder", "name": PLANTED, "path": planted, "repositories": "children", "license": "MIT"}
    )
    told = recipe.model_dump(mode="json", exclude={"sources"})
    for step in told["steps"]:
        if step["step"]["step"] == "decontamination":
            step["step"] |= {"suites": ["humaneval", "mbpp:test"], "data": str(data)}
    return Recipe.model_validate(told | {"sources": sources})


def run(recipe: Recipe, folder: Path, workers: int) -> tuple[str, tuple[Card, float]]:
    """Digest of all that a run writes, its card, and its seconds."""
    frames = frames_of(AgentExaminer((), SMALL_CONTEXT))
    began = time.monotonic()

    def shown(now: Progress) -> None:
        progress(
            f"{workers} workers, {now.says} {now.stage}/{now.stages}: {now.done:,} of {now.items or '?'}"
        )

    card = prepare(recipe, folder, frames=frames, workers=workers, on_progress=shown)
    assert card is not None
    seconds = time.monotonic() - began
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name != "report.json":
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest(), (card, seconds)


def decontaminated(data: Path, planted: Path, folder: Path) -> int:
    """How many planted files decontamination alone drops."""
    steps = ["language", {"step": "decontamination", "suites": ["humaneval"], "data": str(data)}]
    source = {"kind": "folder", "name": PLANTED, "path": planted}
    recipe = Recipe.model_validate({"shards": 1, "sources": [source], "steps": steps})
    card = prepare(recipe, folder)
    assert card is not None
    return sum(next(each.flow.dropped for each in card.steps if each.step == "decontamination").values())


def _of_the_planted(path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        return sum(_source(json.loads(line)["origin"]) == PLANTED for line in lines)


def _source(origin: dict[str, Any] | str) -> Any:
    """Of a row, or of a problem, which names its document: ``SOURCE/PATH``."""
    return origin.partition("/")[0] if isinstance(origin, str) else origin["source"]


def _speeds(runs: list[tuple[str, tuple[Card, float]]]) -> list[tuple[Card, float]]:
    return [found for _, found in runs]


def _files(card: Card) -> int:
    return sum(each.flow.documents_in for each in card.steps if each.step.startswith("read "))


def _report(folder: Path, runs: list[tuple[str, tuple[Card, float]]]) -> None:
    report = json.loads((folder / "report.json").read_text())
    lines = [
        (
            each["step"],
            f"{each['flow']['documents_in']:,}",
            f"{each['flow']['documents_out']:,}",
            f"{each['flow']['bytes_in'] / 1e6:,.1f}",
            f"{each['flow']['bytes_out'] / 1e6:,.1f}",
            ", ".join(f"{name} {count:,}" for name, count in each["flow"]["dropped"].items()),
            f"{each['flow']['seconds']:.1f}",
        )
        for each in report["steps"]
    ]
    print(table(("step", "in", "out", "MB in", "MB out", "dropped", "s"), lines))
    print()
    card = runs[0][1][0]
    print(
        table(
            ("file", "rows", "bytes"),
            [(each.file, f"{each.rows:,}", f"{each.bytes:,}") for each in card.files],
        )
    )
    languages = sorted(card.languages.items(), key=lambda item: -item[1])[:12]
    print("\nLanguages: " + ", ".join(f"{name} {count:,}" for name, count in languages) + ".")


if __name__ == "__main__":
    sys.exit(main())
