"""The examples of RFC 8428 as test data: section 5.1 and the dump of section 6. Figures and names are the RFC's."""

from __future__ import annotations

from typing import Any

ONE_WIRE = "urn:dev:ow:10e2073a01080063"
OTHER = "urn:dev:ow:10e2073a0108006:"
HUMID = 1_320_067_464.0
"""Mon Oct 31 13:24:24 UTC 2011."""

POWERED = 1_276_020_076.001
"""Tue Jun 8 18:01:16.001 UTC 2010."""

FETCHED = 1_320_078_429.0
"""Mon Oct 31 16:27:09 UTC 2011."""

Batch = list[dict[str, Any]]

SINGLE: Batch = [{"n": ONE_WIRE, "u": "Cel", "v": 23.1}]  # 5.1.1

MULTIPLE: Batch = [  # 5.1.2
    {"bn": ONE_WIRE + ":", "n": "voltage", "u": "V", "v": 120.1},
    {"n": "current", "u": "A", "v": 1.2},
]

AT_DIFFERENT_TIMES: Batch = [  # 5.1.2
    {"bn": OTHER, "bt": POWERED, "bu": "A", "bver": 5, "n": "voltage", "u": "V", "v": 120.1},
    {"n": "current", "t": -5, "v": 1.2},
    {"n": "current", "t": -4, "v": 1.3},
    {"n": "current", "t": -3, "v": 1.4},
    {"n": "current", "t": -2, "v": 1.5},
    {"n": "current", "t": -1, "v": 1.6},
    {"n": "current", "v": 1.7},
]

MOBILE: Batch = [  # 5.1.3
    {"bn": ONE_WIRE, "bt": HUMID, "bu": "%RH", "v": 20},
    {"u": "lon", "v": 24.30621},
    {"u": "lat", "v": 60.07965},
    {"t": 60, "v": 20.3},
    {"u": "lon", "t": 60, "v": 24.30622},
    {"u": "lat", "t": 60, "v": 60.07965},
    {"t": 120, "v": 20.7},
    {"u": "lon", "t": 120, "v": 24.30623},
    {"u": "lat", "t": 120, "v": 60.07966},
    {"u": "%EL", "t": 150, "v": 98},
    {"t": 180, "v": 21.2},
    {"u": "lon", "t": 180, "v": 24.30628},
    {"u": "lat", "t": 180, "v": 60.07967},
]

MOBILE_RESOLVED: Batch = [  # 5.1.4
    {"n": ONE_WIRE, "u": unit, "t": time, "v": value}
    for unit, time, value in (
        ("%RH", 1.320067464e09, 20),
        ("lon", 1.320067464e09, 24.30621),
        ("lat", 1.320067464e09, 60.07965),
        ("%RH", 1.320067524e09, 20.3),
        ("lon", 1.320067524e09, 24.30622),
        ("lat", 1.320067524e09, 60.07965),
        ("%RH", 1.320067584e09, 20.7),
        ("lon", 1.320067584e09, 24.30623),
        ("lat", 1.320067584e09, 60.07966),
        ("%EL", 1.320067614e09, 98),
        ("%RH", 1.320067644e09, 21.2),
        ("lon", 1.320067644e09, 24.30628),
        ("lat", 1.320067644e09, 60.07967),
    )
]

MOBILE_BYTES = {"JSON": 573, "CBOR": 254}
"""Table 3: the size of 5.1.3 in both forms."""

TYPES: Batch = [  # 5.1.5
    {"bn": ONE_WIRE + ":", "n": "temp", "u": "Cel", "v": 23.1},
    {"n": "label", "vs": "Machine Room"},
    {"n": "open", "vb": False},
    {"n": "nfc-reader", "vd": "aGkgCg"},
]

COLLECTION: Batch = [  # 5.1.6
    {"bn": "2001:db8::2/", "bt": FETCHED, "n": "temperature", "u": "Cel", "v": 25.2},
    {"n": "humidity", "u": "%RH", "v": 30},
    {"bn": "2001:db8::1/", "n": "temperature", "u": "Cel", "v": 12.3},
    {"n": "humidity", "u": "%RH", "v": 67},
]

THERMOSTAT: Batch = [  # 5.1.7
    {"bn": ONE_WIRE + ":"},
    {"n": "temp", "u": "Cel", "v": 23.1},
    {"n": "heat", "u": "/", "v": 1},
    {"n": "fan", "u": "/", "v": 0},
]

LIGHTS: Batch = [  # 5.1.7
    {"bt": FETCHED, "bu": "/", "n": "2001:db8::3", "v": 0.5},
    {"n": "2001:db8::4", "v": 0.5},
    {"n": "2001:db8::3", "t": 0.1, "v": 0},
    {"n": "2001:db8::4", "t": 0.1, "v": 0},
]

ALL = {
    "single": SINGLE,
    "multiple": MULTIPLE,
    "at different times": AT_DIFFERENT_TIMES,
    "mobile": MOBILE,
    "mobile resolved": MOBILE_RESOLVED,
    "types": TYPES,
    "collection": COLLECTION,
    "thermostat": THERMOSTAT,
    "lights": LIGHTS,
}

DUMP = bytes.fromhex(  # section 6, of the pack at different times; its last record also says t = 0
    """
    87 a7 21 78 1b 75 72 6e 3a 64 65 76 3a 6f 77 3a
    31 30 65 32 30 37 33 61 30 31 30 38 30 30 36 3a
    22 fb 41 d3 03 a1 5b 00 10 62 23 61 41 20 05 00
    67 76 6f 6c 74 61 67 65 01 61 56 02 fb 40 5e 06
    66 66 66 66 66 a3 00 67 63 75 72 72 65 6e 74 06
    24 02 fb 3f f3 33 33 33 33 33 33 a3 00 67 63 75
    72 72 65 6e 74 06 23 02 fb 3f f4 cc cc cc cc cc
    cd a3 00 67 63 75 72 72 65 6e 74 06 22 02 fb 3f
    f6 66 66 66 66 66 66 a3 00 67 63 75 72 72 65 6e
    74 06 21 02 f9 3e 00 a3 00 67 63 75 72 72 65 6e
    74 06 20 02 fb 3f f9 99 99 99 99 99 9a a3 00 67
    63 75 72 72 65 6e 74 06 00 02 fb 3f fb 33 33 33
    33 33 33
    """
)
