"""`python -m dashboards`: builds what Grafana reads."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EPILOG = """\
examples:
  python -m dashboards                 write deploy/grafana anew
  python -m dashboards --check         exit code 1 if deploy/grafana is not what the code builds
  python -m dashboards --out /tmp/g    write it somewhere else

The Grafana Foundation SDK is needed: pip install 'stadtwerk[dashboards]'. See docs/dashboards.md.
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m dashboards",
        description="Build Grafana dashboards, alert rules and provisioning.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, help="the folder to write (default: deploy/grafana)")
    parser.add_argument("--check", action="store_true", help="write nothing, say what differs")
    options = parser.parse_args()
    from dashboards.build import DEFAULT, differences, write

    folder: Path = options.out or DEFAULT
    if options.check:
        found = differences(folder)
        for line in found:
            print(line, file=sys.stderr)
        return 1 if found else 0
    print(f"{len(write(folder))} files written below {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
