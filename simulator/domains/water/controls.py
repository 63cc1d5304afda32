"""The network's own automation: EPANET's simple controls, rules and speed patterns, and what takes a link off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from epanet import toolkit as tk

from simulator.domains.water.hours import Initial
from simulator.domains.water.model import WaterNetwork


@dataclass(frozen=True, slots=True)
class Setpoint:
    """What a link is commanded to be. `setting` is a pump's relative speed or a valve's setting in file units."""

    open: bool
    setting: float | None = None


@dataclass(frozen=True, slots=True)
class SimpleControl:
    """`LINK x … IF NODE y ABOVE|BELOW level`, `AT TIME t` or `AT CLOCKTIME t`. `link`, `node` are toolkit indices."""

    index: int
    kind: int
    link: int
    setting: float
    node: int
    level: float


@dataclass(frozen=True, slots=True)
class Premise:
    logic: int
    subject: int
    index: int
    variable: int
    relation: int
    status: int
    value: float


@dataclass(frozen=True, slots=True)
class Action:
    """The `position`-th action of a rule's THEN or ELSE part. `status` 0 means that `setting` counts."""

    rule: int
    position: int
    then: bool
    link: int
    status: int
    setting: float


@dataclass(frozen=True, slots=True)
class Rule:
    index: int
    priority: float
    premises: tuple[Premise, ...]
    actions: tuple[Action, ...]


def read_controls(project: Any) -> tuple[SimpleControl, ...]:
    found = []
    for index in range(1, tk.getcount(project, tk.CONTROLCOUNT) + 1):
        kind, link, setting, node, level = tk.getcontrol(project, index)
        found.append(SimpleControl(index, int(kind), int(link), float(setting), int(node), float(level)))
    return tuple(found)


def read_rule(project: Any, index: int) -> Rule:
    premises, thens, elses, priority = tk.getrule(project, index)
    actions = []
    for then, count, read in ((True, thens, tk.getthenaction), (False, elses, tk.getelseaction)):
        for position in range(1, count + 1):
            link, status, setting = read(project, index, position)
            actions.append(Action(index, position, then, int(link), int(status), float(setting)))
    return Rule(
        index,
        float(priority),
        tuple(Premise(*tk.getpremise(project, index, i)) for i in range(1, premises + 1)),
        tuple(actions),
    )


def write_action(project: Any, action: Action) -> None:
    write = tk.setthenaction if action.then else tk.setelseaction
    write(project, action.rule, action.position, action.link, action.status, action.setting)


_MISSING = -1e9
"""EPANET marks "no value" by -1e10."""
_DAY_S = 86400


class Automation:
    """Reads all controls and rules of an open project; locks and follows those of single links (indices from 0)."""

    def __init__(self, project: Any, network: WaterNetwork, clock_start_s: int) -> None:
        self._ph, self._network, self._clock_start_s = project, network, clock_start_s
        self._controls: dict[int, list[SimpleControl]] = {}
        self._rules: dict[int, list[Rule]] = {}
        for control in read_controls(project):
            self._controls.setdefault(control.link - 1, []).append(control)
        for index in range(1, tk.getcount(project, tk.RULECOUNT) + 1):
            rule = read_rule(project, index)
            for link in dict.fromkeys(action.link - 1 for action in rule.actions):
                self._rules.setdefault(link, []).append(rule)
        self._pattern: dict[int, int] = {}
        self._locked: set[int] = set()
        self._seen: dict[int, tuple[float, float]] = {}

    def automatic(self, link: int) -> bool:
        """Whether anything but people ever changes this link."""
        return link in self._controls or link in self._rules

    def acting_on(self, node: int) -> int:
        """How many controls and rules look at the level or pressure of a node."""
        kinds = (tk.LOWLEVEL, tk.HILEVEL)
        simple = sum(c.node == node + 1 and c.kind in kinds for controls in self._controls.values() for c in controls)
        rules = {rule.index: rule for rules in self._rules.values() for rule in rules}.values()
        return simple + sum(any(_looks_at(p, node) for p in rule.premises) for rule in rules)

    def commanded(self, link: int) -> Setpoint:
        """What the link is commanded to be now, which is not always what it does: a pump may be at its shut-off head,
        a pipe at a full tank is shut for the time being."""
        kind = self._network.link_kind[link]
        is_open = bool(tk.getlinkvalue(self._ph, link + 1, tk.STATUS))
        if kind == "pump":
            speed = float(tk.getlinkvalue(self._ph, link + 1, tk.SETTING))
            return Setpoint(speed > 0, speed)
        if kind == "valve" and tk.getlinktype(self._ph, link + 1) != tk.GPV:  # a GPV has a curve and no setting
            setting = float(tk.getlinkvalue(self._ph, link + 1, tk.SETTING))
            return Setpoint(is_open, setting if setting > _MISSING else None)
        if not is_open and not self.automatic(link):
            is_open = bool(tk.getlinkvalue(self._ph, link + 1, tk.INITSTATUS))
        return Setpoint(is_open)

    def lock(self, link: int) -> None:
        """From now on no control, rule or pattern moves the link. Of a rule, only its actions on this link are made
        void: the rule as a whole may move other links too."""
        self._locked.add(link)
        for control in self._controls.get(link, ()):
            tk.setcontrolenabled(self._ph, control.index, tk.FALSE)
        for action in self._actions(link):
            write_action(self._ph, replace(action, status=0, setting=float(tk.MISSING)))
        if self._network.link_kind[link] == "pump":
            pattern = int(tk.getlinkvalue(self._ph, link + 1, tk.LINKPATTERN))
            if pattern:
                self._pattern[link] = pattern
                tk.setlinkvalue(self._ph, link + 1, tk.LINKPATTERN, 0)

    def release(self, link: int) -> None:
        """Controls, rules and pattern act on the link again."""
        self._locked.discard(link)
        for control in self._controls.get(link, ()):
            tk.setcontrolenabled(self._ph, control.index, tk.TRUE)
        for action in self._actions(link):
            write_action(self._ph, action)
        if link in self._pattern:
            tk.setlinkvalue(self._ph, link + 1, tk.LINKPATTERN, self._pattern.pop(link))

    def follow(self, link: int, now: Setpoint, since_s: int, t_s: int) -> Setpoint:
        """What the automation would command at `t_s`, if it commanded `now` at `since_s`."""
        now = self._by_rules(link, since_s, t_s) or now
        for control in self._controls.get(link, ()):
            if self._fires(control, since_s, t_s):
                now = self._asked(link, control.setting)
        return now

    def shift(self, shift_s: int) -> None:
        """Make the file's plan `shift_s` old at time zero: what is written for elapsed times comes earlier, and what
        would have happened by then has happened. To be called before the hydraulics are initialised."""
        past: list[SimpleControl] = []
        for link, controls in self._controls.items():
            for i, control in enumerate(controls):
                if control.kind != tk.TIMER:
                    continue
                if control.level < shift_s:
                    past.append(control)
                    tk.setcontrolenabled(self._ph, control.index, tk.FALSE)
                    continue
                moved = replace(control, level=control.level - shift_s)
                tk.setcontrol(self._ph, moved.index, moved.kind, moved.link, moved.setting, moved.node, moved.level)
                self._controls[link][i] = moved
        for control in sorted(past, key=lambda c: (c.level, c.index)):
            self._controls[control.link - 1].remove(control)
            asked = self._asked(control.link - 1, control.setting)
            if asked.setting is not None:
                tk.setlinkvalue(self._ph, control.link, tk.INITSETTING, asked.setting)
            if asked.setting is None or self._network.link_kind[control.link - 1] == "pump":
                tk.setlinkvalue(self._ph, control.link, tk.INITSTATUS, int(asked.open))
        for index in range(1, tk.getcount(self._ph, tk.RULECOUNT) + 1):
            for position in range(1, tk.getrule(self._ph, index)[0] + 1):
                premise = tk.getpremise(self._ph, index, position)
                if premise[3] == tk.R_TIME:
                    tk.setpremisevalue(self._ph, index, position, premise[6] - shift_s)
        self._rules = {link: [read_rule(self._ph, rule.index) for rule in rules] for link, rules in self._rules.items()}

    def would_act(self, node: int, gain: float, offset_m: float) -> bool:
        """Whether controls would switch anything now if they saw a node with this gain and offset. Of rules nobody
        can say."""
        if any(_looks_at(p, node) for rules in self._rules.values() for rule in rules for p in rule.premises):
            return True
        acting = [
            (link, control)
            for link, controls in self._controls.items()
            for control in controls
            if link not in self._locked and control.node == node + 1 and control.kind in (tk.LOWLEVEL, tk.HILEVEL)
        ]
        moved = self._moved(node, gain, offset_m)
        return any(
            self._fires(replace(control, level=moved(control.level)), 0, 0)
            and self._asked(link, control.setting) != self.commanded(link)
            for link, control in acting
        )

    def begin(self, initial: Initial) -> None:
        """Begin with these tank levels, and pumps and pipes as controls had left them. To be called before the
        hydraulics are initialised; what the network does not have is passed over."""
        ph, network = self._ph, self._network
        for name, level_m in initial.levels_m.items():
            node = network.find("tank", name)
            if node is not None:
                edges = [float(tk.getnodevalue(ph, node + 1, edge)) for edge in (tk.MINLEVEL, tk.MAXLEVEL)]
                tk.setnodevalue(
                    ph, node + 1, tk.TANKLEVEL, min(max(level_m / network.units.length_m, edges[0]), edges[1])
                )
        for name, speed in initial.speeds.items():
            pump = network.find("pump", name)
            if pump is not None:
                tk.setlinkvalue(ph, pump + 1, tk.INITSETTING, speed)
                tk.setlinkvalue(ph, pump + 1, tk.INITSTATUS, int(speed > 0))
                if speed > 0:  # which opening set to 1
                    tk.setlinkvalue(ph, pump + 1, tk.INITSETTING, speed)
        for name, is_open in initial.pipes.items():
            pipe = network.find("pipe", name)
            if pipe is not None:
                tk.setlinkvalue(ph, pipe + 1, tk.INITSTATUS, int(is_open))

    def state(self, levels_m: Mapping[str, float]) -> Initial:
        """What a network that begins as this one is now has to begin with. A pump whose speed a pattern sets, and what
        no control moves, is as the file says."""
        speeds, pipes = {}, {}
        for link, kind in enumerate(self._network.link_kind):
            if self.automatic(link) and kind == "pump" and not tk.getlinkvalue(self._ph, link + 1, tk.LINKPATTERN):
                speeds[self._network.links[link]] = self.commanded(link).setting or 0.0
            elif self.automatic(link) and kind == "pipe":
                pipes[self._network.links[link]] = self.commanded(link).open
        return Initial(levels_m, speeds, pipes)

    def falsify(self, node: int, gain: float, offset_m: float) -> None:
        """Controls and rules act on the level or pressure of a node as gain * true + offset from now on.

        EPANET cannot be told what to see, so the limits that it compares with are moved instead; from where they are
        now, as what moved them before is known.
        """
        moved = self._moved(node, gain, offset_m)
        self._seen[node] = gain, self._in_file_units(node, offset_m)
        for link, controls in self._controls.items():
            for i, control in enumerate(controls):
                if control.node == node + 1 and control.kind in (tk.LOWLEVEL, tk.HILEVEL):
                    now = controls[i] = replace(control, level=moved(control.level))
                    tk.setcontrol(self._ph, now.index, now.kind, now.link, now.setting, now.node, now.level)
                    tk.setcontrolenabled(self._ph, now.index, tk.FALSE if link in self._locked else tk.TRUE)
        changed = set()
        for rule in {rule.index: rule for rules in self._rules.values() for rule in rules}.values():
            for position, premise in enumerate(rule.premises, 1):
                if _looks_at(premise, node):
                    tk.setpremisevalue(self._ph, rule.index, position, moved(premise.value))
                    changed.add(rule.index)
        for rules in self._rules.values():  # actions are kept as they were read: some may be void for the time being
            rules[:] = [
                replace(rule, premises=read_rule(self._ph, rule.index).premises) if rule.index in changed else rule
                for rule in rules
            ]

    def _in_file_units(self, node: int, offset_m: float) -> float:
        units, tank = self._network.units, self._network.node_kind[node] != "junction"
        return offset_m * (1 / units.length_m if tank else units.pressure_per_m)

    def _moved(self, node: int, gain: float, offset_m: float) -> Callable[[float], float]:
        """Where a limit has to be for its control to see the node with this gain and offset."""
        offset = self._in_file_units(node, offset_m)
        old_gain, old_offset = self._seen.get(node, (1.0, 0.0))

        def moved(limit: float) -> float:
            return (limit * old_gain + old_offset - offset) / gain

        return moved

    def _actions(self, link: int) -> list[Action]:
        return [a for rule in self._rules.get(link, ()) for a in rule.actions if a.link == link + 1]

    def _asked(self, link: int, setting: float) -> Setpoint:
        kind = self._network.link_kind[link]
        if kind == "pump":
            return Setpoint(setting > 0, setting)
        if setting in (tk.SET_OPEN, tk.SET_CLOSED):
            return Setpoint(setting == tk.SET_OPEN)
        return Setpoint(True, setting) if kind == "valve" else Setpoint(setting != 0)

    def _fires(self, control: SimpleControl, since_s: int, t_s: int) -> bool:
        if control.kind == tk.TIMER:
            return since_s < control.level <= t_s
        if control.kind == tk.TIMEOFDAY:
            return 0 < (control.level - self._clock_start_s - since_s - 1) % _DAY_S + 1 <= t_s - since_s
        tank = self._network.node_kind[control.node - 1] != "junction"
        prop = tk.HEAD if tank else tk.PRESSURE
        value = tk.getnodevalue(self._ph, control.node, prop)
        if tank:
            value -= tk.getnodevalue(self._ph, control.node, tk.ELEVATION)
        return bool(value <= control.level if control.kind == tk.LOWLEVEL else value >= control.level)

    def _by_rules(self, link: int, since_s: int, t_s: int) -> Setpoint | None:
        best: Action | None = None
        priority = 0.0
        for rule in self._rules.get(link, ()):
            holds = self._holds(rule, since_s, t_s)
            for action in rule.actions:
                taken = action.link == link + 1 and action.then == holds
                if taken and (best is None or rule.priority > priority):
                    best, priority = action, rule.priority
        if best is None:
            return None
        if best.status > 0:
            speed = (1.0 if best.status != tk.R_IS_CLOSED else 0.0) if self._network.link_kind[link] == "pump" else None
            return Setpoint(best.status != tk.R_IS_CLOSED, speed)
        return self._asked(link, best.setting)

    def _holds(self, rule: Rule, since_s: int, t_s: int) -> bool:
        holds = True
        for premise in rule.premises:
            if premise.logic == _OR:
                holds = holds or self._is_true(premise, since_s, t_s)
            elif not holds:
                return False
            else:
                holds = self._is_true(premise, since_s, t_s)
        return holds

    def _is_true(self, p: Premise, since_s: int, t_s: int) -> bool:
        if p.variable in (tk.R_TIME, tk.R_CLOCKTIME):
            return self._time_is_true(p, since_s, t_s)
        if p.status > 0:
            state = tk.R_IS_OPEN if tk.getlinkvalue(self._ph, p.index, tk.STATUS) else tk.R_IS_CLOSED
            return bool(state == p.status) is (p.relation in (tk.R_EQ, tk.R_IS))
        value = self._value(p)
        return value is not None and _compare(p.relation, value, p.value)

    def _time_is_true(self, p: Premise, since_s: int, t_s: int) -> bool:
        if p.variable == tk.R_TIME:
            now, met = float(t_s), since_s < p.value <= t_s
        else:
            now = float((t_s + self._clock_start_s) % _DAY_S)
            met = (now - p.value) % _DAY_S < t_s - since_s
        if p.relation in (tk.R_EQ, tk.R_IS):
            return met
        return not met if p.relation in (tk.R_NE, tk.R_NOT) else _compare(p.relation, now, p.value)

    def _value(self, p: Premise) -> float | None:
        ph, i = self._ph, p.index
        if p.subject == tk.R_SYSTEM:
            return float(sum(tk.getnodevalue(ph, n + 1, tk.FULLDEMAND) for n in range(len(self._network.nodes))))
        if p.subject == tk.R_LINK:
            prop = {tk.R_FLOW: tk.FLOW, tk.R_SETTING: tk.SETTING, tk.R_POWER: tk.ENERGY}.get(p.variable)
            return None if prop is None else abs(float(tk.getlinkvalue(ph, i, prop)))
        head = float(tk.getnodevalue(ph, i, tk.HEAD))
        if p.variable in (tk.R_HEAD, tk.R_GRADE):
            return head
        if p.variable == tk.R_LEVEL:
            return head - float(tk.getnodevalue(ph, i, tk.ELEVATION))
        if p.variable in (tk.R_FILLTIME, tk.R_DRAINTIME):
            inflow = float(tk.getnodevalue(ph, i, tk.DEMAND)) * self._network.units.flow_m3_s
            filling = p.variable == tk.R_FILLTIME
            edge = float(tk.getnodevalue(ph, i, tk.MAXVOLUME if filling else tk.MINVOLUME))
            room = (edge - float(tk.getnodevalue(ph, i, tk.TANKVOLUME))) * self._network.units.volume_m3
            return room / inflow if inflow * (1 if filling else -1) > 1e-9 else None
        return float(tk.getnodevalue(ph, i, tk.PRESSURE if p.variable == tk.R_PRESSURE else tk.DEMAND))


def _looks_at(premise: Premise, node: int) -> bool:
    of_node = premise.subject == tk.R_NODE and premise.index == node + 1
    return bool(of_node and premise.variable in (tk.R_LEVEL, tk.R_PRESSURE))


_OR = 3
"""The toolkit's code for a premise joined by OR (1 is IF, 2 is AND)."""


def _compare(relation: int, value: float, limit: float) -> bool:
    if relation in (tk.R_EQ, tk.R_IS, tk.R_NE, tk.R_NOT):
        return (abs(value - limit) <= 1e-3) == (relation in (tk.R_EQ, tk.R_IS))  # EPANET's tolerance for rules
    if relation in (tk.R_LT, tk.R_BELOW):
        return value < limit
    if relation in (tk.R_GT, tk.R_ABOVE):
        return value > limit
    return value <= limit if relation == tk.R_LE else value >= limit
