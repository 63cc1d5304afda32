"""The control room: what alarms stand, how many come, what is on its way, and what the room believes."""

from __future__ import annotations

from dashboards import palette
from dashboards.influxql import course, field, held, newest, scope, tag, where_of
from dashboards.page import Page
from dashboards.panels import LONG, Column, Kit, PanelOf, Put, bad_from, over, plain
from dashboards.shared import MINUTE, STATE
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
    # The first screen, 1,600 x 900: how many alarms come, which stand, what is on its way.
    page.put(*_figures(kit))
    page.put(Put("alarms", _alarms(kit), 24, 9))
    page.put(Put("on-its-way", _on_its_way(kit), 24, 6))
    page.put(Put("rate", _rate(kit), 12, 9), Put("by-priority", _by_priority(kit), 12, 9))
    page.put(*(Put(name, _picture(kit, name), 8, 12) for name in ("believed", "truth", "apart")))
    page.put(Put("answered", _answered(kit), 24, 9))
    return page.json()


def _figures(kit: Kit) -> tuple[Put, ...]:
    def one(key: str, title: Text, said: Text, name: str, bad: float | None, wide: int = 4) -> Put:
        limits = plain() if bad is None else bad_from(bad)
        return Put(key, kit.stat(title, said, newest(ALARM_RATE, name, name), "locale", limits, over(kit)), wide, 4)

    return (
        one(
            "raised",
            _("Alarms in 10 min"),
            _("Raised in the last ten minutes: one can be dealt with, more than ten are a flood (EEMUA 191)."),
            "raised",
            BEARABLE + 1,
            5,
        ),
        Put("most", _most(kit), 7, 4),
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


def _most(kit: Kit) -> PanelOf:
    where = where_of([*scope(ALARM_RATE), _told("raised")])
    return kit.stats(
        _("Most alarms in 10 min"),
        _("The most that were raised within ten minutes in the time shown, and when: more than ten are a flood."),
        f'SELECT MAX({field(ALARM_RATE, "raised")}) AS "raised" FROM "{ALARM_RATE.name}" WHERE {where}',
        [Column("raised", _("alarms"), "locale"), Column("Time", _("at"), MINUTE)],
        bad_from(FLOOD + 1),
        size=18,
    )


LIFE: dict[int, tuple[Text, str]] = {
    2: (_("new"), palette.VERMILION),
    1: (_("acknowledged"), palette.GREEN),
    0: (_("over"), palette.GREY),
}
"""What has become of an alarm."""


def _alarms(kit: Kit) -> PanelOf:
    names = ("priority", "acknowledged", "since_ms", "age_s")
    text = f"text_{held(kit.lang)}"
    columns = [*((name, name) for name in names), (text, "text")]
    inner = newest(ALARM, "active", "active", columns, by=("seat", "alarm"))
    # Those that stand before those that are over, then by priority, then the oldest.
    rank = '"priority" + 10 * (1 - "active") - "age_s" / 100000000'
    said = f'"active" * (2 - "acknowledged") AS "life", {rank} AS "rank", "priority", "since_ms", "age_s"'
    return kit.table(
        _("Alarms"),
        _(
            "Those that stand by priority and age, then those that are over. Somebody has taken note of what is "
            "acknowledged."
        ),
        f'SELECT {said}, "text" FROM ({inner}) GROUP BY {tag(ALARM, "seat")}, {tag(ALARM, "alarm")}',
        [
            Column("life", STATE, mappings=palette.of_codes(LIFE, kit.lang), coloured=True, width=120),
            Column("priority", _("Priority"), width=90),
            Column("since_ms", _("since"), MINUTE, width=140),
            Column("age_s", _("for"), LONG, width=120),
            Column("text", _("What"), wrap=True),
        ],
        sort=("rank", False),
        most=300,
        no_value=_("no alarm in the time shown"),
    )


def _told(name: str) -> str:
    """A moment of the run: once it is over there is none."""
    return f"{field(ALARM_RATE, name)} >= 0"


def _rate(kit: Kit) -> PanelOf:
    return kit.lines(
        _("Alarms in ten minutes"),
        _("Raised in the last ten minutes; from the dashed line on it is a flood (EEMUA 191)."),
        [(course(ALARM_RATE, "MAX", "raised", "raised", [_told("raised")]), "raised")],
        "short",
        names={"raised": _("alarms in ten minutes")},
        limit=FLOOD,
    )


def _by_priority(kit: Kit) -> PanelOf:
    names: dict[str, Text] = {"first": _("Priority 1"), "second": _("Priority 2"), "third": _("Priority 3")}
    return kit.lines(
        _("Alarms that stand, over time"),
        _("How many alarms stand, by priority."),
        [(course(ALARM_RATE, "MAX", name, name, [_told(name)]), name) for name in names],
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
        no_value=_("nothing on its way at the end of the time shown"),
    )


def _answered(kit: Kit) -> PanelOf:
    lang = held(kit.lang)
    names = [("since_ms", "since_ms"), ("label", f"label_{lang}"), ("text", f"text_{lang}")]
    names.append(("answer", f"answer_{lang}"))
    said = ", ".join(f'{field(COMMAND, name)} AS "{shown}"' for shown, name in names)
    rows = where_of([*scope(COMMAND), f"{field(COMMAND, 'on_its_way')} = 0"])
    return kit.table(
        _("What came of it"),
        _("Orders that were answered, newest first: what was decided and why, and what the device or crew said."),
        f'SELECT {said} FROM "{COMMAND.name}" WHERE {rows} ORDER BY time DESC LIMIT 200',
        [
            Column("since_ms", _("given"), "dateTimeAsIso", width=170),
            Column("Time", _("answered"), "dateTimeAsIso", width=170),
            Column("label", _("To"), width=200),
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
        "apart": (
            _("How far apart they are"),
            _("What the room takes each level to be, less what it is: above zero it believes too much."),
        ),
    }[name]
    by = ("component", f"label_{held(kit.lang)}")
    if name == "apart":
        query = course(PICTURE, "MEAN", "believed", "apart", by=by, less="truth")
    else:
        query = course(PICTURE, "MEAN", name, name, by=by)
    least = None if name == "apart" else 0
    return kit.lines(title, said, [(query, f"$tag_label_{held(kit.lang)}")], "lengthm", least=least)
