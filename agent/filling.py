"""Code at a cursor: asked of the model directly, and scanned before anybody sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agent.extraction.cleaning import clean
from agent.extraction.fences import fenced_blocks
from agent.fill_scan import scan
from agent.fill_values import Ended, Fill, FillRequest, Scanned
from agent.prompts import PromptLimits
from agent.quoting import fenced, plain
from models.chat import ChatModel, Message
from models.filling import FillingModel, Gap
from verifiers.domain import Status
from verifiers.verifier import Verifier

MODEL_S = 20.0
SCAN_S = 6.0
_ECHOED_LINES = 20
_SYSTEM = (
    "You fill in {language} code at a cursor. You get what stands BEFORE it and what stands AFTER it. "
    "Answer with the missing code alone, in one ```{language} block. Repeat neither BEFORE nor AFTER."
)


class Filler:
    """Fills gaps; used from one event loop.

    Args:
        model: Writes. Belongs to the caller, who closes it.
        scanners: Look at what it wrote; quick ones only.
        limits: How long prompts may be.
        missing: Why there are no more scanners, where some could not be had.
        chat_only: See :class:`models.filling.FillingModel`.
        model_s: Wall-clock seconds that the model may take.
        scan_s: Wall-clock seconds that the scanners may take.
    """

    def __init__(
        self,
        model: ChatModel,
        scanners: Sequence[Verifier],
        limits: PromptLimits,
        *,
        missing: str = "",
        chat_only: bool = False,
        model_s: float = MODEL_S,
        scan_s: float = SCAN_S,
    ) -> None:
        self._filling = FillingModel(model, chat_only=chat_only)
        self._scanners = tuple(scanners)
        self._limits = limits
        self._missing = missing
        self._model_s = model_s
        self._scan_s = scan_s

    async def fill(self, request: FillRequest) -> Fill:
        """Ask the model, and scan what it wrote; cancelling it cancels the model's request.

        Raises:
            ModelUnavailable: the model does not answer.
        """
        gap = Gap(
            prefix=request.prefix[-self._limits.instruction :],
            suffix=request.suffix[: self._limits.files],
            stop=request.stop,
        )
        filled = await self._filling.fill(gap, _chat(request, gap), request.sampling, self._model_s)
        answer, _ = clean(filled.completion.text)
        text = _cut(middle_of(answer, gap) if filled.by_chat else answer, request.stop)
        reason = filled.completion.finish_reason
        if reason == "refusal" or not text:
            said = "The model declined." if reason == "refusal" else "The model wrote nothing."
            ended: Ended = "content_filter" if reason == "refusal" else "stop"
            nothing = Scanned(status=Status.PASSED, reason=said)
            return Fill(text="", finish_reason=ended, scanned=nothing, usage=filled.usage)
        scanned = await asyncio.to_thread(scan, self._scanners, request, text, self._scan_s, self._missing)
        withheld = scanned.status is Status.FAILED or (
            request.needs_scan and scanned.status is not Status.PASSED
        )
        if withheld:
            return Fill(text="", finish_reason="content_filter", scanned=scanned, usage=filled.usage)
        ended = "length" if reason == "length" else "stop"
        return Fill(text=text, finish_reason=ended, scanned=scanned, usage=filled.usage)

    async def model_name(self, timeout_s: float) -> str:
        """The model's own name.

        Raises:
            ModelUnavailable: the server does not say it.
        """
        return await self._filling.name(timeout_s)


def middle_of(answer: str, gap: Gap) -> str:
    """The code out of a chat's answer: without fences, and without what it repeats of either side."""
    blocks = fenced_blocks(answer)
    text = blocks[0].code if blocks else answer.strip("\n")
    before = gap.prefix.split("\n")[-_ECHOED_LINES:]
    for start in range(len(before)):
        echo = "\n".join(before[start:])
        if echo.strip() and text.startswith(echo):
            text = text[len(echo) :]
            break
    behind = gap.suffix.strip("\n").split("\n")[:_ECHOED_LINES]
    for end in range(len(behind), 0, -1):
        echo = "\n".join(behind[:end])
        if echo.strip() and text.rstrip().endswith(echo.rstrip()):
            return text.rstrip()[: -len(echo.rstrip())]
    return text


def _chat(request: FillRequest, gap: Gap) -> tuple[Message, ...]:
    parts = [f"BEFORE:\n{fenced(plain(gap.prefix))}"]
    if gap.suffix:
        parts.append(f"AFTER:\n{fenced(plain(gap.suffix))}")
    parts.append("Write what stands between." if gap.suffix else "Write what comes next.")
    return (
        Message(role="system", content=_SYSTEM.format(language=request.language.value)),
        Message(role="user", content="\n\n".join(parts)),
    )


def _cut(text: str, stops: Sequence[str]) -> str:
    """Up to the first of the stops: not every server honours all of them."""
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else text
