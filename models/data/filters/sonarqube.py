"""What a SonarQube server found in a project: read from its web API, ``api/issues/search``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import httpx2
from pydantic import Field, field_validator

from models.data.document import Document
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Severity, Value
from verifiers.errors import InvalidInput, ToolFailed

_PAGE = 500  # issues; the most that the API gives
_MOST = 10_000  # issues that it lets one look at for one question
_TIMEOUT_S = 60.0
_MOST_BYTES = 64 * 2**20  # of one answer
_SEVERITIES = {
    "BLOCKER": Severity.CRITICAL,
    "CRITICAL": Severity.HIGH,
    "MAJOR": Severity.MEDIUM,
    "MINOR": Severity.LOW,
    "INFO": Severity.INFO,
    # Impacts of newer servers.
    "HIGH": Severity.HIGH,
    "MEDIUM": Severity.MEDIUM,
    "LOW": Severity.LOW,
}
_ASKED = ("BLOCKER", "CRITICAL", "MAJOR", "MINOR", "INFO")


class SonarQubeFilter(Value):
    """Drops files that a SonarQube server holds an open vulnerability against, or marks them.

    Attributes:
        url: The server's, such as ``https://sonar.example.com``.
        project: The project's key there.
        token_file: A file with the server's address and a user token for it, apart by a blank or a line end;
            None where the server lets anybody read. The token is sent to no other address, whatever a recipe
            names.
        repository: Only documents of this repository are the project's; empty for all.
        types: Kinds of issue that count.
        severity: From here on an issue counts: BLOCKER is critical, CRITICAL high, MAJOR medium, MINOR low.
        found: ``drop`` or ``mark``; see the step ``weaknesses``.
    """

    step: Literal["sonarqube"] = "sonarqube"
    url: str = Field(pattern=r"^https?://[^\s/?#@]+(?:/[^\s?#]*)?$", max_length=500)
    project: str = Field(min_length=1, max_length=400)
    token_file: Path | None = None
    repository: str = ""
    types: tuple[Literal["VULNERABILITY", "BUG", "CODE_SMELL"], ...] = Field(
        default=("VULNERABILITY",), min_length=1
    )
    severity: Severity = Severity.MEDIUM
    found: Literal["drop", "mark"] = "drop"

    @field_validator("url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    def check(self) -> None:
        """Ask the server; raises as :meth:`__call__`."""
        issues(self)

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`.

        Raises:
            InvalidInput: the server refuses the token or does not know the project.
            ToolFailed: it cannot be reached, or answers nonsense.
        """
        if self.repository and document.repository != self.repository:
            return kept(document)
        rules = [
            rule
            for rule, severity in issues(self).get(document.path, ())
            if severity.rank >= self.severity.rank
        ]
        if not rules:
            return kept(document)
        if self.found == "drop":
            return Dropped("weakness by SonarQube")
        known = document.metadata.get("weaknesses", [])
        names = sorted({*(known if isinstance(known, list) else []), *rules}, key=str)
        marked = document.model_copy(update={"metadata": document.metadata | {"weaknesses": list(names)}})
        return kept(marked, {"weaknesses marked": 1})


Issues = dict[str, tuple[tuple[str, Severity], ...]]


@cache
def issues(step: SonarQubeFilter) -> Issues:
    """Path -> rule and severity of each open issue; asked of the server once a process.

    Raises:
        InvalidInput: as :class:`SonarQubeFilter`.
        ToolFailed: as :class:`SonarQubeFilter`.
    """
    found: dict[str, list[tuple[str, Severity]]] = {}
    auth = (_token(step.token_file, step.url), "") if step.token_file else None
    with httpx2.Client(timeout=_TIMEOUT_S, auth=auth, follow_redirects=False, trust_env=False) as client:
        for severity in _ASKED:  # one question each: the API shows ten thousand issues a question
            number, listed = 1, 0
            while True:
                page = _page(client, step, severity, number)
                for path, rule, own in _read(page, step.project, severity):
                    found.setdefault(path, []).append((rule, own))
                    listed += 1
                total = _total(page)
                if total > _MOST:
                    raise InvalidInput(
                        "steps.sonarqube.project",
                        f"has {total:,} issues of severity {severity}; SonarQube shows {_MOST:,} at most.",
                        "Name one of its modules, or fewer types.",
                    )
                if number * _PAGE >= total:
                    break
                number += 1
            if listed < total:
                raise ToolFailed(
                    f"SonarQube lists {listed:,} of {total:,} issues of severity {severity}.",
                    "Run it again when no analysis is under way.",
                )
    return {path: tuple(sorted(rows)) for path, rows in found.items()}


def _page(client: httpx2.Client, step: SonarQubeFilter, severity: str, number: int) -> dict[str, Any]:
    asked = {
        "componentKeys": step.project,  # of servers before 10.2
        "components": step.project,
        "types": ",".join(step.types),
        "severities": severity,
        "resolved": "false",
        "ps": str(_PAGE),
        "p": str(number),
    }
    try:
        with client.stream("GET", f"{step.url}/api/issues/search", params=asked) as answer:
            content = _content(answer)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ToolFailed(
            f"SonarQube at {step.url} cannot be reached: {type(error).__name__}.",
            "Check the address and the server.",
        ) from error
    if answer.status_code in (401, 403):
        raise InvalidInput(
            "steps.sonarqube.token_file", "SonarQube refuses the token.", "Give one that may browse."
        )
    if answer.status_code == 404:
        raise InvalidInput(
            "steps.sonarqube.project", "SonarQube does not know the project.", "Correct its key."
        )
    if answer.status_code != 200:
        raise ToolFailed(f"SonarQube answered with status {answer.status_code}.", "Look at the server's log.")
    try:
        page = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ToolFailed(
            "SonarQube's answer is not JSON.", "Check that the address is SonarQube's own."
        ) from error
    if not isinstance(page, dict) or not isinstance(page.get("issues"), list):
        raise ToolFailed("SonarQube's answer holds no issues.", "Check that the address is SonarQube's own.")
    return page


def _content(answer: httpx2.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > _MOST_BYTES:
            raise ToolFailed(
                f"SonarQube answered with more than {_MOST_BYTES:,} bytes.",
                "Check that the address is SonarQube's own.",
            )
    return bytes(content)


def _total(page: dict[str, Any]) -> int:
    paging = page.get("paging")
    total = paging.get("total") if isinstance(paging, dict) else page.get("total")
    if not isinstance(total, int) or isinstance(total, bool):
        raise ToolFailed("SonarQube does not say how many issues there are.", "Check the server's version.")
    return total


def _read(page: dict[str, Any], project: str, severity: str) -> list[tuple[str, str, Severity]]:
    listed = page.get("components")
    components = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    paths = {str(item.get("key")): str(item["path"]) for item in components if item.get("path")}
    found = []
    for issue in page["issues"]:
        if not isinstance(issue, dict) or not isinstance(issue.get("component"), str):
            raise ToolFailed("SonarQube lists an issue without a component.", "Check the server's version.")
        key = issue["component"]
        own = _SEVERITIES.get(str(issue.get("severity", severity)), Severity.HIGH)
        path = paths.get(key) or key.removeprefix(f"{project}:")
        found.append((path, str(issue.get("rule", "unknown"))[:200], own))
    return found


def _token(file: Path, url: str) -> str:
    field, hint = "steps.sonarqube.token_file", f"Write '{url}' and the token for it into it."
    try:
        words = file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(field, f"{file} cannot be read.", hint) from error
    if len(words) != 2 or not words[1].isascii():
        raise InvalidInput(field, f"{file} holds no address with a token.", hint)
    if words[0].rstrip("/") != url:
        raise InvalidInput(field, f"{file} holds a token for another server.", hint)
    return words[1]
