"""The language of the command line itself: help, usage, and what argparse says of mistakes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from simulator.contracts.words import LANGUAGES, PSEUDO, Text, Words, preferred_language

_ = Words("stadtwerk")

_OF_ARGPARSE = (
    _("usage: "),
    _("positional arguments"),
    _("options"),
    _("show this help message and exit"),
    _("show program's version number and exit"),
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
