"""`python -m gateways.wire.schemas FOLDER` writes the schemas and the AsyncAPI document."""

from __future__ import annotations

import sys
from pathlib import Path

from gateways.wire.schemas.files import write

if len(sys.argv) != 2:
    sys.exit("usage: python -m gateways.wire.schemas FOLDER")
write(Path(sys.argv[1]))
