"""All attacks there are, and the cases that they give."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from models.adversarial.attacks import context, degrading, injection, malicious, translation, weakness
from models.adversarial.attacks.scenarios import variants
from models.adversarial.cases import Attack, AttackCase, Split
from verifiers.domain import Language
from verifiers.errors import InvalidInput

ATTACKS: tuple[Attack, ...] = (
    weakness.ATTACK,
    degrading.ATTACK,
    injection.ATTACK,
    context.ATTACK,
    translation.ATTACK,
    malicious.ATTACK,
)
FAMILIES = tuple(attack.family for attack in ATTACKS)


def all_cases(
    families: Collection[str] = (),
    languages: Collection[Language] = (),
    splits: Collection[Split] = (),
    limit: int | None = None,
) -> tuple[AttackCase, ...]:
    """The cases of some attacks, twins among them, always in the same order.

    Args:
        families: Names of attacks; empty for all.
        languages: Languages of the code; empty for all.
        splits: Sides of the split; empty for both.
        limit: Attacks (not twins) to take, spread evenly over families, languages and sides; with each comes
            its twin. None takes all.

    Raises:
        InvalidInput: there is no such family, or nothing is left.
    """
    for family in families:
        if family not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise InvalidInput("family", f"there is no attack named '{family}'.", f"Use some of: {known}.")
    given = variants()
    found = [
        case
        for attack in ATTACKS
        if not families or attack.family in families
        for case in attack.cases(given)
        if (not languages or case.language in languages) and (not splits or case.split in splits)
    ]
    if not found:
        raise InvalidInput(
            "language", "no attack has a case for this.", "Ask for other languages or families."
        )
    return _spread(found, limit) if limit is not None else tuple(found)


def _spread(cases: Sequence[AttackCase], limit: int) -> tuple[AttackCase, ...]:
    """Attacks in turn from every (family, language, split), each group in an order of the ids' digests."""
    groups: dict[tuple[str, str, str], list[AttackCase]] = {}
    for case in cases:
        if case.twin:
            groups.setdefault((case.family, case.language.value, case.split.value), []).append(case)
    for group in groups.values():
        group.sort(key=lambda case: hashlib.sha256(case.id.encode()).digest(), reverse=True)
    kept: set[str] = set()
    while len(kept) < limit and any(groups.values()):
        for group in groups.values():
            if group and len(kept) < limit:
                kept.add(group.pop().id)
    kept |= {case.twin for case in cases if case.id in kept}
    return tuple(case for case in cases if case.id in kept)
