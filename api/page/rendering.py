"""From values to HTML. Everything that a person, a model or a tool wrote is escaped, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.page import words
from api.page.assets import SCRIPTS, VERSION
from api.page.sent_twice import fresh
from verifiers.domain import Language, Severity, Status
from verifiers.errors import InvalidInput
from verifiers.policy_values import Incomplete
from verifiers.reports.audit.code import plain
from verifiers.version import acrisol_version
from worker.access import Caller, Scope
from worker.states import JobState

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Beside what every response has (api.headers). Without the referrer browsers would hide a form's origin, too.
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}

_NAVIGATION = (
    ("/", "Tasks", Scope.READ),
    ("/audits", "Audits", Scope.READ),
    ("/batches", "Batches", Scope.READ),
    ("/queue", "Queue", Scope.READ),
    ("/models", "Models", Scope.READ),
    ("/webhooks", "Webhooks", Scope.READ),
    ("/keys", "Keys", Scope.ADMIN),
)


def page(
    request: Request, template: str, caller: Caller | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A whole page.

    Args:
        request: What it answers.
        template: The template's name, without its suffix.
        caller: Who looks at it; None for nobody who is known.
        status: The HTTP status.
        values: What the template shows.
    """
    html = fragment(template, request=request, caller=caller, **values)
    return HTMLResponse(html, status, headers=HEADERS)


def form_page(
    request: Request,
    template: str,
    caller: Caller | None,
    fields: Mapping[str, str] | None = None,
    faults: Sequence[InvalidInput] = (),
    **values: Any,
) -> HTMLResponse:
    """A page with a form, with the status 422 where something in it is wrong.

    Args:
        request: What it answers.
        template: The template's name, without its suffix.
        caller: Who looks at it.
        fields: What the form's fields hold.
        faults: What is wrong with them.
        values: What else the template shows.
    """
    wrong = {fault.field for fault in faults}
    status = 422 if faults else 200
    return page(request, template, caller, status, fields=fields or {}, faults=faults, wrong=wrong, **values)


def fragment(template: str, **values: Any) -> str:
    """A part of a page, as the text of its HTML."""
    return _environment().get_template(f"{template}.html.j2").render(values)


def _shown(value: object) -> object:
    """What every expression in a template goes through before it is escaped.

    Characters that nobody sees, and such as turn the reading direction, stand there as their number: code
    must not read differently from what runs.
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain(value)
    return value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        version=acrisol_version(),
        now=words.now,
        fresh=fresh,
        scripts=SCRIPTS,
        assets=VERSION,
        navigation=_NAVIGATION,
        JobState=JobState,
        Language=Language,
        Severity=Severity,
        Status=Status,
        Incomplete=Incomplete,
        Scope=Scope,
    )
    environment.filters.update(
        ago=words.ago, moment=words.moment, lasting=words.lasting, counted=words.counted, word=words.word,
        mark=words.mark, size=words.size, flat=words.flat, first_line=words.first_line,
        as_it_is=words.as_it_is,
    )  # fmt: skip
    return environment
