"""A walk through the registry that names what a catalogue has left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from simulator.contracts.catalogue import (
    API,
    Catalogue,
    ComponentType,
    LinkType,
    Mode,
    State,
    SubSystem,
    TradeType,
    normal,
)
from simulator.contracts.codes import event_codes, name_codes, tasks
from simulator.contracts.component import Domain
from simulator.contracts.failure import Confidence, FailureRate, out_for
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.foreign import faults_of
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import QuantityName
from simulator.contracts.registry import DOMAINS, Registry, named, registry
from simulator.contracts.repair import Trade
from simulator.contracts.sources import source_text
from simulator.contracts.words import LANGUAGES, NO_TEXT, Text, Verbatim
from simulator.coupling import Runtime
from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED, FIRMWARE_UPDATE
from simulator.kernel import Clock
from stadtwerk.library import load_named_city
from stadtwerk.runs.wiring import close_all, start_domains

AT_THE_GATEWAYS = {FIRMWARE_UPDATE.name, CERTIFICATE_EXPIRED.name}
"""Faults that the way of the readings acts on, once gateways and brokers stand beside the town."""


def texts(found: Registry) -> Iterator[tuple[str, Text]]:
    """Everything that has a name for people."""
    for kind in found.types.values():
        yield f"type {kind.name}", kind.title
        yield from ((f"mode {mode.name} of {kind.name}", mode.title) for mode in kind.ladder)
    yield from ((f"fault {name}", point.title) for name, point in found.faults.items())
    yield from ((f"link {name}", link.title) for name, link in found.links.items())
    yield from ((f"trade {name}", trade.title) for name, trade in found.trades.items())
    yield from ((f"sub-system {name}", one.title) for name, one in found.subsystems.items())
    yield from ((f"quantity {name}", one.title) for name, one in found.quantities.items())
    for kind in found.types.values():
        yield from _titled(kind.name, kind.parameters)
    for name, point in (*found.faults.items(), *((point.name, point) for point in found.report_faults)):
        yield from _titled(name, point.parameters)
    yield from ((f"parameter {one.crews.name} of a depot", one.crews.title or NO_TEXT) for one in found.trades.values())
    for name, measure in found.measures.items():
        yield from ((f"measure {name}", one) for one in (measure.title, measure.service, measure.of(Verbatim("1"))))


def _titled(of: str, parameters: Iterable[Parameter]) -> Iterator[tuple[str, Text]]:
    return ((f"parameter {one.name} of {of}", one.title or NO_TEXT) for one in parameters)


def missing(found: Registry, handled: Collection[str], started: Collection[str]) -> list[str]:
    """What is incomplete, in words. Only of sub-systems that were started is it known which faults they handle."""
    said = [f"{what} has no title in {lang}" for what, one in texts(found) for lang in LANGUAGES if not one.of(lang)]
    for kind in found.types.values():
        said += [f"mode {m.name} of {kind.name} has no class" for m in kind.ladder if not isinstance(m.state, State)]
        if kind.ladder and kind.ladder[0].state is not State.NORMAL:
            said.append(f"the best mode of {kind.name} is not its normal one")
        said += [f"{kind.name} falls back on {one}, no mode of its own" for one in kind.ways if kind.mode(one) is None]
        said += [f"{kind.name} gives {link}, which nobody declares" for link in kind.gives if link not in found.links]
        if kind.domain not in found.subsystems:
            said.append(f"{kind.name} belongs to {kind.domain}, which nobody declares")
        if kind.trade is not None and kind.trade not in found.trades:
            said.append(f"{kind.name} is repaired by {kind.trade}, a trade that nobody declares")
        said += [f"parameter {p.name} of {kind.name} has no source" for p in kind.parameters if not _sourced(p)]
        said += [f"{kind.name} {what}" for what, lacks in _shown_and_worn(kind, found) if lacks]
        for point in kind.faults:
            if kind.domain in started and not point.disables and point.name not in handled:
                said.append(f"nobody handles the fault {point.name} of {kind.name}")
    for one in (*found.fragilities.values(), *found.rates.values()):
        said += [f"{one.id} is said of {name}, which nobody declares" for name in one.kinds if name not in found.types]
        kinds = [found.types[name] for name in one.kinds if name in found.types]
        lacking = [kind.name for kind in kinds if kind.fault(one.fault) is None]
        said += [f"{one.id} means the fault {one.fault}, which {name} has not" for name in lacking]
        said += [f"{one.id} has no source" for source in (one.source, one.outage.source) if not source_text(source).en]
    for link in found.links.values():
        said += [f"{link.name} links need {what}" for what, lacks in _needs(link, found) if lacks]
    for name, one in found.quantities.items():
        if not one.unit:
            said.append(f"quantity {name} has no unit")
        strange = set(one.of) - found.types.keys() - {"any", "district"}
        said += [f"quantity {name} is said to exist at {what}, which nobody declares" for what in sorted(strange)]
    said += [f"quantity {name} exists nowhere" for name, one in found.quantities.items() if not one.of]
    return said


def _shown_and_worn(kind: ComponentType, found: Registry) -> Iterator[tuple[str, bool]]:
    """What a type lacks on the map, and of what is known of its failing; or says that it lacks, and does not."""
    nowhere = kind.many or kind.network_part or kind.clustered or kind.inside
    yield "has no glyph", not kind.glyph and not nowhere
    breaks = any(point.disables or point.cuts_off for point in kind.faults)
    for what, classes, why in (
        ("fragility curve", found.fragilities.values(), kind.no_curve),
        ("failure rate", found.rates.values(), kind.no_rate),
    ):
        known = any(kind.name in one.kinds for one in classes)
        yield f"has no {what}, and does not say why", breaks and not known and not why
        yield f"says why it has no {what}, and has one", known and bool(why)


def _sourced(parameter: Parameter) -> bool:
    return bool(source_text(parameter.source).en) or parameter.default is None


def _needs(link: LinkType, found: Registry) -> Iterator[tuple[str, bool]]:
    yield "a fault that severs them", not any(point.severs for point in link.faults)
    yield "a sub-system that carries them", link.carrier not in found.subsystems
    yield "a trade that repairs them", link.trade not in found.trades
    yield f"{link.needs_path} links", link.needs_path is not None and link.needs_path not in found.links
    giving = any(link.name in kind.gives or link.name in kind.forwards for kind in found.types.values())
    yield "a type of component that they start at", not giving


def test_every_field_of_a_record_holds_what_it_is_declared_with() -> None:
    """What is asked of plug-ins is true of ours."""
    assert [fault for one in registry().catalogues.values() for fault in faults_of(one)] == []


def test_nothing_is_missing() -> None:
    city = load_named_city("demo")
    runtime = Runtime.build(city, Clock(datetime(2026, 5, 12, 6), 0.0, 60.0), 1)
    running = start_domains(runtime)
    try:
        handled = runtime.faults.handled | registry().faults_of_data | AT_THE_GATEWAYS
    finally:
        close_all(running)
    left_out = missing(registry(), handled, {component.domain for component in city.components.values()})
    assert not left_out, "\n".join(left_out)


def test_every_event_code_and_task_has_words() -> None:
    for name, code in event_codes().items():
        assert all(code.sentence.of(lang) for lang in LANGUAGES), name
    for name, task in tasks().items():
        assert all(task.title.of(lang) for lang in LANGUAGES), name


def test_the_names_that_a_city_gives_have_words_and_its_titles_both_languages() -> None:
    for name, code in name_codes().items():
        assert all(code.words.of(lang) for lang in LANGUAGES), name
    city = load_named_city("demo")
    assert city.title_en and city.title_de and city.title_en != city.title_de
    given = {component.given[0] for component in city.components.values() if component.given}
    assert given and given <= name_codes().keys()


def test_every_machine_that_is_named_exists() -> None:
    for kind in registry().types.values():
        if kind.process:
            assert callable(named(kind.process)), kind.name
    for start in registry().starts:
        assert callable(named(start.run)), start.run


def rate(name: str, kind: str, fault: str) -> FailureRate:
    return FailureRate(
        id=name,
        kinds=(kind,),
        rate=0.1,
        fault=fault,
        source="x",
        confidence=Confidence.ASSUMPTION,
        mean_age_years=1,
        growth=0.0,
        support_years=1,
        outage=out_for(1),
    )


def test_the_walk_names_what_is_left_out() -> None:
    found, leak = Registry(), FaultPoint("leak", Verbatim("leak"), cuts_off=True)
    gas, pipe = Domain("gas"), LinkKind("gas")
    found.register(
        DOMAINS,
        Catalogue(
            "gas",
            API,
            subsystems=(SubSystem(gas, Verbatim("gas")),),
            types=(
                ComponentType("holder", gas, NO_TEXT, (leak,), gives=(pipe,)),
                ComponentType("flare", gas, Verbatim("flare"), ladder=(Mode("lit", State.FAILED, Verbatim("lit")),)),
                ComponentType("meter", Domain("heat"), Verbatim("meter"), ladder=(normal("on", Verbatim("on")),)),
            ),
            links=(LinkType(pipe, gas, Verbatim("gas"), Trade("fitter")),),
            trades=(TradeType(Trade("any"), Verbatim("any"), Parameter("crews", "", 1.0, "x"), any_work=True),),
            quantities=(QuantityName("flow", "", ("pipeline",), Verbatim("flow")),),
            rates=(rate("gas-meter", "meter", "jammed"), rate("valve", "valve", "stuck")),
        ),
    )
    assert missing(found, (), {gas}) == [
        "type holder has no title in de",
        "type holder has no title in en",
        "parameter crews of a depot has no title in de",
        "parameter crews of a depot has no title in en",
        "holder has no glyph",
        "holder has no fragility curve, and does not say why",
        "holder has no failure rate, and does not say why",
        "nobody handles the fault leak of holder",
        "the best mode of flare is not its normal one",
        "flare has no glyph",
        "meter belongs to heat, which nobody declares",
        "meter has no glyph",
        "gas-meter means the fault jammed, which meter has not",
        "valve is said of valve, which nobody declares",
        "gas links need a fault that severs them",
        "gas links need a trade that repairs them",
        "quantity flow has no unit",
        "quantity flow is said to exist at pipeline, which nobody declares",
    ]
