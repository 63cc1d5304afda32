"""The command line of every program of ours in the language of its reader: help, usage, what argparse says."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

from simulator.contracts.words import LANGUAGES, NO_TEXT, PSEUDO, Text, Words, preferred_language

_ = Words("simulator.contracts")
_c = _.context

BAD_INPUT = 64
"""The exit code for an input that is wrong."""

_OF_ARGPARSE = (
    _("usage: "),
    _("positional arguments"),
    _("options"),
    _("show this help message and exit"),
    _("the following arguments are required: %s"),
    _("unrecognized arguments: %s"),
    _("argument %(argument_name)s: %(message)s"),
    _("invalid choice: %(value)r (choose from %(choices)s)"),
    _("invalid %(type)s value: %(value)r"),
    _("one of the arguments %s is required"),
    _("not allowed with argument %s"),
    _("expected one argument"),
    _("expected at least one argument"),
)
"""What argparse says. It asks gettext for each, by the function that is replaced below."""


PLACES = {
    message.sentence: message
    for message in (
        _c("place", "ACTION"),
        _c("place", "ADDRESS"),
        _c("place", "BUCKET"),
        _c("place", "CITY"),
        _c("place", "COMMAND"),
        _c("place", "CONFIG"),
        _c("place", "DAYS"),
        _c("place", "DIR"),
        _c("place", "DURATION"),
        _c("place", "ENTRY"),
        _c("place", "EVENT"),
        _c("place", "FILE"),
        _c("place", "FINDING"),
        _c("place", "FIRST"),
        _c("place", "FOLDER"),
        _c("place", "HOST"),
        _c("place", "ID"),
        _c("place", "IMPORTER"),
        _c("place", "JOBS"),
        _c("place", "LIST"),
        _c("place", "N"),
        _c("place", "NAME"),
        _c("place", "NAME_OR_FOLDER"),
        _c("place", "ORG"),
        _c("place", "OTHER"),
        _c("place", "OUT"),
        _c("place", "PLACE"),
        _c("place", "PORT"),
        _c("place", "PROCESS"),
        _c("place", "RUN"),
        _c("place", "RUN_FOLDER"),
        _c("place", "SCENARIO"),
        _c("place", "SECOND"),
        _c("place", "SECONDS"),
        _c("place", "SEED"),
        _c("place", "SPEED"),
        _c("place", "GATEWAY"),
        _c("place", "STORE"),
        _c("place", "TEXT"),
        _c("place", "SUITE"),
        _c("place", "TIME"),
        _c("place", "URL"),
        _c("place", "USER"),
    )
}
"""What stands for a value in the help of a command."""

LANG = _("language of help and answers (without it STADTWERK_LANG, else LANG, says which)")

_PLACE = re.compile(r"[A-Z][A-Z_]*")


def say_places(parser: argparse.ArgumentParser, say: Speaker) -> None:
    """Put what stands for values into the language of the help, in all commands below. Raises `KeyError`."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in dict.fromkeys(action.choices.values()):
                say_places(command, say)
        shown = action.metavar
        if shown is None and action.nargs != 0 and action.choices is None:
            shown = action.dest.upper()
        if isinstance(shown, str):
            action.metavar = _PLACE.sub(lambda found: say(PLACES[found[0]]), shown)


class Speaker:
    """Says texts in one language; given to every command to make its options with."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, text: Text) -> str:
        return text.of(self.lang)

    def add_lang(self, parser: argparse.ArgumentParser, text: Text) -> None:
        """The option `--lang`, whose default is the language of the environment."""
        choices = sorted(LANGUAGES, reverse=True) + ([PSEUDO] if self.lang == PSEUDO else [])
        parser.add_argument("--lang", choices=choices, default=self.lang, help=self(text))


def speaker(arguments: Sequence[str]) -> Speaker:
    """Speaks what `--lang` asks for, wherever it stands, else what the environment prefers; argparse does so, too."""
    lang = preferred_language()
    for at, word in enumerate(arguments):
        given = arguments[at + 1] if word == "--lang" and at + 1 < len(arguments) else word.removeprefix("--lang=")
        if given != word and given in (*LANGUAGES, PSEUDO):
            lang = given
    said = {message.sentence: message.of(lang) for message in _OF_ARGPARSE}
    argparse._ = lambda sentence: said.get(sentence, sentence)  # type: ignore[attr-defined]
    return Speaker(lang)


class Parser(argparse.ArgumentParser):
    """Ends with the exit code for bad input, not with argparse's 2, which means inconclusive here.

    `late` adds options that only the registry knows, when the command was chosen: no other command pays for them.
    """

    late: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        late, self.late = self.late, None
        if late is not None:
            late(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def program(name: str, about: Text, arguments: Sequence[str] | None, epilog: Text = NO_TEXT) -> tuple[Parser, Speaker]:
    """The parser of `python -m NAME`, with `--lang` in it, and who speaks the language that is asked for.

    Whoever has added all options calls `say_places`.
    """
    say = speaker(sys.argv[1:] if arguments is None else arguments)
    parser = Parser(
        prog=f"python -m {name}",
        description=say(about),
        epilog=say(epilog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    say.add_lang(parser, LANG)
    return parser, say
