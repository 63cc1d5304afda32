"""What exists: tables of scenarios, cities, kinds, faults, levels, norms and clauses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.contracts.codes import owner_words
from simulator.contracts.component import Value
from simulator.contracts.fault import FaultPoint
from simulator.contracts.registry import registry
from simulator.contracts.sources import Source, source_text
from simulator.contracts.words import Text, Verbatim, Words, number

_ = Words("stadtwerk")
_c = _.context


Listing = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, column heads, rows."""


WORDS = {
    word.sentence: word
    for word in (
        _c("list", "scenarios that ship"),
        _c("list", "suites that ship"),
        _c("list", "campaigns that ship"),
        _c("list", "cases"),
        _c("list", "measures"),
        _c("list", "scenarios"),
        _c("list", "cities with a name (any other: give its folder)"),
        _c("list", "kinds of component"),
        _c("list", "faults"),
        _c("list", "measures of service levels"),
        _c("list", "quantities, for sensors and evidence (component.quantity)"),
        _c("list", "norms"),
        _c("list", "failure rates"),
        _c("list", "fragility curves"),
        _c("list", "class"),
        _c("list", "failures"),
        _c("list", "ageing"),
        _c("list", "outage"),
        _c("list", "hazard"),
        _c("list", "fails"),
        _c("list", "clauses of the Smart City Charter"),
        _c("list", "name"),
        _c("list", "title"),
        _c("list", "question"),
        _c("list", "charter"),
        _c("list", "made from"),
        _c("list", "kind"),
        _c("list", "domain"),
        _c("list", "what it is"),
        _c("list", "parameters"),
        _c("list", "modes, best first"),
        _c("list", "fault"),
        _c("list", "befalls"),
        _c("list", "what happens"),
        _c("list", "measure"),
        _c("list", "what it says"),
        _c("list", "unit"),
        _c("list", "subject"),
        _c("list", "source"),
        _c("list", "of"),
        _c("list", "level"),
        _c("list", "minimum"),
        _c("list", "people"),
        _c("list", "owner"),
        _c("list", "basis"),
        _c("list", "id"),
        _c("list", "plug-ins"),
        _c("list", "registered as"),
        _c("list", "from"),
        _c("list", "version"),
        _c("list", "state"),
        _c("list", "what it asks"),
        _c("list", "value"),
        _c("list", "confidence"),
    )
}
"""Titles and heads. What is to be typed into a scenario (names, kinds, modes, units) is the same in every language."""


def listing(topic: str, city: str | None, lang: str) -> Listing:
    """The table of one topic. Raises `BadInput` for a city that cannot be loaded."""
    title, heads, rows = _levels_of(city, lang) if topic == "levels" and city is not None else _of(topic, lang)
    return WORDS.get(title, Verbatim(title)).of(lang), [WORDS[head].of(lang) for head in heads], rows


def _of(topic: str, lang: str) -> Listing:
    topics: dict[str, Callable[[], Listing]] = {
        "scenarios": lambda: _scenarios(lang),
        "suites": lambda: _suites(lang),
        "campaigns": lambda: _campaigns(lang),
        "cities": lambda: _cities(lang),
        "kinds": lambda: _kinds(lang),
        "faults": lambda: _faults(lang),
        "levels": lambda: _measures(lang),
        "quantities": lambda: _quantities(lang),
        "norms": lambda: _norms(lang),
        "rates": lambda: _rates(lang),
        "fragilities": lambda: _fragilities(lang),
        "clauses": lambda: _clauses(lang),
        "plugins": lambda: _plugins(lang),
    }
    return topics[topic]()


def _scenarios(lang: str) -> Listing:
    from resilience.scenario.loader import load_scenario
    from stadtwerk.library import find_scenario, scenario_names

    rows = []
    for name in scenario_names():
        scenario = load_scenario(find_scenario(name))
        rows.append((name, scenario.title.of(lang), scenario.question.of(lang), ", ".join(scenario.charter)))
    return "scenarios that ship", ("name", "title", "question", "charter"), rows


def _campaigns(lang: str) -> Listing:
    from resilience.study.campaign.model import load_campaign
    from simulator.contracts.document import load_document
    from stadtwerk.library import campaign_names, find_campaign

    rows = []
    for name in campaign_names():
        campaign = load_campaign(load_document(find_campaign(name)))
        tried = ", ".join(measure.title.of(lang) for measure in campaign.measures)
        rows.append((name, campaign.question.of(lang), str(campaign.runs), tried))
    return "campaigns that ship", ("name", "question", "cases", "measures"), rows


def _suites(lang: str) -> Listing:
    from stadtwerk.library import load_named_suite, suite_names

    suites = [load_named_suite(name) for name in suite_names()]
    rows = [(suite.id, suite.title.of(lang), ", ".join(path.stem for path in suite.scenarios)) for suite in suites]
    return "suites that ship", ("name", "title", "scenarios"), rows


def _cities(lang: str) -> Listing:
    from stadtwerk.library import DEMO

    made = _("water: WNTR's ky10; grid: pandapower's mv_oberrhein; roads, ICT and lifelines laid over by rules")
    rows = [(DEMO, made.of(lang))]
    return "cities with a name (any other: give its folder)", ("name", "made from"), rows


def _kinds(lang: str) -> Listing:
    rows = []
    for kind in registry().types.values():
        takes = "\n".join(
            f"{p.name}{f' [{p.unit}]' if p.unit else ''}"
            + (_(" (must be given)").of(lang) if p.default is None else f" = {p.default}")
            for p in kind.parameters
        )
        title = (kind.about or kind.title).of(lang)
        rows.append((kind.name, kind.domain.value, title, takes, " → ".join(kind.modes)))
    return "kinds of component", ("kind", "domain", "what it is", "parameters", "modes, best first"), rows


def _faults(lang: str) -> Listing:
    where: dict[str, list[str]] = {}
    points: dict[str, FaultPoint] = {}
    for kind in registry().types.values():
        for point in kind.faults:
            points[point.name] = point
            where.setdefault(point.name, []).append(kind.name)
    for link_kind, faults in ((name, link.faults) for name, link in registry().links.items()):
        for point in faults:
            points[point.name] = point
            where.setdefault(point.name, []).append(_("links: {kind}", kind=link_kind).of(lang))
    for point in registry().sensor_faults:
        points[point.name] = point
        where[point.name] = [_("sensors of any kind").of(lang)]
    rows = []
    for name, point in points.items():
        takes = "\n".join(
            f"{p.name}{f' [{p.unit}]' if p.unit else ''}"
            + (_(" (must be given)").of(lang) if p.default is None else f" = {_from(p.default, p.source, lang)}")
            for p in point.parameters
        )
        title = (point.about or point.title).of(lang)
        rows.append((name, ", ".join(where[name]), title, takes))
    return "faults", ("fault", "befalls", "what happens", "parameters"), rows


def _measures(lang: str) -> Listing:
    from simulator.contracts.registry import registry

    rows = [
        (
            m.name,
            m.domain.value,
            m.title.of(lang),
            m.unit,
            m.subject.replace("|", ", "),
            source_text(m.source).of(lang),
        )
        for m in registry().measures.values()
    ]
    return "measures of service levels", ("measure", "domain", "what it says", "unit", "subject", "source"), rows


def _quantities(lang: str) -> Listing:
    from simulator.contracts.registry import registry

    rows = [(q.name, q.unit, ", ".join(q.of), q.title.of(lang)) for q in registry().quantities.values()]
    return "quantities, for sensors and evidence (component.quantity)", ("name", "unit", "of", "what it is"), rows


def _plugins(lang: str) -> Listing:
    found = registry()
    rows = [
        (
            one.name,
            one.group.removeprefix("stadtwerk."),
            one.origin,
            "stadtwerk" if one.ours else one.version,
            (_("left out: {reason}", reason=str(one.error)) if one.error else _("takes part")).of(lang),
        )
        for one in sorted(found.plugins, key=lambda one: (one.group, one.name, one.origin))
    ]
    return "plug-ins", ("name", "registered as", "from", "version", "state"), rows


def _levels_of(name: str, lang: str) -> Listing:
    from resilience.judge.limits import basis_of
    from stadtwerk.library import load_named_city

    city = load_named_city(name)
    rows = [
        (
            lv.id,
            lv.measure,
            lv.subject,
            number(lv.minimum, 6).of(lang),
            number(lv.people).of(lang),
            owner_words(lv.owner).of(lang),
            basis_of(lv).of(lang),
        )
        for lv in city.levels.values()
    ]
    heads = ("level", "measure", "subject", "minimum", "people", "owner", "basis")
    return _("service levels required in {city}", city=city.name).of(lang), heads, rows


def _norms(lang: str) -> Listing:
    from resilience.scenario.norms import norms
    from resilience.words.terms import term

    rows = [
        (n.id, n.title.of(lang), n.shown.of(lang), n.source.of(lang), term(n.confidence.value, lang))
        for n in norms().values()
    ]
    return "norms", ("id", "what it asks", "value", "source", "confidence"), rows


def _rates(lang: str) -> Listing:
    from resilience.words.terms import term
    from simulator.contracts.registry import registry

    rows = [
        (
            f"{rate.id}\n({', '.join(rate.kinds)}{_where(rate.where)})",
            rate.fault,
            rate.shown.of(lang),
            source_text(rate.source).of(lang),
            term(rate.confidence.value, lang),
            _from(rate.ageing_shown, rate.ageing, lang),
            _from(rate.outage.shown, rate.outage.source, lang),
        )
        for rate in registry().rates.values()
    ]
    return "failure rates", ("class", "fault", "failures", "source", "confidence", "ageing", "outage"), rows


def _fragilities(lang: str) -> Listing:
    from resilience.scenario.words import HAZARD_NAMES
    from resilience.words.terms import term

    rows = [
        (
            HAZARD_NAMES[curve.hazard.value].of(lang),
            f"{', '.join(curve.kinds)}{_where(curve.where)}",
            curve.fault,
            curve.shown.of(lang),
            source_text(curve.source).of(lang),
            term(curve.confidence.value, lang),
            _from(curve.outage.shown, curve.outage.source, lang),
        )
        for curve in registry().fragilities.values()
    ]
    return "fragility curves", ("hazard", "class", "fault", "fails", "source", "confidence", "outage"), rows


def _from(shown: Value | Text, source: Source, lang: str) -> str:
    """A number with where it comes from."""
    return f"{shown.of(lang) if isinstance(shown, Text) else shown} ({source_text(source).of(lang)})"


def _where(parameters: Mapping[str, Value]) -> str:
    return "".join(f", {name}: {str(value).lower()}" for name, value in parameters.items())


def _clauses(lang: str) -> Listing:
    from resilience.scenario.clauses import clauses

    rows = [(name, title.of(lang)) for name, title in clauses().items()]
    return "clauses of the Smart City Charter", ("id", "what it asks"), rows
