"""What can go wrong with an export, beside wrong input and missing tools::

AcrisolError
`-- Disagreement     what was written answers differently; it is not kept
"""

from __future__ import annotations

from models.training.export.agreement import Agreement
from verifiers.errors import AcrisolError


class Disagreement(AcrisolError):
    """An exported model does not answer as the trained one does.

    Args:
        agreements: All that was compared, the failed one among them.
        rounded: The file holds weights of 8 bits, which some models cannot bear.
    """

    def __init__(self, agreements: tuple[Agreement, ...], *, rounded: bool = False) -> None:
        failed = next(one for one in agreements if not one.agrees)
        super().__init__(
            f"{failed.subject} does not agree with {failed.reference}: {failed.why_not}. "
            "Nothing was written.",
            "Rounding to 8 bits is too coarse for this model: export it with --as f16."
            if rounded
            else "Look at the table. If the model is a rare kind of Llama, serve it from its folder instead: "
            "acrisol model serve.",
        )
        self.agreements = agreements
