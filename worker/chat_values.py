"""OpenAI's chat completions as tasks and outcomes: what a batch's line and ``/v1/chat/completions`` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agent.quoting import fenced
from verifiers.domain import (
    MAX_INSTRUCTION_CHARS,
    Budget,
    CodingTask,
    Language,
    Outcome,
    OutcomeStatus,
    Policy,
    TestSuite,
    Value,
)
from verifiers.errors import InvalidInput
from verifiers.source_names import languages_of
from verifiers.validation import invalid_input
from verifiers.values import Files
from worker.chat_language import named_language

MODEL = "acrisol"
"""The verified loop, whichever model it asks."""

_SYSTEM = ("system", "developer")


def only(reason: str, *allowed: object) -> BeforeValidator:
    """Of a field that we cannot follow: it may be given if it says what is the case anyway.

    Args:
        reason: What is said of any other value, behind the field's name.
        allowed: What it may say; null and what is empty always may be said.
    """

    def check(value: object) -> None:
        if value and value not in allowed:
            raise ValueError(reason)

    return BeforeValidator(check)


def _text_of(content: object) -> object:
    """A message's content as one text; it may come as a list of parts."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list | tuple):
        raise ValueError("is neither a text nor a list of parts of the type 'text'")
    texts: list[str] = []
    for number, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        text = part.get(kind) if isinstance(part, dict) and kind in ("text", "refusal") else None
        if not isinstance(text, str):
            said = f"holds something else than text in part {number}; images, audio and files are not read"
            raise ValueError(said)
        texts.append(text)
    return "\n".join(texts)


_NO_TOOLS = "cannot be used here: the answer is verified code and never a tool call; leave it out"
_NO_FORM = "cannot be used here: the answer is text that holds the verified code; leave it out"
_Tools = Annotated[Any, only(_NO_TOOLS)]


class ChatMessage(BaseModel):
    """One message, as OpenAI's clients send it; what they add beyond this is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, BeforeValidator(_text_of)] = ""


class TaskOptions(Value):
    """The extension field ``acrisol`` of a request: what a chat cannot say of a task; see ``CodingTask``.

    Attributes:
        language: If None, the request's own field, else what the last message names, else Python.
    """

    language: Language | None = None
    files: Files = ()
    tests: TestSuite | None = None
    policy: Policy = Policy()
    budget: Budget = Budget()


class StreamOptions(BaseModel):
    """What a stream holds beyond its pieces."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    include_usage: bool = False


class Sampled(BaseModel):
    """What OpenAI's requests say of drawing tokens: looked at, and left to the agent.

    It draws greedily at first and then warmly: samples that are all alike would leave it nothing to choose.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    top_p: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2, allow_inf_nan=False)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2, allow_inf_nan=False)
    seed: int | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    logit_bias: dict[str, float] | None = None


class ChatRequest(Sampled):
    """The body of a chat completion request; fields that are not here are ignored, as OpenAI does."""

    model: str = Field(default=MODEL, max_length=200)
    messages: tuple[ChatMessage, ...] = Field(min_length=1, max_length=1000)
    stream: bool = False
    stream_options: StreamOptions | None = None
    language: Language | None = None
    acrisol: TaskOptions = TaskOptions()

    n: Annotated[
        Any, only("must be 1: one answer is accepted; for more tries set acrisol.budget.samples", 1)
    ] = None
    stop: Annotated[
        Any, only("cannot be used here: code that was cut off is not what was verified; leave it out")
    ] = None
    tools: _Tools = None
    functions: _Tools = None
    tool_choice: Annotated[Any, only(_NO_TOOLS, "none", "auto")] = None
    function_call: Annotated[Any, only(_NO_TOOLS, "none", "auto")] = None
    response_format: Annotated[Any, only(_NO_FORM, {"type": "text"})] = None
    modalities: Annotated[Any, only(_NO_FORM, ["text"])] = None
    audio: Annotated[Any, only(_NO_FORM)] = None
    logprobs: Annotated[Any, only("cannot be had of verified code; leave it out")] = None

    @property
    def not_followed(self) -> tuple[str, ...]:
        """The names of those sampling parameters that were given."""
        return tuple(name for name in Sampled.model_fields if getattr(self, name) is not None)


def task_of(request: ChatRequest) -> CodingTask:
    """The task that a conversation asks for: its last message, and behind it what was said before.

    In this order, because the beginning of an instruction is what a long one is told by: in lists to
    people, and where it has to be cut to fit a model's context.

    Raises:
        InvalidInput: it is too long, says nothing, or does not end with the user's words.
    """
    *before, last = request.messages
    if last.role != "user" or not last.content.strip():
        raise InvalidInput("messages", "do not end with a message of the user's.", "Say what to write.")
    parts = [last.content]
    parts += [message.content for message in before if message.role in _SYSTEM]
    turns = [message for message in before if message.role not in _SYSTEM and message.content.strip()]
    if turns:
        parts.append("What was said before:")
        parts += [f"{message.role.capitalize()}:\n{message.content}" for message in turns]
    instruction = "\n\n".join(part for part in parts if part.strip())
    if len(instruction) > MAX_INSTRUCTION_CHARS:
        said = f"have {len(instruction):,} characters together; at most {MAX_INSTRUCTION_CHARS:,} are read."
        raise InvalidInput("messages", said, "Begin a new conversation, or send code in acrisol.files.")
    options = request.acrisol
    try:
        return CodingTask(
            instruction=instruction,
            language=options.language or request.language or named_language(last.content) or Language.PYTHON,
            files=options.files,
            tests=options.tests,
            policy=options.policy,
            budget=options.budget,
        )
    except ValidationError as error:  # the options were looked at before, so it is the text
        raise InvalidInput("messages", invalid_input(error).message) from error


def completion_of(
    outcome: Outcome, *, task_id: str, model: str, created: int, not_followed: Sequence[str] = ()
) -> dict[str, Any]:
    """The body of OpenAI's answer: the accepted code as the assistant's message, its evidence beside it.

    Args:
        outcome: What came of the task.
        task_id: The task's id; the completion's is made of it.
        model: As the request named it.
        created: Seconds since the epoch.
        not_followed: Fields of the request that were accepted and have no effect.
    """
    usage = outcome.usage
    return {
        "id": f"chatcmpl-{task_id}",
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content_of(outcome, task_id), "refusal": None},
                "logprobs": None,
                # What was written and not accepted is withheld, which is what OpenAI's word stands for.
                "finish_reason": "stop" if outcome.solution is not None else "content_filter",
            }
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.total,
        },
        "acrisol": {**extension_of(outcome, task_id), "not_followed": list(not_followed)},
    }


def content_of(outcome: Outcome, task_id: str) -> str:
    """What the assistant says: accepted code in fences, else why there is none and where the evidence is."""
    if outcome.status is not OutcomeStatus.SOLVED or outcome.solution is None:
        evidence = f"All attempts, with what was held against them: /v1/tasks/{task_id}"
        return f"No code was accepted ({outcome.status.value}): {outcome.reason}\n\n{evidence}"
    files = outcome.solution.candidate.files
    if len(files) == 1:
        return fenced(files[0].content, _tag(files[0].path))
    # A name in the line before the fence is where clients such as aider look for it.
    return "\n\n".join(f"`{file.path}`\n{fenced(file.content, _tag(file.path))}" for file in files)


def extension_of(outcome: Outcome, task_id: str) -> dict[str, Any]:
    """The extension field ``acrisol`` of an answer: what the code's acceptance rests on."""
    verdicts = outcome.solution.verdicts if outcome.solution is not None else ()
    return {
        "task_id": task_id,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "tests": outcome.tests,
        "attempts": len(outcome.attempts),
        "duration_s": outcome.duration_s,
        "checks": [
            verdict.model_dump(mode="json", include={"verifier", "status", "summary", "tool"})
            for verdict in verdicts
        ],
        "evidence": f"/v1/tasks/{task_id}",
        "receipt": outcome.receipt.model_dump(mode="json") if outcome.receipt is not None else None,
    }


def _tag(path: str) -> str:
    return min((language.value for language in languages_of(path)), default="")
