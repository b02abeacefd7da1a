"""A tiny tree in the layout of Juliet, with programs of our own."""

from __future__ import annotations

from pathlib import Path

_C = """
#include <stdio.h>
#include <string.h>

#ifndef OMITBAD

void {name}_bad()
{{
    char data[200];
    char dest[10];
    fgets(data, sizeof data, stdin);
    {bad}
    puts(dest);
}}

#endif /* OMITBAD */
#ifndef OMITGOOD

static void goodG2B()
{{
    char data[200];
    char dest[10];
    fgets(data, sizeof data, stdin);
    {good}
    puts(dest);
}}

void {name}_good()
{{
    goodG2B();
}}

#endif /* OMITGOOD */
"""
_JAVA = """
package testcases.CWE78_OS_Command_Injection;

public class {name} {{
    public void bad(String data) throws Throwable {{
        Runtime.getRuntime().exec("ls " + data);
    }}

    public void good(String data) throws Throwable {{
        goodG2B(data);
    }}

    private void goodG2B(String data) throws Throwable {{
        new ProcessBuilder("ls", "--", "fixed").start();
    }}
}}
"""
_STRCPY, _BOUNDED = "strcpy(dest, data);", 'snprintf(dest, sizeof dest, "%s", data);'
_EXEC = "CWE78_OS_Command_Injection__exec_01"
_FOLDER = "C/testcases/CWE120_Buffer_Copy/s01"


def plant(root: Path) -> Path:
    """Two cases of CWE-120, of which one has its bad code in the good part too, and one of CWE-78 in Java."""
    files = {
        f"{_FOLDER}/CWE120_Buffer_Copy__strcpy_01.c": _c("CWE120_Buffer_Copy__strcpy_01", _STRCPY, _BOUNDED),
        f"{_FOLDER}/CWE120_Buffer_Copy__strcpy_02.c": _c("CWE120_Buffer_Copy__strcpy_02", _STRCPY, _STRCPY),
        f"Java/src/testcases/CWE78_OS_Command_Injection/{_EXEC}.java": _JAVA.format(name=_EXEC),
        "C/testcases/main.cpp": "int main() { return 0; }",
        "C/testcasesupport/io.c": "void printLine() {}",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _c(name: str, bad: str, good: str) -> str:
    return _C.format(name=name, bad=bad, good=good)
