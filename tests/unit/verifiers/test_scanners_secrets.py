"""Secrets are found by their form and by their names, and what only looks like one is left alone."""

from __future__ import annotations

import time

import pytest

from verifiers.domain import Candidate, CodingTask, Severity, SourceFile, Status
from verifiers.scanners.secrets import SecretsVerifier, entropy, find, forms

# Put together here, so that no scanner of this repository takes them for real ones.
RANDOM = "q8ZJ3kP0vB7xW2nM5tRfLs9dHyGcUaE4iOoKwT1b"
BODY = RANDOM + RANDOM[::-1]


def found(text: str, path: str = "a.py") -> list[tuple[str, int]]:
    file = SourceFile(path=path, content=text)
    return [
        (item.rule.removeprefix("secrets."), item.location.line)
        for item in find(file, forms())
        if item.location
    ]


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("aws-access-key", "AKIA" + "Q3EGRIJ7PLTW5XZB"),
        ("github-token", "ghp_" + RANDOM[:36]),
        ("github-token", "github_pat_" + BODY[:70]),
        ("gitlab-token", "glpat-" + RANDOM[:20]),
        ("slack-token", "xoxb-" + RANDOM[:30]),
        ("slack-webhook", "chat.example.net/services/T0Q8ZJ3KP/B0VB7XW2N/" + RANDOM[:24]),
        ("google-api-key", "AIza" + RANDOM[:35]),
        ("google-oauth-secret", "GOCSPX-" + RANDOM[:28]),
        ("stripe-key", "sk_live_" + RANDOM[:24]),
        ("openai-key", "sk-" + "proj-" + BODY[:48]),
        ("anthropic-key", "sk-" + "ant-api03-" + BODY[:70]),
        ("hugging-face-token", "hf_" + RANDOM[:34]),
        ("npm-token", "npm_" + RANDOM[:36]),
        ("pypi-token", "pypi-" + "AgE" + BODY[:60]),
        ("sendgrid-key", f"SG.{BODY[:22]}.{BODY[:43]}"),
        ("telegram-token", "123958674:AA" + RANDOM[:33]),
        ("digitalocean-token", "dop_v1_" + "0a9b8c7d6e5f4132" * 4),
        ("azure-storage-key", "AccountKey=" + BODY + "a1B2c3=="),
        ("private-key", "-----BEGIN RSA PRIVATE " + "KEY-----\n" + BODY),
        ("private-key", "-----BEGIN PRIVATE " + "KEY-----\\n" + BODY),
        ("password-in-url", "postgres://app:" + "s3cr3tpw@db.prod.net/app"),
    ],
)
def test_a_secret_of_known_form_is_found(name: str, secret: str) -> None:
    assert (name, 3) in found(f"x = 1\n\nvalue = '{secret}'\n")


@pytest.mark.parametrize(
    "text",
    [
        f'API_KEY = "{RANDOM}"',
        f"const apiKey: string = '{RANDOM}';",
        f'"client_secret": "{RANDOM}",',
        f"db_password: '{RANDOM}'",
        f'config["auth_token"] = "{RANDOM}"',
        f'String secretKey = "{RANDOM}";',
        f'apiKey := "{RANDOM}"',
        'SECRET_KEY = "a8f5f167f44f4964e6c998dee827110c"',
    ],
)
def test_a_random_text_in_a_secrets_name_is_found(text: str) -> None:
    assert found(f"{text}\n") == [("assigned-secret", 1)]


@pytest.mark.parametrize(
    "text",
    [
        'k = "AKIA' + 'IOSFODNN7EXAMPLE"',
        'token = "ghp_' + "x" * 36 + '"',
        'API_KEY = os.environ["API_KEY"]',
        'API_KEY = "YOUR_API_KEY_GOES_HERE_12"',
        'api_key = "${SECRET_FROM_THE_STORE_1}"',
        'password = "correct horse battery staple 1"',
        'token = "application/x-www-form-urlencoded"',
        'token_url = "' + RANDOM + '"',
        'digest = "a8f5f167f44f4964e6c998dee827110c"',
        'secret_name = "projects/app/secrets/db-1/versions/2"',
        "url = 'postgres://user:password@localhost:5432/app'",
        "url = 'postgres://postgres:postgres@db:5432/app'",
        "url = f'postgres://{user}:{password}@{host}/app'",
        "-----BEGIN PUBLIC KEY-----\n" + BODY,
        "-----BEGIN RSA PRIVATE KEY-----\n...\n",
        'token = "123e4567-e89b-12d3-a456-426614174000"',
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert found(f"{text}\n") == []


def test_a_finding_never_repeats_the_secret() -> None:
    file = SourceFile(path="settings.toml", content=f'api_key = "{RANDOM}"\n')
    verdict = SecretsVerifier().verify(CodingTask(instruction="x"), Candidate(files=(file,)), 10.0)
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].severity is Severity.MEDIUM
    assert (verdict.findings[0].cwe, verdict.findings[0].owasp) == ("CWE-798", "A07:2021")
    assert RANDOM[:8] not in verdict.model_dump_json()


def test_every_file_is_looked_at_whatever_it_is() -> None:
    file = SourceFile(path="notes/README.unknown", content="x = 1\n")
    verdict = SecretsVerifier().verify(CodingTask(instruction="x"), Candidate(files=(file,)), 10.0)
    assert verdict.status is Status.PASSED
    assert verdict.evidence["files"] == ["notes/README.unknown"]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        'a"=',
        'token="',
        "a.",
        "a:",
        "-----BEGIN PRIVATE KEY-----",
        "x://a",
        "\"'`=",
        "AKIA",
        "gh",
        "_-",
        "\n",
    ],
)
def test_no_text_takes_it_long(text: str) -> None:
    began = time.process_time()
    found(text * (900_000 // len(text)))
    assert time.process_time() - began < 3


def test_entropy_is_in_bits_a_character() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abab") == 1
    assert entropy("abcdefgh") == 3
