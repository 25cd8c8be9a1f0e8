"""Environment of every test run, set before Django reads its settings."""

import os
import tempfile

os.environ["TRELLIS_MODE"] = "test"
os.environ["TRELLIS_HOME"] = tempfile.mkdtemp(prefix="trellis-test-")
