"""Keeps the message catalogues true to the code: `python -m tests.words.catalogues update` (or `check`).

The messages of a package are those of the modules that begin with `_ = Words("<package>")`. `update` writes them into
the catalogue of every language, keeps the translations there are, and leaves new ones empty; `check` names what is
missing, doubtful, unused or ill-fitting. Catalogues carry neither dates nor line numbers, so that they change when
words do.
"""

from __future__ import annotations

import ast
import importlib
import io
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from pydantic import BaseModel

from simulator.contracts.model import advice, schema_of
from simulator.contracts.settings import adapter
from simulator.contracts.words import LANGUAGES, SOURCE, blanks_of
from stadtwerk.schemas import MODELS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")
TRANSLATIONS = tuple(language for language in LANGUAGES if language != SOURCE)
MAKERS = {"_": None, "_n": (1, 2), "_c": ((1, "c"), 2)}
"""The functions that make messages, with the places of their sentences, as Babel reads them."""

RECORDS = (
    *MODELS.values(),
    "simulator.contracts.entries:ComponentRow",
    "simulator.contracts.entries:LinkRow",
    "gateways.gateway.node.config:NodeConfig",
    "gateways.ingest.config:IngestConfig",
    "stadtwerk.live.settings:Installation",
)
"""What reads the files that people write."""

HOMES = ("simulator.city", "simulator.contracts", "resilience", "gateways", "monitoring", "stadtwerk.live")
"""The packages whose catalogues translate what these say."""

PLURALS = {"de": "nplurals=2; plural=(n != 1);"}
HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {plurals}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def package_of(tree: ast.Module) -> str | None:
    """The package whose words a module uses."""
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name("_")], value=ast.Call(func=ast.Name("Words"), args=[ast.Constant(str() as package)])
            ):
                return package
    return None


def faults_of(path: Path, tree: ast.Module, package: str) -> Iterator[str]:
    """What Babel would not see, or would take for something else."""
    where = path.relative_to(ROOT)
    home = ".".join(where.parent.parts)
    if not f"{home}.".startswith(f"{package}."):
        yield f"{where}: uses the words of {package}, which is not a package around it"
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("_" | "_n" | "_c" as maker), args=args):
                for at, arg in enumerate(args[: 1 if maker == "_" else 2]):
                    if not (isinstance(arg, ast.Constant) and isinstance(arg.value, str) and arg.value):
                        yield f"{where}:{node.lineno}: argument {at + 1} of {maker} is no plain sentence"
            case ast.JoinedStr():
                said = [one for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
                if any(isinstance(one.func, ast.Name) and one.func.id in MAKERS for one in said):
                    yield f"{where}:{node.lineno}: a sentence within an f-string is not found: make it before"
            case ast.Call(func=ast.Attribute(value=ast.Name("_"), attr="plural" | "context")):
                yield f"{where}:{node.lineno}: give _.plural and _.context the names _n and _c, which are searched for"


def sources() -> dict[str, list[tuple[Path, ast.Module]]]:
    """The modules that make messages, by package."""
    found: dict[str, list[tuple[Path, ast.Module]]] = defaultdict(list)
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "Words(" not in text:
                continue
            tree = ast.parse(text)
            package = package_of(tree)
            if package:
                found[package].append((path, tree))
    return found


@cache
def hints() -> dict[str, tuple[str, ...]]:
    """What the schemas of input files say of their fields, which mistakes in them are told with, by package."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    told = {" ".join(text.split()) for path in (ROOT / "simulator" / "contracts").glob("*.py") for text in texts(path)}
    for record in RECORDS:
        module, _, name = record.partition(":")
        read = getattr(importlib.import_module(module), name)
        model = read if issubclass(read, BaseModel) else adapter(read)
        for said in descriptions(schema_of(model)):
            home = (
                "simulator.contracts"
                if said in told
                else next(one for one in HOMES if f"{module}.".startswith(f"{one}."))
            )
            found[home][said] = None
    return {home: tuple(said) for home, said in found.items()}


def texts(path: Path) -> Iterator[str]:
    """The plain texts in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def descriptions(schema: object) -> Iterator[str]:
    """What a schema says of its fields, as far as that is more than a sign."""
    if isinstance(schema, dict):
        said = advice(schema) if isinstance(schema.get("description"), str) else ""
        if any(sign.isalpha() for sign in said):
            yield said
        for value in schema.values():
            yield from descriptions(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from descriptions(value)


def template(package: str, modules: list[tuple[Path, ast.Module]]) -> Catalog:
    """The messages that the modules of a package make, and the advice that its schemas give."""
    catalog = Catalog(fuzzy=False)
    for said in hints().get(package, ()):
        catalog.add(said)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of parameters that are f-strings, which are no sentences
        for path, _tree in modules:
            for _line, message, comments, context in extract(
                "python", io.BytesIO(path.read_bytes()), MAKERS, comment_tags=("Words:",), strip_comment_tags=True
            ):
                catalog.add(message, auto_comments=comments, context=context)
    return catalog


def file_of(package: str, language: str) -> Path:
    return ROOT / Path(*package.split(".")) / "locale" / language / "LC_MESSAGES" / f"{package}.po"


def stored(package: str, language: str) -> Catalog:
    path = file_of(package, language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def written(catalog: Catalog, language: str) -> bytes:
    """A catalogue in the form in which it is kept."""
    into = io.BytesIO()
    write_po(into, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return (HEADER.format(language=language, plurals=PLURALS[language]) + into.getvalue().decode().lstrip()).encode()


def update() -> None:
    """Writes every message of the code into the catalogues."""
    for package, modules in sources().items():
        for language in TRANSLATIONS:
            catalog = stored(package, language)
            catalog.update(template(package, modules), no_fuzzy_matching=True)
            path = file_of(package, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(catalog, language))


def complaints() -> list[str]:
    """Everything that is wrong with the catalogues, by package, language and sentence."""
    said = []
    found = sources()
    for package, modules in found.items():
        said += [fault for path, tree in modules for fault in faults_of(path, tree, package)]
        wanted = template(package, modules)
        for language in TRANSLATIONS:
            catalog = stored(package, language)
            where = f"{package} ({language})"
            for message in wanted:
                if message.id:
                    said += [f"{where}: {message.id!r}: {fault}" for fault in _faults(catalog, message)]
            keys = {(message.id, message.context) for message in wanted}
            said += [
                f"{where}: {message.id!r}: no longer said by the code"
                for message in [*catalog, *catalog.obsolete.values()]
                if message.id and (message.id, message.context) not in keys
            ]
    homes = {file_of(package, language) for package in found for language in TRANSLATIONS}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.po")):
            if path not in homes:
                said.append(f"{path.relative_to(ROOT)}: no module uses it")
    return said


def _faults(catalog: Catalog, message: Message) -> list[str]:
    kept = catalog.get(message.id[0] if isinstance(message.id, tuple) else message.id, message.context)
    if kept is None:
        return ["is missing (make words)"]
    if kept.fuzzy:
        return ["is marked as doubtful"]
    forms = kept.string if isinstance(kept.string, tuple) else (kept.string,)
    if not all(forms) or (isinstance(message.id, tuple) and len(forms) < 2):
        return ["is not translated"]
    if not isinstance(message.id, tuple):
        wanted = [(blanks_of(message.id), blanks_of(message.id))]
    else:
        one, many = map(blanks_of, message.id)
        wanted = [(one & many - {"n"}, one | many), *([(many, many)] * (len(forms) - 1))]
    return [
        f"{form!r} has other blanks ({', '.join(sorted(most ^ blanks_of(form)))})"
        for form, (least, most) in zip(forms, wanted, strict=True)
        if not least <= blanks_of(form) <= most
    ]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            update()
        case ["check"]:
            pass
        case _:
            sys.exit(__doc__)
    wrong = complaints()
    print("\n".join(wrong) or "every message is translated")
    sys.exit(bool(wrong))
