"""`seinpost`: one command for what people do by hand. A command is imported when it is called, so help stays fast."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = {
    "demo": ("seinpost.demo:demo", "Start everything on this machine and replay an exercise; Ctrl-C stops it."),
    "exercise": ("seinpost.exercise:exercise", "Exercises: list them, write the posts of one, or check a programme."),
    "scenarios": ("seinpost.scoreboard:table", "Run all exercises through the code of live and print one table."),
    "anonymize": ("seinpost.anonymize:anonymize", "Print what would leave the anonymizer of a file of posts."),
    "backtest": ("seinpost.backtest:backtest", "Tell what would have been alerted in a file of posts."),
    "test-rules": (
        "seinpost.rules.command:check_rules",
        "Check what posts alert and who is told, against a file.",
    ),
    "score": ("seinpost.score:score", "Score a series of counts with the detector's burst engine."),
    "register": ("seinpost.register:register", "Write a DPIA template and an Algorithm Register entry, in Dutch."),
    "mandate": ("seinpost.mandate:mandate", "Mandates: write one, show what is in force, print one for the council."),
    "route": ("seinpost.route:route", "Show who would get an alert and why, and who would not and why not."),
    "audit": ("seinpost.audit:app", "Check the audit log, or copy it."),
    "dossier": ("seinpost.dossier:app", "Sealed dossiers: make the key, check a file offline."),
    "feedback": ("seinpost.feedback:app", "Write what operators said of alerts, for `seinpost backtest`."),
    "check": ("seinpost.check:check", "Check a configuration directory and show every problem."),
}
"""Name → where it stands, and the line that help shows."""


class OnDemand(TyperGroup):
    """Puts the real command in the place of its stand-in when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = _load(args[0])
        return super().resolve_command(ctx, args)


def _load(name: str) -> Any:
    module, _, attribute = COMMANDS[name][0].partition(":")
    target = getattr(importlib.import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(name)(target)
        target = single
    command = get_command(target)
    command.name = name
    return command


def _stand_in() -> None:
    raise AssertionError("a command was not loaded")


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Early warning for public-order disturbances that grow online, without following anybody.",
)
for _name, (_, _help) in COMMANDS.items():
    app.command(_name, help=_help)(_stand_in)
