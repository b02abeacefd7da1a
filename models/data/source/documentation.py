"""What is written about a definition, as plain text: docstrings and documentation comments.

Docstrings (PEP 257), Javadoc and JSDoc, rustdoc, NatSpec, Doxygen, Go's and the shell's comments above.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Sequence

from tree_sitter import Node

from models.data.source.comment_kinds import CommentKind, is_documentation, kind_of, words_of
from models.data.source.grammars import COMMENTS, Source

# Their documentation is any comment right above a definition.
_ANY_COMMENT = ("go", "bash", "c", "cpp", "python")
_ATTRIBUTES = frozenset({"attribute_item", "inner_attribute_item", "decorator"})
_MOST_COMMENTS = 500
_TAG = re.compile(r"^\s*[@\\][A-Za-z]\w*")
_INLINE = re.compile(r"\{@(?:code|link|literal|linkplain|value)\s+([^{}]{0,200})\}")
_HTML = re.compile(
    r"</?(?:p|b|i|em|strong|tt|code|pre|ul|ol|li|br|a|blockquote)\b[^<>]{0,200}>", re.IGNORECASE
)


def python_docstring(source: Source, body: Node) -> str:
    """The docstring of a Python body, its indentation taken off; empty for none."""
    first = next((child for child in body.named_children if child.type != "comment"), None)
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return ""
    string = first.named_children[0]
    if string.type != "string":
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that are none
            value = ast.literal_eval(source.text(string))
    except (SyntaxError, ValueError, MemoryError, RecursionError):  # an f-string, or a broken escape
        return ""
    return inspect.cleandoc(value) if isinstance(value, str) else ""


def doc_comment(source: Source, siblings: Sequence[Node], index: int) -> str:
    """The documentation right above a definition, without marks and HTML; empty for none.

    Args:
        source: The text and its tree.
        siblings: All children of what the definition stands in.
        index: The definition's place among them.
    """
    comments: list[str] = []
    row = siblings[index].start_point.row
    for above in reversed(siblings[max(0, index - _MOST_COMMENTS) : index]):
        end_row = above.end_point.row - (1 if above.end_point.column == 0 else 0)
        if above.type in _ATTRIBUTES:
            row = above.start_point.row
        elif above.type in COMMENTS and end_row >= row - 1 and end_row <= row:
            comments.append(source.text(above).rstrip())
            row = above.start_point.row
        else:
            break
    comments.reverse()
    while comments and not _is_doc(comments[0], source.language):
        comments.pop(0)
    if (
        not comments
        or kind_of("\n".join(comments), source.language, documents=True) is not CommentKind.DOCUMENTATION
    ):
        return ""
    return tidy([line for comment in comments for line in words_of(comment)], source.language)


def tidy(lines: list[str], language: str) -> str:
    """Documentation's lines as text that reads well without its tool."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    if language in ("java", "javascript", "typescript"):
        text = _HTML.sub("", _INLINE.sub(r"`\1`", text))
    if language == "solidity":
        text = re.sub(r"^[ \t]*@(?:notice|dev)[ \t]+", "", text, flags=re.MULTILINE)
    if language in ("c", "cpp"):
        text = re.sub(r"^[ \t]*[@\\]brief[ \t]+", "", text, flags=re.MULTILINE)
    return inspect.cleandoc(text)


def summary(documentation: str) -> str:
    """The part that says what is done: without tags, sections of arguments, and examples."""
    kept: list[str] = []
    for line in documentation.split("\n"):
        if _TAG.match(line) or _SECTION.match(line) or line.lstrip().startswith((">>>", "```")):
            break
        kept.append(line)
    said = "\n".join(kept).strip()
    if said.endswith(":"):  # what led to an example
        before, _, last = said.rpartition("\n\n")
        return (
            before
            if before and re.match(r"(?:for )?(?:example|instance|e\.g)", last, re.IGNORECASE)
            else f"{said[:-1]}."
        )
    return said


_SECTION = re.compile(
    r"^\s*(?:(?:Args|Arguments|Parameters|Returns?|Raises|Yields?|Examples?|Notes?|Attributes|See Also)"
    r"\s*:{1,2}\s*$|:(?:param|type|returns?|rtype|raises|arg)\b"
    r"|(?:Parameters|Returns|Examples?|Notes|See Also)\s*$"
    r"|# (?:Examples?|Panics|Errors|Safety|Arguments)\b|\.\. )"
)


def _is_doc(comment: str, language: str) -> bool:
    if is_documentation(comment, language):
        return True
    if language not in _ANY_COMMENT:
        return False
    return kind_of(comment, language) in (CommentKind.OTHER, CommentKind.EMPTY, CommentKind.DOCUMENTATION)
