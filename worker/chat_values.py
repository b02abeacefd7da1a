"""OpenAI's chat completions as tasks and outcomes: what a batch's line and ``/v1/chat/completions`` share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.quoting import fenced
from verifiers.domain import Budget, CodingTask, Language, Outcome, OutcomeStatus, Policy, TestSuite, Value
from verifiers.values import Files

_SYSTEM = ("system", "developer")


class TextPart(BaseModel):
    """A part of a message; only text is understood."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str = Field(pattern="^text$")
    text: str


class ChatMessage(BaseModel):
    """One message, as OpenAI's clients send it; what they add beyond this is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: str = Field(pattern="^(system|developer|user|assistant)$")
    content: str | tuple[TextPart, ...] | None = None

    @property
    def text(self) -> str:
        """The message's text."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text for part in self.content)


class TaskOptions(Value):
    """The extension field ``acrisol`` of a request: what a chat cannot say of a task; see ``CodingTask``."""

    language: Language = Language.PYTHON
    files: Files = ()
    tests: TestSuite | None = None
    policy: Policy = Policy()
    budget: Budget = Budget()


class ChatRequest(BaseModel):
    """The body of a chat completion request; sampling parameters are accepted and left to the agent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str = Field(default="acrisol", max_length=200)
    messages: tuple[ChatMessage, ...] = Field(min_length=1, max_length=1000)
    stream: bool = False
    acrisol: TaskOptions = TaskOptions()


def task_of(request: ChatRequest) -> CodingTask:
    """The task that a conversation asks for.

    Raises:
        ValidationError: it is too long, or says nothing.
    """
    options = request.acrisol
    turns = [message for message in request.messages if message.role not in _SYSTEM]
    texts = [message.text for message in request.messages if message.role in _SYSTEM]
    if len(turns) == 1:
        texts.append(turns[0].text)
    else:  # who said what matters
        texts += [f"{message.role.capitalize()}:\n{message.text}" for message in turns]
    return CodingTask(
        instruction="\n\n".join(text for text in texts if text.strip()),
        language=options.language,
        files=options.files,
        tests=options.tests,
        policy=options.policy,
        budget=options.budget,
    )


def completion_of(outcome: Outcome, *, task_id: str, model: str, created: int) -> dict[str, Any]:
    """The body of OpenAI's answer: the accepted code as the assistant's message, its evidence beside it.

    Args:
        outcome: What came of the task.
        task_id: The task's id; the completion's is made of it.
        model: As the request named it.
        created: Seconds since the epoch.
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
                "message": {"role": "assistant", "content": content_of(outcome), "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.total,
        },
        "acrisol": extension_of(outcome, task_id),
    }


def content_of(outcome: Outcome) -> str:
    """What the assistant says: accepted code in fences, else why there is none."""
    if outcome.status is not OutcomeStatus.SOLVED or outcome.solution is None:
        return f"No code was accepted ({outcome.status.value}): {outcome.reason}"
    files = outcome.solution.candidate.files
    if len(files) == 1:
        return fenced(files[0].content)
    return "\n\n".join(f"`{file.path}`\n\n{fenced(file.content)}" for file in files)


def extension_of(outcome: Outcome, task_id: str) -> dict[str, Any]:
    """The extension field ``acrisol`` of an answer: what the code's acceptance rests on."""
    kept = outcome.model_copy(update={"attempts": ()})  # the accepted one is the solution
    return {"task_id": task_id, **kept.model_dump(mode="json", exclude={"attempts", "usage"})}
