"""`stadtwerk list`."""

from __future__ import annotations

import argparse

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

TOPICS = (
    "scenarios",
    "suites",
    "campaigns",
    "cities",
    "kinds",
    "faults",
    "levels",
    "quantities",
    "norms",
    "rates",
    "fragilities",
    "clauses",
    "plugins",
)

EPILOG = _(
    """\
examples:
  stadtwerk list scenarios            what ships, with the question each one asks
  stadtwerk list faults               what can break, on which kind of component, with parameters
  stadtwerk list levels               the measures a service level can be stated in
  stadtwerk list levels --city mycity  the service levels required in a city
  stadtwerk list rates                how often what fails in a year, by age, with source and confidence
  stadtwerk list fragilities          at which water, gust or heat what fails, with source and confidence
  stadtwerk list plugins              what is registered, ours and that of others, and what was left out and why
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("topic", choices=TOPICS, help=say(_("what to list")))
    parser.add_argument("--city", help=say(_("with levels: those of this city")))
    say.add_lang(parser, _("language of the table"))


def execute(options: argparse.Namespace) -> int:
    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.cli.listings import listing
    from stadtwerk.terminal import Terminal

    if options.city is not None and options.topic != "levels":
        what = _("{topic} are not those of a city", topic=options.topic)
        raise BadInput([Problem("command line", 0, "--city", what, _("leave it out, or use: list levels"))])
    title, columns, rows = listing(options.topic, options.city, options.lang)
    Terminal(options.lang).table(title, columns, rows)
    return 0
