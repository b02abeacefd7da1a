"""An audit as a PDF: the same page as :mod:`verifiers.reports.audit.html`, laid out by WeasyPrint.

WeasyPrint is an extra (``acrisol[pdf]``, with Pango from the system). It is given one text and nothing that
could fetch: whatever a page asks for is refused.
"""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from verifiers.audit_values import Audit
from verifiers.errors import ToolFailed, ToolMissing
from verifiers.reports.audit.html import audit_html

_HINT = "Run scripts/install, or write the HTML report and print it from a browser."


def require_pdf() -> Any:
    """The library, imported.

    Raises:
        ToolMissing: it or Pango is not installed.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # OSError: cffi does not find libpango
        raise ToolMissing("PDF reports need WeasyPrint and Pango, and one is missing here.", _HINT) from error
    # It warns of every property that is there for screens only.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    return weasyprint


def audit_pdf(audit: Audit) -> bytes:
    """The report as a PDF file.

    Args:
        audit: All that it tells; nothing else is read.

    Raises:
        ToolMissing: WeasyPrint or Pango is not installed.
        ToolFailed: it could not lay the report out.
    """
    weasyprint = require_pdf()
    text = audit_html(audit)
    try:
        made = weasyprint.HTML(string=text, base_url=None, url_fetcher=_refuse).write_pdf()
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OSError) as error:
        raise ToolFailed(f"The PDF could not be laid out ({type(error).__name__}).", _HINT) from error
    assert isinstance(made, bytes)
    return made


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError("reports fetch nothing")
