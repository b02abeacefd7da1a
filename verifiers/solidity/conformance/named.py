"""Standards that a task's instruction names, and whether the contract has to be one. Pure."""

from __future__ import annotations

import re

from verifiers.domain import Value
from verifiers.solidity.conformance.standards import Standard, standards

_NAMED = re.compile(r"\b(?:ERC|EIP)[-_ ]?(\d{2,5})(?!\d)", re.IGNORECASE)
_MOST_READ = 20_000  # characters of an instruction
# Before the name: what is made, or a sentence that begins with it; few words may stand between.
_MADE = re.compile(
    r"(?:^|[.:;\n]|\b(?:implement|writ|creat|build|mak|develop|design|cod|deploy|provid|compl|follow|support"
    r"|conform|inherit|extend|add|need|want|is|be|as)\w*)\s*"
    r"(?:(?:me|us|to|with|from|the|an?|in|solidity|simple|basic|minimal|secure|complete|full|standard|fixed"
    r"|supply|capped|[\w-]+able|smart|contract|for|it|that|is|fungible)\b,?\s*)*$",
    re.IGNORECASE,
)
# After the name: nothing that makes it the thing used rather than the thing made.
_THING = re.compile(
    r"^[\w-]{0,12}\s*(?:[.,;:)(]|$|(?:non-?fungible\s+|multi\s+)?(?:token|coin|nft|collection|standard|compliant|compatible"
    r"|implementation|interface|contract|permit|royalt\w*|and|with|called|named|whose|that|which|where|having|in|for"
    r"|tokenized|tokenised)\b)(?!\s*tokens\b)",
    re.IGNORECASE,
)
_VAULTS = re.compile(r"^[\w-]{0,12}\s*(?:tokeni[sz]ed\s+|yield\s+)?vault\b", re.IGNORECASE)
_EXTENSIONS = ("2612", "165", "2981", "173")  # what a contract has, beside being something else
_FOR = re.compile(
    r"\b(?:for|of|any|accepts?|holds?|pays?|sells?|existing|given)\s+(?:an?\s+|the\s+|any\s+)?$",
    re.IGNORECASE,
)
_CONTRACT_FOR = re.compile(
    r"\b(?:contract|code|implementation)\s+(?:for|of)\s+(?:an?\s+|the\s+)?$", re.IGNORECASE
)


class Named(Value):
    """A standard that an instruction names.

    Attributes:
        standard: Which.
        must: The contract has to be one; else it may also only use one, as a vault that holds tokens does.
    """

    standard: Standard
    must: bool


def named_in(instruction: str) -> tuple[Named, ...]:
    """The standards that an instruction names, each once, and those that we know.

    Args:
        instruction: The task's.
    """
    known = {standard.number: standard for standard in standards().values() if standard.number}
    text = instruction[:_MOST_READ]
    found: dict[str, bool] = {}
    for match in _NAMED.finditer(text):
        number = match[1]
        if number in known:
            before, after = (
                text[max(0, match.start() - 120) : match.start()],
                text[match.end() : match.end() + 40],
            )
            found[number] = found.get(number, False) or _is_made(number, before, after)
    return tuple(Named(standard=known[number], must=must) for number, must in found.items())


def _is_made(number: str, before: str, after: str) -> bool:
    if _FOR.search(before) and not _CONTRACT_FOR.search(before):
        return False
    if number in _EXTENSIONS:
        return True
    if number == "4626" and _VAULTS.match(after):
        return True
    return bool(_MADE.search(before) and _THING.match(after))
