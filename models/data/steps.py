"""The steps that look at documents one by one; a new one is a module and a line here."""

from __future__ import annotations

from models.data.decontamination import Decontamination
from models.data.filters.generated import GeneratedFilter
from models.data.filters.license import LicenseFilter
from models.data.filters.personal import PersonalDataFilter
from models.data.filters.secrets import SecretsFilter
from models.data.filters.shape import EncodingFilter, SizeFilter
from models.data.filters.sonarqube import SonarQubeFilter
from models.data.filters.weaknesses import WeaknessFilter
from models.data.languages import LanguageStep
from models.data.pairs.doctests import DoctestStep
from models.data.pairs.fill_in import FillInStep
from models.data.pairs.instructions import InstructionStep
from models.data.source.normalising import CommentStep, IndentationStep
from verifiers.domain import Value

# In the order in which a recipe usually has them.
STEPS: tuple[type[Value], ...] = (
    EncodingFilter,
    SizeFilter,
    LanguageStep,
    GeneratedFilter,
    LicenseFilter,
    WeaknessFilter,
    SonarQubeFilter,
    SecretsFilter,
    PersonalDataFilter,
    CommentStep,
    IndentationStep,
    Decontamination,
    DoctestStep,
    InstructionStep,
    FillInStep,
)
