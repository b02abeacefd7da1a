"""CodeBLEU: how alike two pieces of code are in words, syntax and flow of data."""

from models.evaluation.codebleu.score import LANGUAGES, CodeBleu, code_bleu

__all__ = ["LANGUAGES", "CodeBleu", "code_bleu"]
