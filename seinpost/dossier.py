"""`seinpost dossier`: make the key that seals dossiers, and check a sealed file, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.notifier.dossier import sealing
from services.notifier.dossier.sealing import NoKey
from services.notifier.dossier.verify import Tampered, Verified, verify
from services.notifier.settings import NotifierSettings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Sealed dossiers: make the key, check a file.")
DEFAULTS = NotifierSettings()


@app.command()
def key(
    file: Annotated[
        Path, typer.Argument(help="Private key to make; the notifier looks for it in its secrets directory.")
    ] = DEFAULTS.secrets_dir / DEFAULTS.dossier_key,
    public: Annotated[Path | None, typer.Option(help="Also write the public key here, for whoever verifies.")] = None,
) -> None:
    """Make a key that seals dossiers (Ed25519). Never overwrites one. Prints the public key and its fingerprint."""
    made = sealing.new_key()
    try:
        sealing.write_key(made, file)
    except FileExistsError:
        typer.echo(f"{file} exists already; a key in use is not overwritten", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{file} cannot be written ({type(error).__name__})", err=True)
        raise typer.Exit(1) from None
    if public is not None:
        public.write_bytes(made.public_pem)
    typer.echo(made.public_pem.decode("ascii"), nl=False)
    typer.echo(f"fingerprint {made.fingerprint}")


@app.command("verify")
def check(
    file: Annotated[Path, typer.Argument(help="A sealed dossier, or a certificate of deletion (JSON lines).")],
    key: Annotated[
        Path | None,
        typer.Option(help="Public key (PEM) that must have sealed it. Without it the key in the file itself is used."),
    ] = None,
) -> None:
    """Check every entry, their order and the seal. Needs no network and no database. Exits 1 on any change."""
    try:
        found = verify(file.read_bytes(), sealing.public_of_pem(key.read_bytes()) if key else None)
    except Tampered as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from None
    except NoKey as error:
        typer.echo(f"{key}: {error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{error.filename} cannot be read ({type(error).__name__})", err=True)
        raise typer.Exit(1) from None
    typer.echo(_said(file, found))
    if key is None:
        typer.echo(
            f"compare the fingerprint with the one that was published, or use --key: {found.fingerprint}", err=True
        )


def _said(file: Path, found: Verified) -> str:
    exercise = f", EXERCISE {found.exercise}" if found.exercise else ""
    if found.deletion is not None:
        gone = found.deletion
        return (
            f"{file}: whole; dossier {found.dossier}{exercise} was deleted on {gone['deleted']} with {gone['entries']} "
            f"entries, the last {gone['head']}; row {gone['audit_number']} of the audit log; sealed {found.made_at} by "
            f"{found.fingerprint}"
        )
    return (
        f"{file}: whole; dossier {found.dossier}{exercise}, {found.count} entries, the last {found.head}; sealed "
        f"{found.made_at} by {found.fingerprint}"
    )
