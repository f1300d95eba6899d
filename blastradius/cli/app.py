"""The commands, wired into one application."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import blastradius
from blastradius.cli import (
    analyze,
    compare,
    convert,
    explain,
    generate,
    graphs,
    harden,
    incidents,
    parties,
    perimeter,
    priors,
    rank,
    schema,
    show,
    triage,
    validate,
    view,
)
from blastradius.cli.output import emit
from blastradius.cli.usage import UsageError
from blastradius.model.text import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANSWERS = "Answers"
_DATA = "What a graph holds"
_FILES = "Files"

_INTERRUPTED = 130

_EXTRA = re.compile(r"got unexpected extra argument(?:s|\(s\))? \((.*)\)", re.IGNORECASE)
_USES = {"rank": ": it ranks every party; analyze and perimeter tell of one"}
"""What to say to those who hand a command more than it takes."""


class _PlainFlags:
    """Help without the type that typer prints beside a flag: nothing follows a flag."""

    def get_params(self, context: Any) -> list[Any]:  # noqa: ANN401 - typer's classes move
        """Return the parameters, that of ``--help`` included."""
        params: list[Any] = super().get_params(context)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False):
                param.metavar = ""
        return params


class _Command(_PlainFlags, TyperCommand):
    pass


class _Group(_PlainFlags, TyperGroup):
    pass


app = typer.Typer(
    name="blastradius",
    cls=_Group,
    help="Who downstream is exposed by this breach, to what, by which path, and how sure are we.",
    epilog="Start with: blastradius analyze continental",
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        emit(f"blastradius {blastradius.__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        emit(context.get_help() + "\n")


for _panel, _module, _function in (
    (_ANSWERS, analyze, analyze.analyze),
    (_ANSWERS, explain, explain.explain),
    (_ANSWERS, view, view.view),
    (_ANSWERS, compare, compare.compare),
    (_ANSWERS, harden, harden.harden),
    (_ANSWERS, rank, rank.rank),
    (_ANSWERS, perimeter, perimeter.perimeter),
    (_ANSWERS, triage, triage.triage),
    (_DATA, parties, parties.parties),
    (_DATA, incidents, incidents.incidents),
    (_DATA, graphs, graphs.graphs),
    (_DATA, show, show.show),
    (_DATA, priors, priors.priors),
    (_FILES, validate, validate.validate),
    (_FILES, convert, convert.convert),
    (_FILES, generate, generate.generate),
    (_FILES, schema, schema.schema),
):
    app.command(cls=_Command, epilog=_module.EXAMPLES, rich_help_panel=_panel)(_function)

COMMANDS = tuple(
    command.callback.__name__ for command in app.registered_commands if command.callback
)


def run(words: list[str]) -> int:
    """Run a command line and return its exit code.

    Raises
    ------
    UsageError
        If typer cannot make sense of it.
    """
    try:
        words = triage.with_sample(words)
        code = get_command(app).main(words, prog_name="blastradius", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # typer keeps its usage errors in a private module that has moved between releases.
        if not hasattr(error, "format_message"):
            raise
        raise _usage_error(error, words) from None
    if code == _INTERRUPTED:  # what some releases of typer make of Ctrl-C
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _usage_error(error: Exception, words: list[str]) -> UsageError:
    """Say what typer says, in the form of the house."""
    message = str(error.format_message())  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    command = context.command_path.removeprefix("blastradius").strip() if context else ""
    if not command and words and not words[0].startswith("-"):
        if words[0] not in COMMANDS:
            return UsageError(
                f"unknown command {quoted(words[0])}{did_you_mean(words[0], COMMANDS)}", ""
            )
        command = words[0]  # some errors know no context
    option = getattr(error, "option_name", None)
    if option is not None and hasattr(error, "possibilities"):
        known = [name for item in context.command.params for name in item.opts] if context else []
        return UsageError(f"unknown option {quoted(option)}{_option_hint(option, known)}", command)
    first = message.split("\n", 1)[0].rstrip(".")
    extra = _EXTRA.fullmatch(first)
    if extra is not None:
        return UsageError(f"{quoted(extra[1])} is too much{_USES.get(command, '')}", command)
    return UsageError(first[:1].lower() + first[1:], command)


def _option_hint(option: str, known: Sequence[str]) -> str:
    """Return the hint that follows an unknown option; one letter may stand for a whole word.

    >>> _option_hint("-f", ["--format", "--top"]), _option_hint("-t", ["--target", "--top"])
    (" (did you mean '--format'?)", ' (options with that letter: --target, --top)')
    """
    if len(option) > 2:
        return did_you_mean(option, known)
    meant = [name for name in known if name.startswith(f"-{option}")]
    if len(meant) < 2:
        return did_you_mean(meant[0], meant) if meant else ""
    return f" (options with that letter: {', '.join(meant)})"
