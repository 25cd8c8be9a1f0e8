"""`make bench`: what is measured so far; docs/bench.md says what is not."""

import os
import sys
import tempfile

os.environ["TRELLIS_MODE"] = "test"
os.environ["TRELLIS_HOME"] = tempfile.mkdtemp(prefix="trellis-bench-")
os.environ["DJANGO_SETTINGS_MODULE"] = "trellis.web.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tests.bench import decisions, ledger, survival  # noqa: E402


def main() -> None:
    """Runs every measure; the first argument scales the ledger's (entries, a million without it)."""
    call_command("migrate", verbosity=0)
    survival.run()
    decisions.run()
    ledger.run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)


if __name__ == "__main__":
    main()
