"""SPDX licence expressions: made regular, and judged against a list of what is allowed."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

import license_expression

from models.data.filters.tables import read_table

# Permissive: copies and derived works need no more than the notice.
PERMISSIVE = (
    *(
        "0BSD",
        "Apache-2.0",
        "BSD-1-Clause",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
    ),
    *("MIT-0", "NCSA", "PostgreSQL", "Python-2.0", "PSF-2.0", "Unlicense", "UPL-1.0", "X11", "Zlib"),
)
_MOST_CHARS = 1_000


def normalised(expression: str) -> str:
    """The expression with SPDX's spelling of its identifiers, or empty if it is none.

    Usual names that are no identifiers (``Apache 2.0``, ``MIT License``, ``new BSD``) are understood.
    """
    tree = _tree(expression)
    return "" if tree is None else str(tree.render("{symbol.key}"))


def is_allowed(expression: str, allow: Collection[str]) -> bool:
    """Whether a licence expression can be met by allowed licences alone.

    ``A OR B`` needs one of both, ``A AND B`` needs both. An exception (``WITH``) only permits more, so the
    licence before it decides. ``-or-later`` is met by the version itself.

    Args:
        expression: Of a source; hostile. What cannot be read is not allowed.
        allow: SPDX identifiers.
    """
    tree = _tree(expression)
    wanted = frozenset(name.lower() for name in allow)
    return tree is not None and _holds(tree, wanted)


def _holds(tree: Any, allow: frozenset[str]) -> bool:
    # Written without recursion: an expression may be a thousand brackets deep.
    waiting: list[tuple[Any, bool]] = [(tree, False)]
    values: list[bool] = []
    while waiting:
        node, done = waiting.pop()
        parts = getattr(node, "args", ())
        if not parts:
            values.append(bool(allow & _names(node)))
        elif done:
            inner = [values.pop() for _ in parts]
            values.append(all(inner) if node.operator.strip() == "AND" else any(inner))
        else:
            waiting.append((node, True))
            waiting += [(part, False) for part in parts]
    return values == [True]


def _names(symbol: Any) -> frozenset[str]:
    base = getattr(symbol, "license_symbol", symbol).key.lower()
    version = base.removesuffix("-or-later").removesuffix("+")
    # A recipe's names are made regular, so that a version alone has become "only".
    return frozenset({base, version, f"{version}-only", base.removesuffix("-only")})


def _tree(expression: str) -> Any:
    text = expression.strip()[: _MOST_CHARS + 1]
    if not text or len(text) > _MOST_CHARS or text.count("(") > 50:
        return None
    text = re.sub(
        r"\b(?:and|or|with)\b", lambda found: found[0].upper(), _aliases().get(text.lower(), text), flags=re.I
    )
    try:
        tree = _licensing().parse(text, validate=True, strict=True)
    except (
        license_expression.ExpressionError,
        license_expression.ExpressionParseError,
        TypeError,
        ValueError,
    ):
        return None
    return tree if all(symbol.key for symbol in _licensing().license_symbols(tree)) else None


@cache
def _licensing() -> Any:
    return license_expression.get_spdx_licensing()


@cache
def _aliases() -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in read_table("licenses.yaml")["names"].items()}
