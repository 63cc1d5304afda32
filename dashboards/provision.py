"""The files that Grafana reads at its start: where the data are, and where the dashboards."""

from __future__ import annotations

from typing import Any

import yaml

from dashboards.influxql import UID
from dashboards.page import LANGUAGE_NAMES, TAG
from simulator.contracts.words import LANGUAGES

HEADER = "# Built by `python -m dashboards`; change it there.\n"

PASSWORD_FILE = "/run/secrets/influx-password"
"""Where Grafana finds the password of the login that reads the database; the file is a secret of the installation."""

DASHBOARDS = "/etc/grafana/dashboards"
"""Where the folder `dashboards` is mounted."""


def datasources() -> str:
    """InfluxDB by InfluxQL (in version 2 a DBRP mapping makes the bucket a database); the environment says which.

    With a login of the InfluxQL interface. Version 2 takes such a one as Basic; under `Token` it wants one of its own
    tokens and turns a login away.
    """
    source: dict[str, Any] = {
        "name": "Stadtwerk",
        "uid": UID,
        "type": "influxdb",
        "access": "proxy",
        "orgId": 1,
        "url": "${STADTWERK_INFLUX_URL}",
        "isDefault": True,
        "editable": False,
        "basicAuth": True,
        "basicAuthUser": "${STADTWERK_INFLUX_USER}",
        "jsonData": {
            "version": "InfluxQL",
            "dbName": "${STADTWERK_INFLUX_BUCKET}",
            "httpMode": "POST",
            "timeInterval": "60s",
        },
        "secureJsonData": {"basicAuthPassword": f"$__file{{{PASSWORD_FILE}}}"},
    }
    return _yaml({"apiVersion": 1, "prune": True, "datasources": [source]})


def providers() -> str:
    """One folder of dashboards for each language."""
    made = [
        {
            "name": f"{TAG}-{lang}",
            "orgId": 1,
            "type": "file",
            "folder": f"Stadtwerk ({LANGUAGE_NAMES[lang]})",
            "folderUid": f"{TAG}-{lang}",
            "disableDeletion": True,
            "allowUiUpdates": False,
            "updateIntervalSeconds": 60,
            "options": {"path": f"{DASHBOARDS}/{lang}"},
        }
        for lang in LANGUAGES
    ]
    return _yaml({"apiVersion": 1, "providers": made})


def _yaml(content: dict[str, Any]) -> str:
    return HEADER + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
