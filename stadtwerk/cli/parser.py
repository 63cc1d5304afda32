"""The parser of the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

BAD_INPUT = 64


class Parser(argparse.ArgumentParser):
    """Ends with the exit code for bad input, not with argparse's 2, which means inconclusive here.

    `late` adds options that only the registry knows, when the command was chosen: no other command pays for them.
    """

    late: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        late, self.late = self.late, None
        if late is not None:
            late(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")
