"""The ``acrisol`` command: one subcommand a file."""

from __future__ import annotations

import typer

from api.cli.doctor import doctor
from api.cli.policy import app as policy_app
from api.cli.receipt import check_receipt
from api.cli.serve import serve
from api.cli.solve import solve
from api.cli.verify import verify
from verifiers.version import acrisol_version

app = typer.Typer(
    name="acrisol",
    help="Generates code and returns only what was run, scanned and found good.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("solve")(solve)
app.command("verify")(verify)
app.command("doctor")(doctor)
app.command("serve")(serve)
app.command("receipt")(check_receipt)
app.add_typer(policy_app, name="policy")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"acrisol {acrisol_version()}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Generates code and returns only what was run, scanned and found good."""
