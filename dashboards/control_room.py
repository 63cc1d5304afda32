"""The control room: what alarms stand, how many come, what is on its way, and what the room believes."""

from __future__ import annotations

from dashboards import palette
from dashboards.influxql import course, field, held, newest, scope, where_of
from dashboards.page import Page
from dashboards.panels import Column, Kit, PanelOf, Put, bad_from, plain
from simulator.contracts.measurements import ALARM, ALARM_RATE, COMMAND, PICTURE, Measurement
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

FLOOD = 10
"""More alarms in ten minutes are a flood, in which nobody can tell what matters (EEMUA 191)."""
BEARABLE = 1
"""So many in ten minutes can be dealt with (EEMUA 191)."""


def control_room(lang: str) -> str:
    """The dashboard as JSON."""
    page = Page(
        "control-room",
        lang,
        _("What the control room knows, what it does about it, and, in a simulation, how far it is from the truth."),
    )
    page.variables()
    page.notes(fallbacks=False)
    kit = page.kit
    page.put(*_figures(kit))
    page.put(Put("standing", _standing(kit), 24, 10))
    page.put(Put("rate", _rate(kit), 12, 9), Put("by-priority", _by_priority(kit), 12, 9))
    page.put(Put("on-its-way", _on_its_way(kit), 24, 9))
    page.put(Put("believed", _picture(kit, "believed"), 12, 9), Put("truth", _picture(kit, "truth"), 12, 9))
    page.put(Put("answered", _answered(kit), 24, 9))
    return page.json()


def _figures(kit: Kit) -> tuple[Put, ...]:
    def one(key: str, title: Text, said: Text, name: str, bad: float | None) -> Put:
        limits = plain() if bad is None else bad_from(bad)
        return Put(key, kit.stat(title, said, newest(ALARM_RATE, name, name), "locale", limits), 6, 4)

    return (
        one(
            "raised",
            _("Alarms in 10 min"),
            _("Raised in the last ten minutes: one can be dealt with, more than ten are a flood (EEMUA 191)."),
            "raised",
            BEARABLE + 1,
        ),
        one(
            "first",
            _("Priority 1"),
            _("Alarms that stand: water that runs away, a supply beyond its norm."),
            "first",
            1,
        ),
        one("second", _("Priority 2"), _("Alarms that stand: citizens call, or a gateway is silent."), "second", None),
        one("third", _("Priority 3"), _("Alarms that stand: a reading that is not believed."), "third", None),
    )


def _now(of: Measurement, name: str, more: tuple[str, ...], lang: str, *by: str) -> str:
    """Rows of which the newest says that it is so."""
    columns = [*((one, one) for one in more), *((f"{one}_{held(lang)}", one) for one in by[1:])]
    inner = newest(of, name, name, columns, by=("seat", by[0]))
    said = ", ".join(f'"{one}"' for _, one in columns)
    return f'SELECT {said} FROM ({inner}) WHERE "{name}" = 1 GROUP BY "seat", "{by[0]}"'


def _standing(kit: Kit) -> PanelOf:
    taken = palette.yes_no(kit.lang, _("acknowledged"), _("new"), bad=False)
    return kit.table(
        _("Alarms that stand"),
        _("By priority, and by age. Somebody has taken note of what is acknowledged."),
        _now(ALARM, "active", ("priority", "age_s", "acknowledged", "score"), kit.lang, "alarm", "text", "seat"),
        [
            Column("priority", _("Priority"), width=80),
            Column("age_s", _("age"), "s", decimals=0, width=90),
            Column("acknowledged", _("State"), mappings=taken, coloured=True, width=120),
            Column("text", _("What"), wrap=True),
            Column("score", _("times the limit"), decimals=1, width=130),
        ],
        sort=("priority", False),
    )


def _rate(kit: Kit) -> PanelOf:
    return kit.lines(
        _("Alarms in ten minutes"),
        _("Raised in the last ten minutes; from the dashed line on it is a flood (EEMUA 191)."),
        [(course(ALARM_RATE, "MAX", "raised", "raised"), "raised")],
        "short",
        names={"raised": _("alarms in ten minutes")},
        limit=FLOOD,
    )


def _by_priority(kit: Kit) -> PanelOf:
    names: dict[str, Text] = {"first": _("Priority 1"), "second": _("Priority 2"), "third": _("Priority 3")}
    return kit.lines(
        _("Alarms that stand, over time"),
        _("How many alarms stand, by priority."),
        [(course(ALARM_RATE, "MAX", name, name), name) for name in names],
        "short",
        names=names,
    )


def _on_its_way(kit: Kit) -> PanelOf:
    return kit.table(
        _("On its way"),
        _("Orders to devices and crews that nobody has answered yet, and why they were given."),
        _now(COMMAND, "on_its_way", ("since_ms",), kit.lang, "target", "label", "text"),
        [
            Column("since_ms", _("since"), "dateTimeAsIso", width=170),
            Column("label", _("To"), width=240),
            Column("text", _("Why"), wrap=True),
        ],
        sort=("since_ms", False),
    )


def _answered(kit: Kit) -> PanelOf:
    lang = held(kit.lang)
    names = [("label", f"label_{lang}"), ("text", f"text_{lang}"), ("answer", f"answer_{lang}")]
    said = ", ".join(f'{field(COMMAND, name)} AS "{shown}"' for shown, name in names)
    rows = where_of([*scope(COMMAND), f"{field(COMMAND, 'on_its_way')} = 0"])
    return kit.table(
        _("What came of it"),
        _("Orders that were answered, newest first: what was decided and why, and what the device or crew said."),
        f'SELECT {said} FROM "{COMMAND.name}" WHERE {rows} ORDER BY time DESC LIMIT 200',
        [
            Column("Time", _("Time"), "dateTimeAsIso", width=170),
            Column("label", _("To"), width=240),
            Column("text", _("Why"), wrap=True),
            Column("answer", _("Answer"), wrap=True),
        ],
    )


def _picture(kit: Kit, name: str) -> PanelOf:
    title, said = {
        "believed": (
            _("What the room goes by"),
            _("The level of each tank as the control room takes it to be: measured, estimated, or read on site."),
        ),
        "truth": (_("How it really is"), _("The same levels in truth, which only a simulation knows.")),
    }[name]
    query = course(PICTURE, "MEAN", name, name, by=("component", f"label_{held(kit.lang)}"))
    return kit.lines(title, said, [(query, f"$tag_label_{held(kit.lang)}")], "lengthm")
