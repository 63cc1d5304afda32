"""Builds the message catalogues; everything else about the package is in pyproject.toml."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

ROOMS = ("simulator", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")


class BuildWithWords(build_py):
    """Compiles every `.po` to the `.mo` that is read at run time, beside it, before files are gathered."""

    def run(self) -> None:
        for room in ROOMS:
            for source in sorted(Path(room).rglob("locale/*/LC_MESSAGES/*.po")):
                with source.open("rb") as stream:
                    catalogue = read_po(stream, locale=source.parents[1].name)
                with source.with_suffix(".mo").open("wb") as target:
                    write_mo(target, catalogue)
        super().run()


setup(cmdclass={"build_py": BuildWithWords})
