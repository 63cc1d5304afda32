"""What things in a town are called: every kind, fault, mode and supply of the catalogue."""

from __future__ import annotations

from resilience.scenario.entry import TimelineEntry
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("resilience")
_c = _.context

KIND_NAMES: dict[str, Text] = {
    "junction": _("water junction"),
    "pipe": _("water main"),
    "pump": _("pump"),
    "valve": _("control valve"),
    "tank": _("water tank"),
    "reservoir": _("water source"),
    "bus": _("local substation"),
    "line": _("power line"),
    "transformer": _("transformer"),
    "substation": _("substation"),
    "grid-switch": _("grid switch"),
    "pv": _("photovoltaics"),
    "battery": _("grid battery"),
    "generator": _("emergency generator"),
    "household-meter": _("household meter"),
    "network-control": _("grid control centre"),
    "road-node": _("road junction"),
    "road": _("road"),
    "signal": _("traffic signal"),
    "server": _("server"),
    "router": _("router"),
    "switch": _("network switch"),
    "radio-site": _("radio site"),
    "gateway": _("telemetry gateway"),
    "broker": _("MQTT broker"),
    "service": _("IT service"),
    "hospital": _("hospital"),
    "rescue-dispatch": _("rescue dispatch centre"),
    "rescue-station": _("rescue station"),
    "patient-records": _("patient records"),
    "hospital-water": _("water of the hospital"),
    "public-warning": _("warning of the public"),
    "siren": _("siren"),
    "loudspeaker-van": _("loudspeaker van"),
    "drinking-water": _("emergency drinking water"),
    "emergency-well": _("emergency well"),
    "traffic-control-centre": _("traffic control centre"),
    "town-hall": _("town hall"),
    "waterworks": _("waterworks"),
    "depot": _("depot"),
}

FAULT_NAMES: dict[str, Text] = {
    "burst": _("main breaks"),
    "isolated": _("closed off by its valves"),
    "pump-out": _("pump does not run"),
    "valve-stuck": _("valve is stuck"),
    "tank-drained": _("tank runs out"),
    "tank-contaminated": _("tank is contaminated"),
    "source-contaminated": _("water source is contaminated"),
    "source-lost": _("water source gives no water"),
    "bus-out": _("busbar is dead"),
    "line-trip": _("line is open"),
    "feeder-out": _("whole feeder is out"),
    "protection-fails": _("protection does not trip"),
    "transformer-out": _("transformer is out"),
    "substation-out": _("substation is out"),
    "switch-stuck": _("switch is stuck"),
    "pv-loss": _("photovoltaic plant feeds nothing in"),
    "battery-loss": _("grid battery gives nothing"),
    "generator-fails": _("generator fails"),
    "control-out": _("grid control centre is out"),
    "road-closed": _("road is closed"),
    "road-narrowed": _("road is narrowed"),
    "demand-surge": _("surge of traffic"),
    "controller-failed": _("signal controller has failed"),
    "signal-dark": _("signal is dark"),
    "node-out": _("device is out"),
    "direct-mode-fails": _("direct mode fails"),
    "records-out": _("hospital's information system is down"),
    "forms-missing": _("forms are missing"),
    "no-tankers": _("no water tanker comes"),
    "notice-withheld": _("boil-water notice is withheld"),
    "bottles-missing": _("bottled water is missing"),
    "warning-out": _("warning on mobile phones is out"),
    "siren-out": _("siren is out"),
    "van-out": _("loudspeaker van is out"),
    "police-elsewhere": _("police are needed elsewhere"),
    "staff-absent": _("staff is absent"),
    "fuel-not-delivered": _("no fuel is delivered"),
    "site-out": _("site cannot be used"),
    "well-out": _("well gives no water"),
    "loss-of-view": _("control room sees nothing"),
    "loss-of-control": _("control room's commands do not arrive"),
    "set-point-tampered": _("set-point is tampered with"),
    "commands-replayed": _("old commands are played again"),
    "peak-demand": _("peak demand for water"),
    "false-data": _("false data for controls"),
    "ransomware": _("systems are encrypted"),
    "flooding": _("flooded with requests"),
    "link-cut": _("link is cut"),
    "link-degraded": _("link loses and delays messages"),
    "sensor-bias": _("sensor is off"),
    "sensor-drift": _("sensor drifts"),
    "sensor-stuck": _("sensor is stuck"),
    "sensor-noise": _("sensor is noisy"),
    "sensor-spike": _("sensor shows spikes"),
    "sensor-dropout": _("sensor gives no value"),
    "sensor-clipping": _("sensor is clipped"),
    "broker-out": _("broker does not run"),
    "certificate-expired": _("certificate has run out"),
    "firmware-update": _("new gateway software"),
    "clock-skew": _("clock of the sensors is wrong"),
    "readings-duplicated": _("readings arrive twice"),
    "readings-reordered": _("readings arrive in the wrong order"),
    "readings-replayed": _("old readings are played again"),
    "readings-spoofed": _("forged readings"),
}

HAZARD_NAMES: dict[str, Text] = {
    "flood": _("flood"),
    "heat": _("heat"),
    "storm": _("storm"),
}

MODE_NAMES: dict[str, Text] = {
    "mains": _("mains"),
    "battery": _("battery"),
    "generator": _("generator"),
    "none": _c("supply", "none"),
    "standby": _("standby"),
    "starting": _("starting"),
    "running": _("running"),
    "empty": _("empty"),
    "failed": _c("mode", "failed"),
    "primary": _("primary"),
    "majority": _("majority of servers"),
    "usual-way": _("usual way of readings"),
    "other-way": _("other way of readings"),
    "trunked": _("trunked radio"),
    "isolated-cell": _("isolated cell"),
    "direct-mode": _("direct mode"),
    "runners": _("runners"),
    "manual": _("ventilation by hand"),
    "tanker": _("tankers"),
    "boiled": _("boiled water"),
    "bottled": _("bottled water"),
    "by-hand": _("operation by hand"),
    "digital": _("mobile phones"),
    "sirens": _("sirens"),
    "vans": _("loudspeaker vans"),
    "network": _("piped supply"),
    "tank": _("tank"),
    "emergency": _("wells and tankers"),
    "central": _("central"),
    "local": _("local"),
    "police": _("police"),
    "dark": _("dark"),
    "fixed": _("fixed greens"),
    "flashing": _("flashing amber"),
    "online": _("online"),
    "paper": _("paper"),
    "island": _("island"),
    "infeed": _("infeed"),
    "ring": _("supply over the ring"),
    "open": _("open"),
    "closed": _("closed"),
}
_MODES_OF_KIND: dict[tuple[str, str], Text] = {
    ("hospital-water", "tank"): _("roof tank"),
    ("service", "standby"): _("standby server"),
}
"""Where a mode's name means something else for one kind."""

SUPPLY_NAMES: dict[str, Text] = {
    "power": _("power"),
    "data": _("data"),
    "control": _("remote control"),
    "water": _("water"),
    "road": _("road access"),
}

QUANTITY_NAMES: dict[str, Text] = {
    "working": _("works (1) or not (0)"),
    "pressure_m": _("pressure in m"),
    "demand_m3_s": _("water delivered in m³/s"),
    "water_age_s": _("age of the water in s"),
    "drain_m3_s": _("flow out of the tank's drain in m³/s"),
    "contaminated_share": _("share of water that is contaminated"),
    "leak_m3_s": _("water lost in m³/s"),
    "level_m": _("level in m"),
    "level_share": _("level, as a share"),
    "volume_m3": _("volume in m³"),
    "flow_m3_s": _("flow in m³/s"),
    "pump_running": _("runs (1) or not (0)"),
    "power_w": _("power in W"),
    "voltage_pu": _("voltage, as a share"),
    "energised": _("energised (1) or not (0)"),
    "load_asked_w": _("load asked for in W"),
    "load_w": _("load in W"),
    "loading_pu": _("loading, as a share"),
    "charge_j": _("charge in J"),
    "fuel_l": _("fuel in l"),
    "fuel_hours": _("hours that the fuel lasts"),
    "staff_share": _("share of the staff that is there"),
    "crews_on_duty": _("crews on duty"),
    "fuel_trucks": _("fuel trucks that could leave"),
    "fuel_store_l": _("fuel in the store in l"),
    "household_w": _("power that households take in W"),
    "vehicles": _("vehicles"),
    "speed_m_s": _("speed in m/s"),
    "travel_time_s": _("travel time in s"),
    "flow_veh_h": _("vehicles an hour"),
    "queue_veh": _("vehicles queueing"),
    "online": _("online (1) or not (0)"),
    "latency_s": _("latency in s"),
    "loss": _("share of messages lost"),
    "held_readings": _("readings held"),
    "water_supply_ratio": _("water supply, as a share"),
    "tank_volume_m3": _("water in the tanks in m³"),
    "water_pressure_ratio": _("people with enough pressure, as a share"),
    "litres_per_person_d": _("drinking water in l per person and day"),
}

SUB_SYSTEMS: dict[str, Text] = {
    "water": _("water"),
    "energy": _("energy"),
    "traffic": _("traffic"),
    "ict": _("ICT"),
    "lifeline": _("lifelines"),
    "crew": _("crews"),
}

OTHER_NAMES: dict[str, Text] = {
    "scenario file": _("scenario file"),
    "declared minimum (assumption)": _("minimum declared by the town"),
    "found": _("found in the source"),
    "secondary": _("second-hand"),
    "memory": _("to be checked"),
    "assumption": _("assumption"),
    "steady-state": _("steady state"),
    "execution": _("execution"),
    "evidence": _("evidence of the fault"),
    "redundancy": _("second way"),
    "expectation": _("expectation"),
    "technical": _("technical"),
    "analogue": _("analogue"),
}

_SOURCES = (
    ("declared minimum: ", _("declared minimum: {source}")),
    ("declared minimum (assumption, after ", _("declared minimum (assumption, after {source}")),
    ("declared minimum (", _("declared minimum ({source}")),
)
"""How the source of a limit begins, in each language."""

_ALL: dict[str, Text] = OTHER_NAMES | SUB_SYSTEMS | SUPPLY_NAMES | MODE_NAMES | FAULT_NAMES | KIND_NAMES


def words_of(names: dict[str, Text], name: str) -> Text:
    """What `name` is called, or the name itself where the table does not know it."""
    return names.get(name, Verbatim(name))


def entry_words(entry: TimelineEntry) -> Text:
    """What a timeline entry brings, where it has no title: its hazard, failures by chance, or its fault."""
    if entry.hazard is not None:
        return HAZARD_NAMES[entry.hazard.type.value]
    if entry.wear is not None and not entry.fault:
        return _("failures by chance")
    return words_of(FAULT_NAMES, entry.fault)


def mode_words(kind: str, mode: str) -> Text:
    """What a mode of a kind of component is called."""
    return _MODES_OF_KIND.get((kind, mode)) or words_of(MODE_NAMES, mode)


def term(name: str, lang: str) -> str:
    """What a kind, supply, confidence or category is called in one language."""
    return words_of(_ALL, name).of(lang)


def source_words(source: str) -> Text:
    """Where a limit comes from. The title of a norm or book stays as it is."""
    known = _ALL.get(source)
    if known is not None:
        return known
    for beginning, words in _SOURCES:
        if source.startswith(beginning):
            return words.filled(source=source.removeprefix(beginning))
    return Verbatim(source)
