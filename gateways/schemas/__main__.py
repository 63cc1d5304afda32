"""`python -m gateways.schemas FOLDER` writes the schemas and the AsyncAPI document."""

from __future__ import annotations

import sys
from pathlib import Path

from gateways.schemas.files import write

if len(sys.argv) != 2:
    sys.exit("usage: python -m gateways.schemas FOLDER")
write(Path(sys.argv[1]))
