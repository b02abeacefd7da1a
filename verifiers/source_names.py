"""Which language a file is in, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from verifiers.terms import Language

# The first is what a file of the language is usually called.
SUFFIXES: dict[Language, tuple[str, ...]] = {
    Language.PYTHON: (".py",),
    Language.JAVASCRIPT: (".js", ".mjs", ".cjs"),
    Language.TYPESCRIPT: (".ts", ".mts", ".cts"),
    Language.JAVA: (".java",),
    Language.GO: (".go",),
    Language.RUST: (".rs",),
    Language.C: (".c", ".h"),
    Language.CPP: (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".h"),
    Language.BASH: (".sh", ".bash"),
    Language.SOLIDITY: (".sol",),
}
# Folders that tools keep beside the code: version control, caches, editors.
PASSED_OVER = frozenset(
    {".git", ".hg", ".svn", ".jj", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".idea"}
    | {".vscode"}
)
# Files about a project that none of its code runs or imports, by their whole names. (With a package.json that
# says "type": "module" node would take the judge's own files for modules.)
HOUSEKEEPING = frozenset(
    {"package.json", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "CONTRIBUTORS", "CODEOWNERS", "NEWS"}
    | {"CHANGELOG", "CHANGES", "TODO", "INSTALL", "VERSION", "Makefile", "GNUmakefile", "makefile"}
    | {"Dockerfile", "Containerfile", "Jenkinsfile", "Procfile", ".git", ".gitattributes"}
    | {".gitmodules", ".gitkeep", ".keep", ".hgignore", ".mailmap", ".editorconfig", ".dockerignore"}
    | {".npmignore", ".npmrc", ".nvmrc", ".node-version", ".python-version", ".tool-versions", ".env"}
    | {".env.example", ".prettierrc", ".prettierignore", ".eslintrc", ".eslintignore", ".babelrc"}
    | {".browserslistrc", ".flake8", ".pylintrc", ".coveragerc", ".coverage", ".clang-format", ".clang-tidy"}
    | {".DS_Store", "Thumbs.db"}
)
# What is looked at or listened to, by suffix.
MEDIA = frozenset(
    {".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp", ".pdf"}
    | {".eot", ".otf", ".ttf", ".woff", ".woff2"}
    | {".flac", ".mp3", ".mp4", ".ogg", ".wav", ".webm"}
)


def languages_of(path: str) -> frozenset[Language]:
    """The languages that a file of this name may be in; a C header may be C++ too. Empty if none is known."""
    suffix = PurePosixPath(path).suffix
    return frozenset(language for language, suffixes in SUFFIXES.items() if suffix in suffixes)
