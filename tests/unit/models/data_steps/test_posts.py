from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.pairs.html_text import MAX_CHARS, code_blocks, text_of
from models.data.pairs.posts import Wanted, document_of, read_pairs, rows
from verifiers.errors import InvalidInput

QUESTION = "<p>How do I send ether from <code>a</code>?</p><pre><code>a &lt; b;\n</code></pre>"
ANSWER = (
    "<p>Like <a href='https://docs.example.com'>this</a>:</p>"
    "<pre><code>b.call{value: 1}(&quot;&quot;);</code></pre>"
)


def _row(**fields: str) -> str:
    return f"  <row {' '.join(f'{key}={quoteattr(value)}' for key, value in fields.items())} />\n"


def _question(number: int, **more: str) -> str:
    fields = {"Id": str(number), "PostTypeId": "1", "Score": "3", "Title": "Send <ether>", "Body": QUESTION}
    return _row(**fields | {"Tags": "<solidity><call>", "OwnerUserId": "7", "AcceptedAnswerId": "12"} | more)


def _answer(number: int, parent: int = 1, **more: str) -> str:
    fields = {"Id": str(number), "PostTypeId": "2", "ParentId": str(parent), "Score": "5", "Body": ANSWER}
    return _row(**fields | {"OwnerDisplayName": "Ann", "ContentLicense": "CC BY-SA 3.0"} | more)


def _dump(folder: Path, *written: str, head: str = "") -> Path:
    path = folder / "Posts.xml"
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{head}<posts>\n{"".join(written)}</posts>\n')
    return path


def test_a_question_with_its_answer(tmp_path: Path) -> None:
    (pair,) = read_pairs(_dump(tmp_path, _question(1), _answer(12)), Wanted())
    assert pair.title == "Send <ether>"
    assert pair.asked == "How do I send ether from `a`?\n\n```solidity\na < b;\n```"
    assert (
        pair.answered == 'Like [this](https://docs.example.com):\n\n```solidity\nb.call{value: 1}("");\n```'
    )
    assert (pair.accepted, pair.score, pair.language, pair.tags) == (
        True,
        5,
        "solidity",
        ("solidity", "call"),
    )
    assert (pair.authors, pair.license) == (("user 7", "Ann"), "CC-BY-SA-3.0")
    document = document_of(pair, "eth", "CC-BY-SA-4.0")
    assert document is not None
    assert (document.id, document.repository, document.license) == ("eth/1/12", "eth/1", "CC-BY-SA-3.0")
    assert document.metadata["attribution"] == "question 1 by user 7, answer 12 by Ann"
    assert document.method == "question-answer"


@pytest.mark.parametrize(
    ("written", "wanted", "answers"),
    [
        ([_question(1), _answer(12), _answer(13)], Wanted(), [12, 13]),
        ([_question(1), _answer(12), _answer(13)], Wanted(accepted_only=True), [12]),
        ([_question(1), _answer(12, Score="0")], Wanted(), []),
        ([_question(1), _answer(12, Score="0")], Wanted(min_score=0), [12]),
        ([_question(1), _answer(12)], Wanted(tags=("python",)), []),
        ([_question(1, Tags="|python|x|"), _answer(12)], Wanted(tags=("python",)), [12]),
        ([_question(1, Score="-1"), _answer(12)], Wanted(), []),
        ([_question(1), _answer(12, Body="<p>Words alone.</p>")], Wanted(), []),
        ([_question(1), _answer(12, Body="<p>Words alone.</p>")], Wanted(code=False), [12]),
        ([_answer(12), _question(1)], Wanted(), []),
        ([_question(1), _answer(12, ParentId="x"), _answer(13, Id="1e9"), _row(Id="5")], Wanted(), []),
        ([_question(1), _question(1, Title="Twice"), _answer(12)], Wanted(), [12]),
    ],
)  # fmt: skip
def test_which_pairs_are_taken(
    tmp_path: Path, written: list[str], wanted: Wanted, answers: list[int]
) -> None:
    assert [pair.answer for pair in read_pairs(_dump(tmp_path, *written), wanted)] == answers


BOMB = '<!DOCTYPE posts [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n'
OUTSIDE = '<!DOCTYPE posts [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE, "<!DOCTYPE posts SYSTEM 'x.dtd'>\n"])
def test_entities_are_never_read(tmp_path: Path, head: str) -> None:
    path = _dump(tmp_path, _question(1, Body="&amp;b;"), head=head)
    with pytest.raises(InvalidInput, match="declares a document type"):
        list(rows(path))


def test_an_entity_that_was_not_declared_is_no_xml(tmp_path: Path) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text('<posts><row Id="1" Body="&b;"/></posts>')
    with pytest.raises(InvalidInput, match="is no XML"):
        list(rows(path))


def test_what_is_cut_off_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = _dump(tmp_path, _question(1), _answer(12))
    path.write_text(path.read_text().removesuffix("</posts>\n"))
    found = []
    with pytest.raises(InvalidInput, match="is no XML"):
        found += [pair.answer for pair in read_pairs(path, Wanted())]
    with pytest.raises(InvalidInput, match="cannot be read"):
        list(rows(tmp_path / "none.xml"))


def test_a_row_without_end_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text('<posts><row Id="1" Body="' + "a" * 6_000_000)
    with pytest.raises(InvalidInput, match="row of more than"):
        list(rows(path))


def test_a_large_dump_is_not_held_either(tmp_path: Path) -> None:
    path = tmp_path / "Posts.xml"
    with path.open("w") as file:
        file.write("<posts>\n")
        for number in range(3_000):
            file.write(
                _question(
                    2 * number + 1, Body="<p>" + "word " * 400 + "</p>", AcceptedAnswerId=str(2 * number + 2)
                )
            )
            file.write(_answer(2 * number + 2, 2 * number + 1))
        file.write("</posts>\n")
    tracemalloc.start()
    count = sum(1 for _ in rows(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6_000
    assert path.stat().st_size > 6_000_000
    assert peak < 2_000_000


def test_html_becomes_text() -> None:
    html = "<h2>A</h2><ul><li>one</li><li>two <b>x</b></li></ul><blockquote><p>said</p></blockquote>"
    html += "<script>no()</script>"
    assert text_of(html) == "A\n\n- one\n- two x\n\n>\n\nsaid"
    assert text_of("<pre>```\na</pre>", "bash") == "````bash\n```\na\n````"
    assert (
        text_of("<a href='javascript:x()'>y</a> &amp; <a href='https://a.b'>https://a.b</a>")
        == "y & https://a.b"
    )
    assert code_blocks("<pre><code>a\n b</code></pre><code>c</code><pre>  </pre>") == ["a\n b"]


@given(html=st.text(alphabet="<>/apre code=\"'&;!-[]\n", max_size=80))
def test_hostile_html_never_raises(html: str) -> None:
    text_of(html)
    code_blocks(html)


@pytest.mark.parametrize(
    "unit", ["<", "<a ", "<!--", "<![CDATA[", "<pre>", "&", "</", "<a href='", "<a>", "<blockquote>"]
)
def test_long_hostile_html_takes_its_time_only(unit: str) -> None:
    text_of(unit * (MAX_CHARS // len(unit)))


def test_code_that_holds_fences_keeps_its_lines() -> None:
    code = "def f():\n    '''\n```\n\n    x\n```\n    '''\n\n    return 1"
    shown = text_of(f"<pre><code>{code}</code></pre><p>after  it</p>", "python")
    assert shown == f"````python\n{code}\n````\n\nafter it"
    assert text_of("<p>```</p><p>  a</p> \0 <p>b</p>") == "```\n\na\n\nb"
    assert text_of("<a href='https://x.org'><pre>  c</pre></a><p>  d</p>") == "```\n  c\n```\n\nd"


def test_links_in_links_take_linear_time() -> None:
    started = time.process_time()
    for _ in range(20):
        text_of("<a>x" * 14_000 + "</a>" * 7_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["nonsense", "utf-7", "gb18030"])
def test_an_encoding_that_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / "Posts.xml"
    path.write_text(f'<?xml version="1.0" encoding="{name}"?>\n<posts></posts>\n')
    with pytest.raises(InvalidInput, match=r"Posts\.xml is no XML"):
        list(rows(path))
