from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.data.document import Document
from models.data.filters.license import LicenseFilter, license_of_file, license_of_repository, license_of_text
from models.data.filters.license_expressions import PERMISSIVE, is_allowed, normalised
from models.data.step import Dropped, Kept

MIT = (
    "MIT License\n\nCopyright (c) 2020 X\n\nPermission is hereby granted, free of charge, to any person\n"
    "obtaining a copy of this software ... The above copyright notice and this permission notice shall be\n"
    "included in\n"
    "all\ncopies"
)
GPL3 = (
    "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n ... the GNU Affero General Public License ... "
    "TERMS AND CONDITIONS"
)


@pytest.mark.parametrize(
    ("expression", "regular", "allowed"),
    [
        ("mit", "MIT", True),
        ("MIT OR GPL-3.0-only", "MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only", False),
        (
            "(GPL-3.0-only OR MIT) AND (ISC OR GPL-2.0-only)",
            "(GPL-3.0-only OR MIT) AND (ISC OR GPL-2.0-only)",
            True,
        ),
        ("mit or apache-2.0", "MIT OR Apache-2.0", True),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("Apache 2.0", "Apache-2.0", True),
        ("new BSD", "BSD-3-Clause", True),
        ("GPL-2.0+", "GPL-2.0-or-later", False),
        ("LicenseRef-Own", "", False),
        ("MIT OR Nonsense", "", False),
        ("MIT AND", "", False),
        ("UNKNOWN", "", False),
        ("", "", False),
        ("(" * 500 + "MIT" + ")" * 500, "", False),
        (" OR ".join(["MIT"] * 5_000), "", False),
    ],
)
def test_expressions(expression: str, regular: str, allowed: bool) -> None:
    assert (normalised(expression), is_allowed(expression, PERMISSIVE)) == (regular, allowed)


def test_or_later_is_met_by_the_version_itself() -> None:
    assert is_allowed("LGPL-2.1-or-later", {"LGPL-2.1-only", "LGPL-2.1"})
    assert not is_allowed("LGPL-2.1-or-later", {"LGPL-3.0"})


@given(text=st.text(max_size=80))
def test_no_expression_raises(text: str) -> None:
    normalised(text)
    assert not is_allowed(text, ())


@pytest.mark.parametrize(
    ("text", "license"),
    [
        (MIT, "MIT"),
        (GPL3, "GPL-3.0-only"),
        ("Apache License\n Version 2.0, January 2004", "Apache-2.0"),
        (
            "# This program is free software; GNU General Public License ... "
            "either version 3 of the License, or (at your\n"
            "# option) any later version.",
            "GPL-3.0-or-later",
        ),
        (
            "/*\n * Redistribution and use in source and binary forms ... "
            "Neither the name ... endorse or\n * promote products",
            "BSD-3-Clause",
        ),
        ("// SPDX-License-Identifier: (MIT OR GPL-2.0-only)\nint a;", "MIT OR GPL-2.0-only"),
        ("/* SPDX-License-Identifier: MIT */", "MIT"),
        ("<!-- SPDX-License-Identifier: MIT -->", "MIT"),
        ("// SPDX-License-Identifier: UNLICENSED", "UNLICENSED"),
        ("def license(): pass", ""),
        ("All rights reserved.", ""),
        ("", ""),
    ],
)
def test_a_text_says_its_licence(text: str, license: str) -> None:
    assert license_of_text(text) == license


def test_a_file_says_it_in_its_head() -> None:
    assert license_of_file("x = 1\n" * 2_000 + "# SPDX-License-Identifier: MIT\n") == ""


def test_a_repository_has_all_the_licences_at_its_top() -> None:
    files = {
        "LICENSE": MIT,
        "COPYING.txt": GPL3,
        "vendor/LICENSE": "SPDX-License-Identifier: ISC",
        "license.py": "x",
    }
    assert license_of_repository(files) == "GPL-3.0-only AND MIT"
    assert license_of_repository({"README": MIT}) == ""
    assert license_of_repository({"license.py": f"KNOWN = {MIT!r}", "LICENSE.js": MIT}) == ""
    assert license_of_repository({"LICENSE-MIT": MIT, "licence.md": MIT, "COPYING.LESSER": MIT}) == "MIT"


def _document(text: str = "x = 1\n", **more: str) -> Document:
    return Document(id="a", text=text, source="s", path="a.py", **more)


def test_the_step() -> None:
    step = LicenseFilter()
    assert step(_document()) == Dropped("licence not known")
    assert step(_document(license="GPL-3.0")) == Dropped("licence not allowed")
    done = step(_document(license="mit"))
    assert isinstance(done, Kept)
    assert done.documents[0].license == "MIT"


def test_a_files_own_notice_counts_before_its_repositorys_licence() -> None:
    assert LicenseFilter()(_document("# SPDX-License-Identifier: GPL-3.0-only\n", license="MIT")) == Dropped(
        "licence not allowed"
    )


def test_unknown_licences_are_kept_on_demand_but_not_nonsense() -> None:
    step = LicenseFilter(unknown="keep")
    assert isinstance(step(_document()), Kept)
    assert step(_document(license="my own")) == Dropped("licence not known")


def test_a_source_that_is_trusted() -> None:
    assert isinstance(LicenseFilter(trust={"s": "MIT"})(_document()), Kept)


def test_a_misspelt_licence_in_a_recipe_is_named() -> None:
    with pytest.raises(ValidationError, match="'MTI' is no SPDX"):
        LicenseFilter(allow=("MTI",))


def test_a_notice_that_cannot_be_read_is_not_its_repositorys_licence() -> None:
    for name in ("UNLICENSED", "LicenseRef-Own"):
        for unknown in ("drop", "keep"):
            step = LicenseFilter(unknown=unknown)
            done = step(_document(f"// SPDX-License-Identifier: {name}\n", license="MIT"))
            assert done == Dropped("licence not known")


def test_a_later_version_is_met_by_the_one_that_is_allowed() -> None:
    for allowed in ("GPL-2.0", "GPL-2.0-only", "GPL-2.0-or-later"):
        step = LicenseFilter(allow=(allowed,))
        assert isinstance(step(_document(license="GPL-2.0+")), Kept)
        assert step(_document(license="GPL-3.0-or-later")) == Dropped("licence not allowed")


@pytest.mark.parametrize("name", ["MIT OR ISC", "Apache-2.0 WITH LLVM-exception"])
def test_what_is_allowed_are_licences_and_no_expressions(name: str) -> None:
    with pytest.raises(ValidationError, match="is no SPDX licence identifier"):
        LicenseFilter(allow=(name,))
