from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.document import Document
from models.data.pairs.doctests import DoctestStep, examples
from models.data.pairs.problems import problem_of, suite_rows
from models.data.step import Dropped, Kept

TEXT = '''import math
import os
import numpy as np
from itertools import chain as linked


def area(radius):
    """Returns the area of a circle of this radius.

    >>> area(0)
    0.0
    >>> round(area(1), 2)
    3.14
    >>> area(-1)
    Traceback (most recent call last):
        ...
    ValueError: negative
    """
    if radius < 0:
        raise ValueError("negative")
    return math.pi * radius**2


def flat(lists):
    """Joins lists of things into one list.

    >>> from mine import flat
    >>> pair = [1], [2]
    >>> list(flat(pair))
    [1, 2]
    >>> flat(pair)
    <itertools.chain object at 0x7f>
    """
    return linked(*lists)


def home():
    """Returns the home folder of somebody who asks.

    >>> home() is None
    False
    """
    return os.path.expanduser("~")


def mean(values):
    """Returns the mean of all of the values.

    >>> mean([1])
    1
    """
    return np.mean(values)


def lazy(a):
    """Returns what another library says of it.

    >>> lazy(1)
    1
    """
    import numpy
    return numpy.abs(a)


def kind(a):
    """Returns the type of a thing as it is.

    >>> kind(1) == int
    True
    >>> -kind.__code__.co_argcount
    -1
    >>> type(a)
    <class 'int'>
    """
    return type(a)
'''


def test_examples_become_assertions() -> None:
    found = {item.definition.name: item for item in examples(TEXT)}
    assert set(found) == {"area", "flat", "kind"}
    assert found["area"].reference.startswith("import math\n\n\ndef area(radius):")
    assert found["area"].tests == (
        "assert area(0) == 0.0\nassert round(area(1), 2) == 3.14\n"
        "try:\n    area(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no ValueError')\n"
    )
    assert found["flat"].reference.startswith("from itertools import chain as linked\n")
    assert found["flat"].tests == "pair = [1], [2]\nassert list(flat(pair)) == [1, 2]\n"
    assert (
        found["kind"].tests == "assert (kind(1) == int) == True\nassert (-kind.__code__.co_argcount) == -1\n"
    )


def test_the_reference_passes_its_tests_and_a_wrong_one_does_not() -> None:
    """These few are our own, so they may run here."""
    for item in examples(TEXT):
        if item.definition.name in ("area", "flat"):
            exec(item.reference + item.tests, {})
            with pytest.raises((AssertionError, TypeError)):
                exec(f"def {item.definition.name}(*given):\n    return None\n" + item.tests, {})


@pytest.mark.parametrize(
    "docstring",
    [
        ">>> f(1) # doctest: +SKIP\n    1",
        ">>> print(f(1))\n    1",
        ">>> f(1)\n    ...",
        ">>> g(1)\n    1",
        ">>> f(\n    1",
        ">>>f(1)\n    1",
        ">>> input()\n    ''",
        ">>> open('x').read()\n    ''",
        ">>> import numpy; f(1)\n    1",
    ],
)
def test_what_proves_nothing_is_no_test(docstring: str) -> None:
    assert (
        examples(
            f'def f(a):\n    """Returns the very same thing.\n\n    {docstring}\n    """\n    return a\n'
        )
        == []
    )


def _document(text: str = TEXT) -> Document:
    return Document(id="s/a.py", text=text, source="s", path="a.py", language="python", license="MIT")


def test_the_step_makes_tasks_that_can_be_judged() -> None:
    done = DoctestStep(keep_file=False)(_document())
    assert isinstance(done, Kept)
    assert [item.metadata["symbol"] for item in done.documents] == ["area", "kind"]
    document = done.documents[0]
    assert (document.method, document.license) == ("task", "MIT")
    assert ">>>" not in document.prompt
    problem = problem_of(document)
    assert problem is not None
    assert problem.reference == document.text
    assert problem.task.tests is not None
    assert problem.task.tests.files[0].content == document.metadata["tests"]
    (row,) = suite_rows([problem])
    assert json.loads(json.dumps(row))["test_list"] == [str(document.metadata["tests"]).rstrip("\n")]


def test_a_file_without_examples() -> None:
    assert DoctestStep(keep_file=False)(_document("x = 1\n")) == Dropped("no examples")
    assert DoctestStep()(_document("x = 1\n")) == Kept((_document("x = 1\n"),))


def test_rows_of_mbpps_kind_are_problems_too() -> None:
    row = _document("def f(): return 1\n").model_copy(
        update={"prompt": "Write f.", "metadata": {"tests": "assert f() == 1"}}
    )
    problem = problem_of(row)
    assert problem is not None
    assert problem.task.instruction == "Write f."


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": ""},
        {"metadata": {}},
        {"metadata": {"tests": 1}},
        {"metadata": {"tests": "a\x00"}},
        {"language": "ruby"},
        {"language": "javascript"},  # the rows' format is for Python alone
    ],
)
def test_what_cannot_be_judged_is_no_problem(change: dict[str, object]) -> None:
    row = _document().model_copy(update={"prompt": "p", "metadata": {"tests": "assert f() == 1"}} | change)
    assert problem_of(row) is None


@given(text=st.text(alphabet=">.f(1)\n =[]'\"\\#", max_size=60))
def test_hostile_docstrings_never_raise(text: str) -> None:
    examples(
        f"def f(a):\n    '''Returns the very same thing.\n\n    >>> f(1)\n    {text}\n    '''\n    return a\n"
    )
    examples(text)


def test_deep_and_long_examples_take_their_time_only() -> None:
    for shown in ("(" * 3_000, "[" * 90 + "]" * 90, "f(" * 400, ">>> f(1)\n    1\n    " * 2_000):
        examples(f"def f(a):\n    '''Returns the same.\n\n    >>> {shown}\n    1\n    '''\n    return a\n")
