"""Where the official IATI files are, if they are here: in `TRELLIS_TEST_DATA`, or beside the checkout."""

import os
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[5] / "shared" / "data"
IATI = Path(os.environ.get("TRELLIS_TEST_DATA") or _BESIDE) / "iati"
