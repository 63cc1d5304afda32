"""Finds scenarios and cities by name or path, and builds the demo city when it is first asked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.city import City
from simulator.contracts.document import Document, load_document
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from resilience.scenario.scenario import CityReference, Scenario
    from resilience.study.suite import Suite
    from simulator.contracts.words import Text

_ = Words("stadtwerk")

DEMO = "demo"
DEMO_WITHOUT = "STADTWERK_DEMO_WITHOUT"
"""Names of layers, with commas between them: the demo city is then the one without these."""
DEMO_PACKAGES = ("wntr", "pandapower")
"""The demo city is made from networks that ship inside these; another version of them is another city."""


def scenario_folder() -> Path:
    return Path(str(resources.files("scenarios")))


def suite_folder() -> Path:
    return scenario_folder() / "suites"


def campaign_folder() -> Path:
    return scenario_folder() / "campaigns"


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def scenario_names() -> tuple[str, ...]:
    """The scenarios that ship, by name."""
    return _names(scenario_folder())


def suite_names() -> tuple[str, ...]:
    """The suites that ship, by name."""
    return _names(suite_folder())


def campaign_names() -> tuple[str, ...]:
    """The campaigns that ship, by name."""
    return _names(campaign_folder())


_NOWHERE = {
    "scenario": _("is neither a file nor a scenario that ships"),
    "suite": _("is neither a file nor a suite that ships"),
    "campaign": _("is neither a file nor a campaign that ships"),
}


def _find(name: str, folder: Path, noun: str) -> Path:
    path, shipped = Path(name), folder / f"{name}.yaml"
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return path
    if shipped.is_file():
        return shipped
    fix = suggestion(name, _names(folder), f"stadtwerk list {noun}s")
    raise BadInput([Problem(name, 0, noun, _NOWHERE[noun], fix)])


def find_scenario(name: str) -> Path:
    """The file behind a scenario's name or path. Raises `BadInput` with the near misses."""
    return _find(name, scenario_folder(), "scenario")


def find_suite(name: str) -> Path:
    """The file behind a suite's name or path. Raises `BadInput` with the near misses."""
    return _find(name, suite_folder(), "suite")


def find_campaign(name: str) -> Path:
    """The file behind a campaign's name or path. Raises `BadInput` with the near misses."""
    return _find(name, campaign_folder(), "campaign")


def load_named_suite(name: str) -> Suite:
    """A suite by name or file, checked. Raises `BadInput`."""
    from resilience.study.suite import load_suite

    return load_suite(find_suite(name), lambda: {name: find_scenario(name) for name in scenario_names()})


def is_suite(name: str) -> bool:
    """Whether a name or file is that of a suite. Raises `BadInput` for a file that is no YAML."""
    path = Path(name)
    if not path.is_file():
        return name in suite_names() and name not in scenario_names()
    data = load_document(path).data
    return isinstance(data, dict) and str(data.get("schema", "")).startswith("stadtwerk/suite/")


def city_names() -> tuple[str, ...]:
    """The cities that have a name of their own."""
    return (DEMO,)


def load_named_city(name: str) -> City:
    """A city by name, by folder, or by its city.yaml. Raises `BadInput`."""
    from simulator.city.loader import load_city

    city = load_city(named_city_folder(name))
    return city if name in city_names() else replace(city, called=name)


def named_city_folder(name: str) -> Path:
    """The folder of a city by name, by folder, or by its city.yaml. Raises `BadInput`."""
    path = Path(name)
    if path.name == "city.yaml":
        path = path.parent
    if path.is_dir():
        if not (path / "city.yaml").is_file():
            how = _("name a city folder, or make one with `stadtwerk city import`")
            raise BadInput([Problem(name, 0, "city", _("there is no city.yaml in this folder"), how)])
        return path
    if name == DEMO:
        return demo_folder()
    fix = suggestion(name, city_names(), "stadtwerk list cities")
    raise BadInput([Problem(name, 0, "city", _("is neither a city folder nor a city with a name"), fix)])


LoadCity = Callable[[str], City]
"""Loads a city by name or folder; see `load_named_city`."""


def city_of(reference: CityReference, document: Document, beside: Path, load: LoadCity = load_named_city) -> City:
    """The city a scenario names; a path counts from the scenario file. Raises `BadInput`, at its line if unknown."""
    if reference.name:
        if reference.name not in city_names():
            hint = suggestion(reference.name, city_names(), "stadtwerk list cities")
            fix = _("{hint}; for a folder write `path`", hint=hint)
            raise BadInput(
                [document.problem(("city", "name"), _("no city is called {name}", name=repr(reference.name)), fix)]
            )
        return load(reference.name)
    folder = beside.parent / reference.path
    if not folder.is_dir():
        fix = _("write the path from this file to a city folder")
        raise BadInput(
            [document.problem(("city", "path"), _("there is no folder {folder}", folder=repr(str(folder))), fix)]
        )
    return load(str(folder))


def city_beside(reference: str, run: Path) -> str:
    """The folder of a run's city that its scenario names by the way from its own file, which a run does not keep.

    Looked for from here, from above the run, and from the scenarios that ship. Raises `BadInput` if it is nowhere.
    """
    for start in (Path(), *run.resolve().parents, scenario_folder()):
        if (start / reference / "city.yaml").is_file():
            return str(start / reference)
    what = _(
        "its scenario names its city by the way to {folder}, which leads nowhere from here", folder=repr(reference)
    )
    raise BadInput([Problem(str(run), 0, "--city", what, _("name the city: --city FOLDER"))])


def load_checked(
    path: Path, city: str | None = None, load: LoadCity = load_named_city
) -> tuple[Document, Scenario, City]:
    """A scenario file with the city it plays in, both checked. Raises `BadInput` with every problem of the two.

    `load` loads the city: who checks many scenarios of one city hands over one that remembers.
    """
    from resilience.scenario.loader import city_reference, load_question, read_scenario
    from resilience.scenario.scenario import CityReference

    document = load_question(path)
    _of_its_kind(document)
    problems: list[Problem] = []
    town: City | None = None
    if path.suffix.casefold() == ".csv" and city is None:
        fix = _("name the city: --city FOLDER")
        raise BadInput([Problem(str(path), 0, "city", _("a disruption file names no city"), fix)])
    reference = city_reference(document)
    said = document.data.get("city") if isinstance(document.data, dict) else None
    if reference is None and said in city_names():  # written in another form, of which is told: the names are looked up
        reference = CityReference(name=said)
    try:
        if city is not None:
            town = load(city)
        elif reference is not None:
            town = city_of(reference, document, path, load)
    except BadInput as bad:
        problems += bad.problems
    scenario, wrong = read_scenario(document, town)
    if problems or wrong or town is None or scenario is None:
        raise BadInput([*problems, *wrong])
    return document, scenario, town


_COMMANDS_OF = {"suite": "test", "campaign": "campaign"}


def _of_its_kind(document: Document) -> None:
    """Refuse a suite or a campaign where a scenario is asked for, in one line that names its command."""
    schema = document.data.get("schema") if isinstance(document.data, dict) else None
    kind = next((kind for kind in _COMMANDS_OF if str(schema).startswith(f"stadtwerk/{kind}/")), None)
    if kind is not None:
        what = _("is a {kind}, not a scenario", kind=kind)
        fix = _("run it with: stadtwerk {command} {file}", command=_COMMANDS_OF[kind], file=document.file)
        raise BadInput([document.problem(("schema",), what, fix)])


def selected(scenario: Scenario, city: City, seed: int) -> tuple[Text, ...]:
    """A line for each selector of a scenario: the components and links that it hits under a seed."""
    from resilience.scenario.hits import hits
    from resilience.scenario.selector import resolve
    from simulator.kernel import Streams

    if all(entry.selector is None and entry.disruption is None for entry in scenario.timeline):
        return ()
    return hits(scenario, resolve(scenario, city, Streams(seed).stream), city)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "stadtwerk" / "cities"


def demo_folder() -> Path:
    """The folder of the demo city, built on first use and again when its rules or sources change.

    Layers that the environment names in `DEMO_WITHOUT` are left out. Raises `BadInput` if the packages that hold the
    published networks are not installed, or for a layer that is none.
    """
    missing = [package for package in DEMO_PACKAGES if _version(package) is None]
    if missing:
        fix = _("install them with: pip install 'stadtwerk[demo]'")
        raise BadInput([Problem(DEMO, 0, "city", _("needs the packages {names}", names=", ".join(missing)), fix)])
    without = _left_out()
    folder = cache_folder() / f"{DEMO}-{_demo_key(without)}"
    if not (folder / "city.yaml").is_file():
        from simulator.city.demo import build_demo

        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            place = tempfile.TemporaryDirectory(dir=folder.parent)
        except OSError as error:
            what, fix = (
                _("cannot be built here ({reason})", reason=reason_of(error)),
                _("set XDG_CACHE_HOME to a folder that can be written"),
            )
            raise BadInput([Problem(str(folder.parent), 0, "city", what, fix)]) from None
        # Built aside and renamed, so that two first runs at once both end with a whole city.
        with place as aside:
            build_demo(Path(aside) / DEMO, without)
            try:
                (Path(aside) / DEMO).rename(folder)
            except OSError:
                if not (folder / "city.yaml").is_file():
                    shutil.rmtree(folder, ignore_errors=True)
                    (Path(aside) / DEMO).rename(folder)
    return folder


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _left_out() -> tuple[str, ...]:
    """The layers that the environment leaves out of the demo city. Raises `BadInput` for one that is none."""
    from simulator.contracts.registry import registry

    asked = sorted({name.strip() for name in os.environ.get(DEMO_WITHOUT, "").split(",")} - {""})
    layers = registry().layers
    wrong = [
        Problem(DEMO_WITHOUT, 0, name, _("is no layer of the demo city"), suggestion(name, layers))
        for name in asked
        if name not in layers
    ]
    if wrong:
        raise BadInput(wrong)
    return tuple(asked)


def _demo_key(without: tuple[str, ...]) -> str:
    """Changes with the rules that lay out the demo city, what is left out, and the packages it is made from."""
    import importlib

    import simulator.city
    import simulator.contracts
    from simulator.contracts.registry import registry

    digest = hashlib.sha256(" ".join(without).encode())
    rules = [layer.run.partition(":")[0] for name, layer in registry().layers.items() if name not in without]
    rules += [rule.run.partition(":")[0] for rule in registry().plausibility]
    rules += [part.run.partition(":")[0] for part in registry().town]
    layers = [importlib.import_module(rule.rpartition(".")[0]) for rule in rules]
    for room in dict.fromkeys((simulator.city, simulator.contracts, *layers)):
        root = Path(str(room.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root.parent).as_posix().encode())
            digest.update(path.read_bytes())
    for plugin in registry().plugins:  # defaults of parameters are in there
        if plugin.ours:
            digest.update(Path(str(importlib.import_module(plugin.origin).__file__)).read_bytes())
    for package in DEMO_PACKAGES:
        digest.update(f"{package}=={_version(package)}".encode())
    return digest.hexdigest()[:16]
