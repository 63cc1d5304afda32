"""Builds the message catalogues and the package page; everything else about the package is in pyproject.toml."""

import re
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

ROOMS = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")


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


def package_page(readme: str) -> str:
    """The README as it reads on a package page, where no other file of the repository is: their names are no links."""
    local = r"\((?!\w+://|#)[^)]*\)"
    return re.sub(rf"(?<!!)\[([^\]]+)\]{local}", r"\1", re.sub(rf"!\[[^\]]*\]{local}\n+", "", readme))


if __name__ == "__main__":
    setup(
        cmdclass={"build_py": BuildWithWords},
        long_description=package_page(Path("README.md").read_text(encoding="utf-8")),
        long_description_content_type="text/markdown",
    )
