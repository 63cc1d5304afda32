"""`python -m tests.foreign FOLDER`: a table of what comes of every network file in it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.foreign.trying import LIMIT_S, found, tried


def main(arguments: list[str]) -> int:
    if not arguments or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.foreign FOLDER [SECONDS]", file=sys.stderr)
        return 64
    limit_s = float(arguments[1]) if len(arguments) > 1 else LIMIT_S
    counted: Counter[str] = Counter()
    print("| file | result | at | s | said |\n|---|---|---|---|---|", flush=True)
    for name, options in found(Path(arguments[0])):
        one = tried(name, options, limit_s)
        counted[one.result] += 1
        print(one.row(), flush=True)
    print(", ".join(f"{result}: {n}" for result, n in sorted(counted.items())))
    return 1 if counted["crash"] or counted["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
