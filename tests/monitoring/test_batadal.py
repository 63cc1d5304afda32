"""A utility's published readings with attacks: what was learned from the quiet year finds what its file labels.

Battle of the Attack Detection Algorithms, Taormina et al. 2018, J. Water Resour. Plann. Manage. 144(8), 04018048. Only
219 of the attacked hours of this file are labelled; the others are marked as unknown, so nothing here says how often an
alarm was false.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from monitoring.baseline import fits, learn
from monitoring.recording import read_recording
from monitoring.watch import lasting, watch

CASES = Path(os.environ.get("STADTWERK_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
FOLDER = CASES / "batadal"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the BATADAL files are not here")


def test_day_and_month_of_the_published_file_are_told_apart() -> None:
    found = read_recording(FOLDER / "dataset04.csv")
    assert found.at(0) == "2016-07-04T00:00:00" and found.step_s == 3600 and len(found.names) == 43
    assert "ATT_FLAG" not in found.names


@pytest.mark.nightly
def test_every_labelled_attack_is_found_and_alarms_are_few() -> None:
    baseline = learn(read_recording(FOLDER / "dataset03.csv")).baseline
    recording, _remarks = fits(baseline, read_recording(FOLDER / "dataset04.csv"), "dataset04.csv")
    alarms = watch(baseline, recording).alarms
    standing = lasting(alarms, len(recording.times_s))
    with (FOLDER / "dataset04.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, skipinitialspace=True))
    labelled = np.array([row["ATT_FLAG"].strip() == "1" for row in rows])
    assert labelled.sum() == 219
    begins = np.flatnonzero(np.diff(labelled.astype(int), prepend=0) == 1)
    ends = np.flatnonzero(np.diff(labelled.astype(int), append=0) == -1)
    for begin, end in zip(begins, ends, strict=True):
        assert standing[begin : end + 1].any(), f"nothing found from {recording.at(int(begin))} on"
    print(f"{standing[labelled].mean():.1%} of the labelled hours, {standing.mean():.1%} of all; {len(alarms)} alarms")
    assert standing[labelled].mean() > 0.9 and standing.mean() < 0.25
