"""A recipe's faults are named by field, with what was meant."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from models.data.decontamination import Decontamination
from models.data.filters.sonarqube import SonarQubeFilter
from models.data.filters.weaknesses import WeaknessFilter
from models.data.languages import LanguageStep
from models.data.recipe_file import packaged_recipes, parse_recipe, read_recipe
from models.data.set_steps import NearDuplicates
from models.data.sources import HubSource, PostsSource, RowsSource
from verifiers.errors import InvalidInput

SOURCES = "sources: [{kind: folder, name: a, path: x}]\n"


def fault(text: str) -> str:
    with pytest.raises(InvalidInput) as raised:
        parse_recipe(text, "r.yaml")
    return str(raised.value)


def test_a_step_is_its_name_or_a_mapping_and_can_be_switched_off() -> None:
    recipe = parse_recipe(
        SOURCES
        + "steps:\n- language\n- {step: near-duplicates, ngram: 7}\n- {step: exact-duplicates, on: false}\n",
        "r.yaml",
    )
    assert recipe.active == (LanguageStep(), NearDuplicates(ngram=7))
    assert [use.on for use in recipe.steps] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            SOURCES + "steps: [langauge]",
            "r.yaml: steps.0: there is no step 'langauge'. Did you mean 'language'?",
        ),
        (SOURCES + "steps: [{on: true}]", "r.yaml: steps.0: says no step."),
        (
            SOURCES + "steps: [{step: near-duplicates, ngrams: 3}]",
            "r.yaml: steps.0.ngrams: is not a field of a recipe. Did you mean 'ngram'?",
        ),
        (SOURCES + "steps: [{step: near-duplicates, ngram: many}]", "r.yaml: steps.0.ngram: "),
        (SOURCES + "sheds: 3", "r.yaml: sheds: is not a field of a recipe. Did you mean"),
        (
            SOURCES + "split: {vaildation: 0.1}",
            "split.vaildation: is not a field of a recipe. Did you mean 'validation'?",
        ),
        (
            SOURCES + "steps: [{step: size, least_bytes: 9, most_bytes: 8}]",
            "least_bytes is larger than most_bytes",
        ),
        (
            SOURCES + "steps: [{step: fill-in, least_bytes: 9, most_bytes: 8}]",
            "least_bytes is larger than most_",
        ),
        (
            SOURCES + "steps: [{step: instructions, most_lines: 2}]",
            "steps.0: least_lines is larger than most_lines",
        ),
        (
            SOURCES + "steps: [{step: license, trust: {a: MTI}}]",
            "steps.0.trust: 'MTI' is no SPDX licence expression",
        ),
        (
            "sources: [{kind: rows, name: a, path: x, columns: {txt: code}}]",
            "sources.0.columns.txt: is not a field of a recipe. Did you mean 'text'?",
        ),
        (
            SOURCES + "steps: [{step: fill-in, sentinels: {prefx: a}}]",
            "steps.0.sentinels.prefx: is not a field of a recipe. Did you mean 'prefix'?",
        ),
        (SOURCES + "steps: [{step: language, on: maybe}]", "r.yaml: steps.0.on: "),
        ('sources: [{kind: folder, name: a, path: "x\\0y"}]', "r.yaml: holds a zero byte"),
        ("sources: []", "r.yaml: sources: "),
        ("sources: [{kind: floder, name: a}]", "there is no kind of source 'floder'. Did you mean 'folder'?"),
        ("sources: [{kind: folder, name: a, paht: x}]", "r.yaml: sources.0."),
        ("sources: [{preset: mbbp}]", "there is no preset 'mbbp'"),
        (SOURCES + "execution: {on: slurm}", "options.partition is missing, which Slurm needs"),
        (SOURCES + "execution: {options: {partition: cpu}}", "options are for slurm and ray: leave them out"),
        (SOURCES + "execution: {on: ray, options: {tasks: 4}}", "options.tasks is set by Acrisol"),
        ("sources: [{kind: folder, name: a, path: x}, {kind: folder, name: a, path: y}]", "called 'a'"),
        ("[1, 2]", "must hold fields"),
        ("a: b: c", "line 1"),
    ],
)
def test_a_fault_is_named_with_its_field(text: str, said: str) -> None:
    assert said in fault(text)


def test_aliases_that_would_unfold_into_gigabytes_are_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(9))
    begin = time.monotonic()
    assert "aliases are not allowed" in fault(bomb)
    assert time.monotonic() - begin < 30


def test_yaml_makes_no_objects() -> None:
    assert "could not determine a constructor" in fault("sources: !!python/object/apply:os.system ['true']")


def test_a_preset_is_the_hub_or_with_a_path_a_local_copy() -> None:
    hub, copy, posts = parse_recipe(
        "sources:\n- preset: mbpp\n- {preset: mbpp, name: copy, path: m.jsonl}\n"
        "- {preset: stackexchange, path: Posts.xml}\n",
        "r.yaml",
    ).sources
    assert isinstance(hub, HubSource)
    assert isinstance(copy, RowsSource)
    assert isinstance(posts, PostsSource)
    assert (hub.name, hub.split, hub.columns.prompt, hub.method) == ("mbpp", "train", "text", "task")
    assert (copy.columns, copy.license) == (hub.columns, "CC-BY-4.0")


def test_paths_start_at_the_recipes_folder(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(SOURCES)
    (source,) = read_recipe(tmp_path / "r.yaml").sources
    assert getattr(source, "path", None) == tmp_path / "x"


def test_a_recipe_that_is_not_there_names_the_packaged_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_recipe(tmp_path / "none.yaml")


@pytest.mark.parametrize("name", packaged_recipes())
def test_packaged_recipes_are_recipes(name: str) -> None:
    assert read_recipe(Path(name)).active


def test_paths_of_steps_start_there_too(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        SOURCES
        + "steps:\n- {step: decontamination, suites: [humaneval, 'mbpp:test', own.jsonl], data: ../d}\n"
        "- {step: sonarqube, url: 'https://s', project: p, token_file: /t}\n"
        "- {step: weaknesses, tools: bin}\n"
    )
    first, second, third = read_recipe(tmp_path / "r.yaml").active
    assert isinstance(first, Decontamination)
    assert isinstance(second, SonarQubeFilter)
    assert isinstance(third, WeaknessFilter)
    assert first.suites == ("humaneval", "mbpp:test", str(tmp_path / "own.jsonl"))
    assert (first.data, second.token_file, third.tools) == (tmp_path / "../d", Path("/t"), tmp_path / "bin")
