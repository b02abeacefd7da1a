"""An audit as one HTML page: no script, no request, and nothing of the judged code that a browser would obey.

Everything that comes from outside (contracts, names, messages, tools' words) is escaped by the template
engine; the page's own policy (``Content-Security-Policy``) would still let nothing load or run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from verifiers.audit_values import Audit, AuditedFinding, Role
from verifiers.domain import Confirmation, Severity, Status
from verifiers.reports.audit import words
from verifiers.reports.audit.code import excerpt, plain, source
from verifiers.reports.weaknesses import name_of

_TEMPLATES = ("report.html.j2", "finding.html.j2", "appendix.html.j2")
_STYLE = "report.css"
_CWE = re.compile(r"CWE-(\d{1,5})")
_MOST_DETAILED = 120  # findings that get a section of their own; the table has all


def audit_html(audit: Audit) -> str:
    """The report as the text of an HTML file, UTF-8 and self-contained.

    Args:
        audit: All that it tells; nothing else is read.
    """
    style = _style()
    weighty = [item for item in audit.findings if item.finding.severity is not Severity.INFO or item.blocks]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            audit=audit,
            style=Markup(style),  # our own file
            content_policy=Markup(content_policy()),  # our own words
            detailed=weighty[:_MOST_DETAILED],
            more=max(0, len(weighty) - _MOST_DETAILED),
            notes=[item for item in audit.findings if item not in weighty],
            words=words,
            meaning=words.meaning(audit),
            roles=[(role, [file for file in audit.scope if file.role is role]) for role in Role],
            gas=any(test.gas is not None for test in audit.tests),
            confirmed=_counted(audit, Confirmation.CONFIRMED),
            refuted=_counted(audit, Confirmation.REFUTED),
            Status=Status,
            Severity=Severity,
            Confirmation=Confirmation,
        )
    )


def content_policy() -> str:
    """The ``Content-Security-Policy`` that the page carries: nothing loads, and only its own style counts."""
    style_hash = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'"


def _counted(audit: Audit, confirmation: Confirmation) -> int:
    return sum(item.confirmation is confirmation for item in audit.findings)


def _weakness(item: AuditedFinding) -> str:
    """``CWE-841 Order of steps that is not enforced``; the name only where it is known."""
    cwe = item.finding.cwe or ""
    name = name_of(cwe) if cwe else ""
    return cwe if name in ("", cwe) else f"{cwe} {name}"


def _cwe_link(item: AuditedFinding) -> str:
    found = _CWE.fullmatch(item.finding.cwe or "")
    return f"https://cwe.mitre.org/data/definitions/{found.group(1)}.html" if found else ""


def _code_in(text: str) -> Markup:
    """Prose in which names stand between backticks; the names as code."""
    parts = plain(text).split("`")
    if len(parts) % 2 == 0:  # one of them has no partner
        return escape(plain(text))
    made = [
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    ]
    return Markup("").join(made)


def _steps(text: str) -> list[str]:
    """A counterexample line by line, without the numbers that a list gives it anyway."""
    return [re.sub(r"^\s*\d+[.)]\s+", "", line) for line in text.strip().splitlines() if line.strip()]


def _shown(value: object) -> object:
    """What every expression in a template goes through before it is escaped."""
    if isinstance(value, Markup):
        return value
    return plain(value) if isinstance(value, str) else value


@cache
def _environment() -> Environment:
    here = files(__package__)
    environment = Environment(
        loader=DictLoader({name: here.joinpath(name).read_text(encoding="utf-8") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        excerpt=excerpt,
        source=source,
        title=words.title_of,
        lines=words.said_in_lines,
        lasting=words.lasting,
        weakness=_weakness,
        cwe_link=_cwe_link,
        share=words.share,
        code_in=_code_in,
        stretches=words.stretches,
        steps=_steps,
    )
    return environment


@cache
def _style() -> str:
    return files(__package__).joinpath(_STYLE).read_text(encoding="utf-8")
