"""`stadtwerk check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Text, Words, number

_ = Words("stadtwerk")
_n = _.plural

EPILOG = _(
    """\
examples:
  stadtwerk check my.yaml             a scenario, against the city it names
  stadtwerk check my.yaml --city c    a scenario, against another city
  stadtwerk check mycity/             a city folder
  stadtwerk check campaign.yaml       a campaign: every case that it draws, and every measure

Of a scenario it shows the components and links that each selector hits (what is drawn, under its first seed).
Every problem is one line: file:line: field: what is wrong; how to fix it. The exit code is 64 if there is any.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=say(_("scenarios, suites, campaigns and cities, each by name, file or folder")),
    )
    parser.add_argument("--city", help=say(_("check scenarios against this city instead of their own")))
    say.add_lang(parser, _("language of the answer"))


def execute(options: argparse.Namespace) -> int:
    from simulator.city.plausible import odd_about
    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.library import (
        city_names,
        find_campaign,
        find_scenario,
        is_suite,
        load_checked,
        load_named_city,
        load_named_suite,
        selected,
    )
    from stadtwerk.studies.campaigns.plan import is_campaign, plan_campaign

    problems: list[Problem] = []
    for name in options.files:
        hit: tuple[Text, ...] = ()
        try:
            if Path(name).is_dir() or Path(name).name == "city.yaml" or name in city_names():
                city = load_named_city(name)
                said = _("{name}: ok, a city of {people} people and {components} components")
                said = said.filled(people=number(city.people), components=number(len(city.components)))
                hit = tuple(finding.text for finding in odd_about(city))
            elif is_suite(name):
                suite = load_named_suite(name)
                count = len(suite.scenarios)
                said = _n("{name}: ok, a suite of {n} scenario", "{name}: ok, a suite of {n} scenarios", count)
            elif is_campaign(name):
                plan = plan_campaign(find_campaign(name))
                said = _("{name}: ok, a campaign: {cases} cases, {runs} runs")
                said = said.filled(cases=number(plan.campaign.runs), runs=number(len(plan.runs)))
            else:
                _document, scenario, city = load_checked(find_scenario(name), options.city)
                n = len(scenario.timeline)
                said = _n("{name}: ok, a scenario with {n} fault", "{name}: ok, a scenario with {n} faults", n)
                hit = selected(scenario, city, scenario.run.seeds[0])
            print(said.filled(name=name).of(options.lang))
            for line in hit:
                print(line.of(options.lang))
        except BadInput as bad:
            problems += bad.problems
    if problems:
        print(BadInput(problems).told(options.lang), file=sys.stderr)
    return 64 if problems else 0
