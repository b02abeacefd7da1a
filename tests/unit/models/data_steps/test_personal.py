from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.document import Document
from models.data.filters.personal import PersonalDataFilter, without_personal_data
from models.data.filters.secrets import SecretsFilter, lines_with_secrets, without_secrets
from models.data.step import Dropped, Kept

TOKEN = "ghp_" + "a8Kd93jFh27sLq0PzXv51mNb64RtYu8WcE3o"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail anna.k@web.de now", "mail user1@example.com now"),
        (
            "<a@b-c.org>, <a@b-c.org>, <d@b-c.org>",
            "<user1@example.com>, <user1@example.com>, <user2@example.com>",
        ),
        ("mailto:max.m@web.de", "mailto:user1@example.com"),
        ('host = "85.214.132.117"', 'host = "192.0.2.1"'),
        ("2a02:8108:8ac0:1::beef", "2001:db8::1"),
        ("+49 30 901820", "+1 202 555 0100"),
        ("call (415) 867-5309", "call +1 202 555 0100"),
        ("tel: 0171-2345678", "tel: +1 202 555 0100"),
        ("# Copyright (c) 2019-2021 John Q. Public <x>", "# Copyright (c) 2019-2021 <NAME_1> <x>"),
        ("© 2020 Jan van der Berg", "© 2020 <NAME_1>"),
        ("Copyright 2020 Ann Lee and Bob Ray", "Copyright 2020 <NAME_1> and <NAME_2>"),
        ('__author__ = "Mary Smith"', '__author__ = "<NAME_1>"'),
        (" * @author Toru Nagashima <https://x>", " * @author <NAME_1> <https://x>"),
    ],
)
def test_personal_data_becomes_a_sample(text: str, left: str) -> None:
    assert without_personal_data(text).text == left
    assert without_personal_data(left).text == left


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:owner/name.git",
        "ssh://deploy@host.de/x",
        "https://user@host.de/",
        "foo@example.com noreply@company.de info@web.de user@localhost",
        "a@b.T + x@self.weight; y @ z.com",
        "@app.route('/') @pytest.mark.slow",
        "npm i left-pad@1.3.0 @types/node@20.1.2",
        "version 91.12.44.200, v81.2.33.4, pkg==81.2.33.4, >=33.4.5.6",
        "1.2.3.4 10.0.0.1 192.168.1.20 127.0.0.1 8.8.8.8 255.255.255.0 203.0.113.9 999.1.2.3 1.2.3.4.5",
        "Chrome/91.0.4472.124 OID 1.3.6.1.4.1.311",
        "std::vector<int>::iterator 12:34:56:78:9a:bc 2021-01-01T10:11:12+01:00 fe80::1 ::1 2001:db8::5",
        "x = 1e+10 - 20 + 30 -404; +1 2; 555-0123; 1234567890; +1 202 555 0123",
        "Copyright 2020 Google LLC. Copyright (C) 2001 The Go Authors, (c) 2010 Free Software Foundation",
        "written by hand; author: somebody; @author of the file; created by the build",
        "def f(self, author: str) -> None: ...",
    ],
)
def test_what_only_looks_so_stays(text: str) -> None:
    assert without_personal_data(text) == without_personal_data(text).model_copy(
        update={"text": text, "counts": {}}
    )


def test_tags_instead_of_samples() -> None:
    assert without_personal_data("anna.k@web.de", style="tags").text == "<EMAIL_1>"


def _document(text: str, prompt: str = "") -> Document:
    return Document(id="a", text=text, source="s", prompt=prompt)


def test_the_step_counts_and_drops_lists_of_people() -> None:
    done = PersonalDataFilter()(_document("a.b@web.de", "c.d@web.de"))
    assert isinstance(done, Kept)
    assert (done.documents[0].prompt, done.counts) == ("user2@example.com", {"email replaced": 2})
    people = "\n".join(f"p{number}.q@web.de" for number in range(60))
    assert PersonalDataFilter()(_document(people)) == Dropped("personal data")
    assert isinstance(PersonalDataFilter(drop_over=None)(_document(people)), Kept)


@given(text=st.text(alphabet="a@.+19() -:copyrightCOPY©\n\"'/0", max_size=120))
def test_hostile_text_never_raises_and_twice_is_once(text: str) -> None:
    once = without_personal_data(text).text
    assert without_personal_data(once).text == once


@pytest.mark.parametrize(
    "unit",
    ["a@", "a.", "1.", "+1 ", "copyright ", "(c) ", "a@a.", "2aaa:", "tel ", "A ", "@author A. ", "1-"],
)
def test_megabytes_take_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.process_time()
    without_personal_data(text)
    assert time.process_time() - started < 30


def test_secrets_drop_a_document_or_are_redacted() -> None:
    text = f'x = 1\ntoken = "{TOKEN}"\n'
    assert lines_with_secrets(text) == [2]
    assert SecretsFilter()(_document(text)) == Dropped("secret")
    done = SecretsFilter(action="redact")(_document(text, prompt=TOKEN))
    assert isinstance(done, Kept)
    assert done.documents[0].text == 'x = 1\ntoken = "REDACTED"\n'
    assert done.documents[0].prompt == "REDACTED"


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "9f8Kq2LmZx71PwRt"\n',
        'password: "hV7kQp2ZxW9mT4sB"\n',
        "url = 'postgres://bob:s3cr3tPw99@db9.corp.net/x'\n",
        "k = '''-----BEGIN RSA PRIVATE KEY-----\n"
        + "MIIEpAIBAAKCAQEA7bq8" * 4
        + "\n-----END RSA PRIVATE KEY-----'''\n",
    ],
)
def test_every_kind_of_secret_can_be_redacted(text: str) -> None:
    assert lines_with_secrets(text) != []
    done = SecretsFilter(action="redact")(_document(text))
    assert isinstance(done, Kept)
    assert "REDACTED" in done.documents[0].text
    assert lines_with_secrets(done.documents[0].text) == []


def test_a_secret_that_cannot_be_cut_out_drops_the_document() -> None:
    text = "-----BEGIN PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq8" * 4 + "\n"  # and no end
    done = SecretsFilter(action="redact")(_document(text))
    assert done == Dropped("secret") or "MIIE" not in done.documents[0].text  # type: ignore[union-attr]


def test_code_without_secrets_is_left_alone() -> None:
    text = 'token = os.environ["TOKEN"]\npassword = "changeme"\nkey = "example-key-12345"\n'
    assert SecretsFilter()(_document(text)) == Kept((_document(text),))


def test_one_value_is_one_sample_in_all_of_a_document() -> None:
    row = _document("to = ['x.y@web.de', 'a.b@web.de']", "Write to a.b@web.de.")
    done = PersonalDataFilter()(row.model_copy(update={"metadata": {"tests": "assert 'a.b@web.de' in to"}}))
    assert isinstance(done, Kept)
    (left,) = done.documents
    assert left.text == "to = ['user1@example.com', 'user2@example.com']"
    assert left.prompt == "Write to user2@example.com."
    assert left.tests == "assert 'user2@example.com' in to"


def test_secrets_in_tests_are_secrets() -> None:
    row = _document("x = 1", "Set x.").model_copy(update={"metadata": {"tests": f'assert x != "{TOKEN}"'}})
    assert SecretsFilter()(row) == Dropped("secret")
    done = SecretsFilter(action="redact")(row)
    assert isinstance(done, Kept)
    assert done.documents[0].tests == 'assert x != "REDACTED"'


def test_keys_that_never_end_take_linear_time() -> None:
    started = time.process_time()
    without_secrets("-----BEGIN PRIVATE KEY-----\n" * 20_000)
    assert time.process_time() - started < 5
