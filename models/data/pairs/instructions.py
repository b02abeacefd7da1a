"""What somebody asks for and the code that is the answer: the step ``instructions``."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from models.data.document import Document
from models.data.source.definitions import Definition, definitions
from models.data.source.documentation import summary
from models.data.source.grammars import LANGUAGES, parse
from models.data.step import Dropped, Kept
from verifiers.domain import Value, digest

_LANGUAGES = {
    "bash": "Bash",
    "c": "C",
    "cpp": "C++",
    "go": "Go",
    "java": "Java",
    "javascript": "JavaScript",
    "python": "Python",
    "rust": "Rust",
    "solidity": "Solidity",
    "typescript": "TypeScript",
}
_TYPES = {"c": "struct", "go": "type", "rust": "type"}
_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|testing|testdata|__tests__|spec|fixtures|mocks?)/"
    r"|(?:^|/)test_|[._]test\.|\.spec\.|Test\.java$"
)
# What says nothing about the code, or nothing that could be done from the words alone.
_EMPTY_TALK = re.compile(
    r"\b(?:todo|fixme|see (?:above|below|also|the)\b|deprecated|internal use|do not use|same as|overrides?\b"
    r"|inheritdoc|not implemented|stub\b|placeholder|auto-?generated|backwards? compat)|@inherit",
    re.IGNORECASE,
)
_TESTING = re.compile(r"(?:^|[_.])(?:test|setup|teardown|fixture|mock)|^Test|Test$|Suite$", re.IGNORECASE)
_THIRD_PERSON = re.compile(
    r"(?:add|append|apply|appl(?=ie)|build|calculat|check|clear|clos|compar|comput|conver|copi?|count|creat|decod|delet|determin"
    r"|download|encod|escap|execut|extract|fetch|filter|find|format|generat|get|initializ|insert|iterat|join|list|load|mak|merg"
    r"|normaliz|open|pars|perform|print|read|remov|renam|render|replac|resolv|return|revers|run|sav|search|select|send|set|sort|split"
    r"|start|stop|strip|sum|test|transform|truncat|updat|validat|verif|writ|wrap|yield|multipl|subtract|divid|swap|rotat"
    r"|flatten|emit|transfer|mint)\w{0,3}",
    re.IGNORECASE,
)
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", ""))


def asked_for(definition: Definition, language: str, variant: int) -> str:
    """What a user would write to get this definition.

    Args:
        definition: A documented one.
        language: Its language.
        variant: Any number; chooses among a few ways to ask.
    """
    said = summary(definition.documentation)
    first, _, rest = said.partition("\n\n")
    sentence = " ".join(first.split())
    more = f"\n\n{rest.strip()}" if rest.strip() else ""
    name = definition.name
    if language == "go":  # whose comments begin with the name
        sentence = sentence.removeprefix(f"{name} ")
        sentence = sentence[:1].upper() + sentence[1:]
    kind = _TYPES.get(language, "class") if definition.kind == "class" else definition.kind
    noun = f"{_LANGUAGES[language]} {kind}"
    doing = _infinitive(sentence)
    stub = f"```{language}\n{definition.signature}\n```"
    if doing and variant % 3 == 0:
        return f"Write {_article(noun)} to {doing}{more}\n\nUse this signature:\n\n{stub}"
    if doing and variant % 3 == 1:
        return f"I need {_article(noun)} `{name}` to {doing}{more}\n\nIt starts like this:\n\n{stub}"
    return f"Write the {noun} `{name}`:\n\n{sentence}{more}\n\n{stub}"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'AEIO' else 'a'} {noun}"


def _infinitive(sentence: str) -> str:
    """``Returns the sum.`` as ``return the sum.``; empty where it does not begin with a known verb."""
    word, _, rest = sentence.partition(" ")
    if (
        not _THIRD_PERSON.fullmatch(word)
        or not rest
        or rest.startswith("of ")
        or word.endswith(("ing", "ed", "er", "or", "ion"))
    ):
        return ""
    verb = word.lower()
    for ending, instead in _ENDINGS:
        if verb.endswith(ending) and not (ending == "s" and verb.endswith("ss")):
            verb = verb.removesuffix(ending) + instead
            break
    return f"{verb} {rest}"


def is_worth_asking(definition: Definition, least_words: int) -> bool:
    """Whether the documentation says enough, and of something that can stand for itself."""
    said = summary(definition.documentation)
    if len(re.findall(r"\w+", said)) < least_words or _EMPTY_TALK.search(said) or len(said) > 2_000:
        return False
    return not (definition.name.startswith("__") or _TESTING.search(definition.full_name))


class InstructionStep(Value):
    """Makes a prompt and its answer of each documented function, class or contract.

    Attributes:
        kinds: Kinds of definition that are taken. A method alone is not what a user asks for.
        least_words: In what is said about it.
        least_lines: Of code.
        most_lines: Of code.
        per_file: Pairs a file at most, spread over it.
        keep_file: The file itself goes on as well.
        seed: Of how things are asked for.
    """

    step: Literal["instructions"] = "instructions"
    kinds: tuple[Literal["function", "method", "class", "interface", "contract"], ...] = (
        "function",
        "class",
        "contract",
    )
    least_words: int = Field(default=5, ge=1)
    least_lines: int = Field(default=3, ge=1)
    most_lines: int = Field(default=120, ge=1)
    per_file: int = Field(default=20, ge=1, le=1000)
    keep_file: bool = True
    seed: int = 0

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.least_lines > self.most_lines:
            raise ValueError("least_lines is larger than most_lines")
        return self

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        if document.prompt or document.method or document.language not in LANGUAGES:
            return Kept((document,))
        wanted = not _TEST_PATH.search(document.path)
        source = parse(document.text, document.language, document.path) if wanted else None
        taken = [item for item in definitions(source) if self._takes(item)] if source else []
        if len(taken) > self.per_file:
            taken = [taken[number * len(taken) // self.per_file] for number in range(self.per_file)]
        pairs = [self._pair(document, item) for item in taken]
        kept_too = (document,) if self.keep_file else ()
        if not (*kept_too, *pairs):
            return Dropped("nothing documented")
        return Kept((*kept_too, *pairs), {"pairs": len(pairs)} if pairs else {})

    def _takes(self, item: Definition) -> bool:
        lines = item.last - item.first + 1
        if item.kind not in self.kinds or not self.least_lines <= lines <= self.most_lines:
            return False
        return is_worth_asking(item, self.least_words)

    def _pair(self, document: Document, item: Definition) -> Document:
        name = f"{item.full_name}@{item.first}"
        variant = int(digest(f"instructions\x00{self.seed}\x00{document.id}#{name}")[:8], 16)
        return document.part(
            name,
            prompt=asked_for(item, document.language, variant),
            text=item.code,
            method="docstring",
            metadata=document.metadata | {"symbol": item.full_name, "line": item.first},
        )
