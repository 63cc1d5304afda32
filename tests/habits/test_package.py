"""The packages that are published: complete, with their licence, and checkable from the source package alone."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")


def tracked() -> list[str]:
    found = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("this is not a repository")
    return [name for name in found.stdout.split("\n") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source package, and the wheel that is built from it, made from what the repository holds."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
        (copy / name).chmod((ROOT / name).stat().st_mode)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(copy)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (path,) = built.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = built.glob("*.tar.gz")
    place = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(path) as archive:
        archive.extractall(place, filter="data")
    (folder,) = place.iterdir()
    return folder


@pytest.fixture(scope="module")
def about(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_holds_every_file_of_the_packages_and_no_test(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    ours = {name for name in tracked() if name.split("/")[0] in PACKAGES}
    compiled = {f"{name.removesuffix('.po')}.mo" if name.endswith(".po") else name for name in ours}
    assert compiled - held == set()
    strangers = {name.split("/")[0] for name in held} - set(PACKAGES)
    assert all(name.endswith(".dist-info") for name in strangers), strangers


def test_the_metadata_is_complete(about: Message) -> None:
    for field in ("Summary", "License-Expression", "Author", "Keywords", "Requires-Python"):
        assert about[field], f"{field} is missing"
    assert set(about.get_all("License-File") or ()) == {"LICENSE", "THIRD_PARTY.md"}
    classifiers = about.get_all("Classifier") or []
    assert "Typing :: Typed" in classifiers
    assert not [line for line in classifiers if line.startswith("License ::")], "the expression says it"


def test_the_source_package_holds_what_the_repository_holds(unpacked: Path) -> None:
    left_out = {name for name in tracked() if not (unpacked / name).is_file()}
    assert {name for name in left_out if name != ".gitignore"} == set()


LINK = r"!?\[[^\]]*\]\(([^)]+)\)"


def test_no_link_of_the_package_page_leads_nowhere(about: Message, unpacked: Path) -> None:
    """A package index has no other file of the repository: what the README links to is named, and can be had."""
    page = str(about.get_payload())
    assert about["Description-Content-Type"] == "text/markdown"
    assert page.lstrip().startswith("# Stadtwerk")
    assert [link for link in re.findall(LINK, page) if "://" not in link] == []
    assert "source package" in page, "a reader of the package page is told where the files are"
    links = [link.split("#")[0] for link in re.findall(LINK, (ROOT / "README.md").read_text(encoding="utf-8"))]
    assert len(links) >= 10
    for link in links:
        assert (unpacked / link).exists(), link
        if not link.endswith(".png"):
            assert link.removesuffix("/README.md").removesuffix("/index.md") in page, link


def run_tests(folder: Path, *names: str) -> None:
    """Run tests of an unpacked source package with its own code."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *names]
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-2000:]


def test_its_tests_run_from_the_source_package(unpacked: Path) -> None:
    run_tests(unpacked, "tests/kernel", "tests/contracts/test_document.py")


@pytest.mark.nightly
def test_more_of_its_tests_run_from_the_source_package(unpacked: Path) -> None:
    run_tests(unpacked, "tests/contracts", "tests/resilience", "tests/water", "tests/run/test_folder.py")
