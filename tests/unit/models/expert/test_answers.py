from __future__ import annotations

import ast

import pytest

from models.chat import Completion
from models.data.outcomes import answer_of
from models.training.expert.answers import chosen, tidied
from models.training.expert.first_block import closed
from verifiers.domain import Candidate, CodingTask, Language, SourceFile


def code(content: str, path: str = "solution.py") -> Candidate:
    return Candidate(files=(SourceFile(path=path, content=content),))


def answered(candidate: Candidate) -> str:
    return answer_of(candidate.files, CodingTask(instruction="Write it.")).content


def tidy(content: str) -> str:
    return tidied(code(content).files, Language.PYTHON)[0].content


def test_what_runs_at_loading_is_left_out() -> None:
    text = (
        '"""Doc."""\nimport math\n\nLIMIT = 3\n\ndef f(n):\n\treturn  n  # kept\n\n\n\n\n'
        "# try it\nassert f(1) == 1\nprint(f(2))\nfor i in range(3):\n    print(i)\n"
        'if __name__ == "__main__":\n    f(3)\n'
    )
    assert tidy(text) == ('"""Doc."""\nimport math\n\nLIMIT = 3\n\ndef f(n):\n    return  n  # kept\n')


@pytest.mark.parametrize(
    "test", ['__name__ == "__main__"', '"__main__" == __name__', "__name__ == '__main__' and 1"]
)
def test_what_only_a_program_does_is_left_out(test: str) -> None:
    assert tidy(f"def f():\n    return 1\nif {test}:\n    f()\n") == "def f():\n    return 1\n"


def test_a_definition_behind_a_call_stays() -> None:
    assert tidy("def f():\n    return 1\nprint(f())\ndef g():\n    return f()\n") == (
        "def f():\n    return 1\ndef g():\n    return f()\n"
    )


def test_statements_on_one_line_stand_or_fall_together() -> None:
    assert "x = 1; print(x)" in tidy("x = 1; print(x)\ndef f():\n    return x\n")


def test_a_conditional_import_stays() -> None:
    text = "if True:\n    import math\ndef f():\n    return math.pi\n"
    assert tidy(text) == text


@pytest.mark.parametrize(
    "text", ["def f(:\n", "\x00", "(" * 5000, "print(1)\n", "", "\ud800".encode("utf-8", "replace").decode()]
)
def test_what_cannot_be_tidied_is_left_as_it_is(text: str) -> None:
    assert (
        tidied((SourceFile.model_construct(path="a.py", content=text),), Language.PYTHON)[0].content == text
    )


def test_other_languages_are_left_as_they_are() -> None:
    files = (SourceFile(path="a.js", content="console.log(1)\n"),)
    assert tidied(files, Language.JAVASCRIPT) == files


def test_windows_line_ends_and_tabs_become_plain() -> None:
    assert tidy("def f():\r\n\treturn 1\r\n") == "def f():\n    return 1\n"


def test_the_answer_is_one_fenced_block() -> None:
    assert answered(code("def f(): ...\n")) == "```python\ndef f(): ...\n```"


def test_a_fence_in_the_code_does_not_end_the_block() -> None:
    text = 's = """\n```\n"""\n'
    answer = answered(code(text))
    assert answer.startswith("````python\n")
    assert answer.endswith("\n````")


def test_several_files_stand_under_their_paths() -> None:
    two = Candidate(
        files=(SourceFile(path="a.py", content="a = 1\n"), SourceFile(path="b.py", content="b = 2\n"))
    )
    assert answered(two) == "a.py\n```python\na = 1\n```\n\nb.py\n```python\nb = 2\n```"


def test_the_shortest_comes_first_then_the_least_alike() -> None:
    short = code("def f(x): return x + 1\n")
    like = code("def f(x): return x + 1 # so\n")
    other = code("def f(number):\n    total = number\n    total += 1\n    return total\n")
    assert chosen([other, like, short, short], 2) == [short, other]
    assert chosen([other, like, short], 9) == [short, other, like]
    assert chosen([], 3) == []


def test_the_order_of_the_answers_does_not_matter() -> None:
    codes = [code(f"def f(x): return x + {number}\n") for number in range(6)]
    assert chosen(codes, 3) == chosen(codes[::-1], 3)


def test_tidied_code_is_code() -> None:
    ast.parse(tidy("import os\nclass A:\n    def f(self):\n        return 1\n\nA().f()\n"))


def test_an_answer_that_was_broken_off_gets_its_fence_back() -> None:
    stopped = Completion(text="Here:\n```python\ndef f(): ...", finish_reason="stop")
    assert closed(stopped).text == "Here:\n```python\ndef f(): ...\n```\n"
    whole = Completion(text="```python\nx = 1\n```", finish_reason="stop")
    assert closed(whole) == whole
    cut = Completion(text="```python\ndef f(", finish_reason="length")
    assert closed(cut) == cut
