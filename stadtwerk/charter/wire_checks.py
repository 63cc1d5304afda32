"""Checks of what goes over the wires: open formats, payloads of every version, and no single household."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from resilience.judge.verdict import Figure, Value
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from simulator.contracts.city import City
from simulator.contracts.words import Text, Words, enumerated, number

_ = Words("stadtwerk")


def check_versions() -> ClauseEvidence:
    """3.3/backward-compatible: every payload ever published is read as it always was."""
    from gateways.wire.versions.registry import published

    payloads = published()
    wrong = []
    for one in payloads:
        try:
            if one.read() != dict(one.meaning):
                wrong.append(one.name)
        except ValueError as error:
            wrong.append(f"{one.name} ({error})")
    versions = sorted({one.version for one in payloads})
    reason = _(
        "All {count} published messages of the versions {versions} are read as they always were.",
        count=len(payloads),
        versions=", ".join(versions),
    )
    if wrong:
        reason = _("Read otherwise: {wrong}.", wrong=", ".join(wrong))
    title = _("Messages of all versions")
    figures = (Figure("messages", float(len(payloads)), "1"),)
    value = Value.FAIL if wrong else Value.PASS
    return ClauseEvidence("3.3/backward-compatible", "payloads", title, value, reason, figures)


def check_interfaces(city: City, runs: Sequence[CharterRun]) -> ClauseEvidence:
    """3.3/open-interfaces: each format that the city and a run use is read by the reader for it."""
    formats: list[Text] = []
    wrong: list[str] = []
    for name, read in _readers(city, Path(runs[0].folder)):
        try:
            read()
            formats.append(name)
        except Exception as error:  # whatever a reader stumbles over, this format is not open
            wrong.append(f"{name.en} ({type(error).__name__}: {error})")
    listed = enumerated(formats, len(formats) + 1)
    reason = _("Read: {listed}.", listed=listed)
    if wrong:
        reason = _("Could not be read: {wrong}.", wrong="; ".join(wrong))
    title = _("Open formats")
    figures = (Figure("formats", float(len(formats)), "1"),)
    value = Value.FAIL if wrong else Value.PASS
    return ClauseEvidence("3.3/open-interfaces", "formats", title, value, reason, figures)


def _readers(city: City, folder: Path):  # type: ignore[no-untyped-def]
    """Name and reader of each format: the city's networks, the messages, and what a run leaves."""
    from importlib.util import find_spec
    from xml.etree import ElementTree

    import pyarrow.parquet as pq

    from gateways.schemas import SCHEMAS, document
    from gateways.wire.versions.registry import published

    if city.water_file is not None:
        from simulator.city.water_file import read_water_elements

        yield (
            _("water network as EPANET INP"),
            lambda: read_water_elements(city.water_file),
        )
    if city.power_file is not None:
        from simulator.city.power_file import read_power_file

        yield _("power grid as JSON"), lambda: read_power_file(city.power_file)
    if city.road_files is not None:
        from simulator.city.road_file import read_roads

        yield _("roads as GMNS tables"), lambda: read_roads(city.road_files)
    yield (
        _("readings as SenML (RFC 8428) in JSON and CBOR"),
        lambda: [one.read() for one in published()],
    )
    if find_spec("jsonschema"):  # where it is not installed, this format is not examined, and not told
        from jsonschema import Draft202012Validator

        yield _("messages as JSON Schema"), lambda: [Draft202012Validator.check_schema(one) for one in SCHEMAS.values()]
    yield _("topics as AsyncAPI 3"), lambda: _asyncapi(document())
    yield _("result as JUnit XML"), lambda: ElementTree.parse(folder / "junit.xml")
    yield (
        _("readings and courses as Parquet"),
        lambda: [pq.read_schema(folder / name) for name in ("readings.parquet", "levels.parquet")],
    )


def _asyncapi(document: dict[str, object]) -> None:
    if not str(document["asyncapi"]).startswith("3.") or not document["channels"]:
        raise ValueError("no AsyncAPI 3 document with channels")


def check_privacy(city: City, runs: Sequence[CharterRun]) -> ClauseEvidence:
    """3.2/privacy: in no run's readings is a single private meter, and no sum is over fewer than the declared size."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    title = _("No values of single households")
    private = {cohort.id: cohort for cohort in city.cohorts if cohort.group_size}
    if not private:
        reason = _("The city has no household meters.")
        return ClauseEvidence("3.2/privacy", "households", title, Value.INCONCLUSIVE, reason)
    meters = {component for cohort in private.values() for component in cohort.components}
    told: set[str] = set()
    small: set[str] = set()
    sums = 0
    for run in runs:
        table = pq.read_table(Path(run.folder) / "readings.parquet", columns=["sensor", "value"])
        sensors = [str(name) for name in table["sensor"].unique().to_pylist()]
        told |= {name for name in sensors if name.partition("/")[0] in meters}
        for cohort in private.values():
            rows = table.filter(pc.equal(table["sensor"], f"{cohort.id}/covered"))["value"].to_numpy()
            sums += len(rows)
            if ((rows > 0) & (rows < cohort.group_size)).any():
                small.add(cohort.id)
    figures = (Figure("sums", float(sums), "1"), Figure("meters", float(len(meters)), "1"))
    if told or small:
        some = ", ".join(sorted(told | small)[:5])
        reason = _("Single households can be told: {some}.", some=some)
        return ClauseEvidence("3.2/privacy", "households", title, Value.FAIL, reason, figures)
    if not sums:
        reason = _("No sum arrived in any run.")
        return ClauseEvidence("3.2/privacy", "households", title, Value.INCONCLUSIVE, reason, figures)
    least, count = min(cohort.group_size for cohort in private.values()), number(sums)
    reason = _(
        "{count} household meters in {groups} groups: none of the readings of {runs} runs is that of "
        "a single meter; {sums} sums over at least {least} meters arrived.",
        count=len(meters),
        groups=len(private),
        runs=len(runs),
        sums=count,
        least=least,
    )
    return ClauseEvidence("3.2/privacy", "households", title, Value.PASS, reason, figures)
