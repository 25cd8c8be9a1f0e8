"""`make bench`: every measure, or those named: `python -m tests.bench pages times --scale 0.1 --postgres`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable

NAMES = ("survival", "decision", "import", "times", "verify", "exchange", "pages")


def arguments() -> argparse.Namespace:
    """What was asked for; nothing named is everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="what", help=", ".join(NAMES))
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the region as described; 0.05 is quick")
    parser.add_argument("--postgres", action="store_true", help="pages on PostgreSQL, from the package index")
    parser.add_argument("--incidents", type=int, default=0, help="so many incidents in the region of the pages")
    parser.add_argument("--home", default="", help="keep the region of the pages here and use it again")
    found = parser.parse_args()
    if unknown := set(found.names) - set(NAMES):
        parser.error(f"{', '.join(sorted(unknown))} is not measured; choose from {', '.join(NAMES)}")
    return found


def main() -> None:
    """Runs what was asked for, one after another."""
    asked = arguments()
    os.environ["TRELLIS_MODE"] = "test"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")
    names = asked.names or NAMES
    if set(names) - {"pages"}:
        with tempfile.TemporaryDirectory(prefix="trellis-bench-", ignore_cleanup_errors=True) as home:
            os.environ["TRELLIS_HOME"] = home
            _in_process(names, asked.scale)
    if "pages" in names:
        from tests.bench import pages

        pages.run(asked.scale, asked.postgres, asked.home, asked.incidents)


def _in_process(names: list[str] | tuple[str, ...], scale: float) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import decisions, exchange, imports, ledger, survival, times

    measures: dict[str, Callable[[], None]] = {
        "survival": lambda: survival.run(max(1_000, round(200_000 * scale))),
        "decision": decisions.run,
        "import": lambda: imports.run(max(100, round(20_000 * scale))),
        "times": lambda: times.run(max(2_000, round(200_000 * scale)), max(2_000, round(1_000_000 * min(1.0, scale)))),
        "exchange": lambda: exchange.run(max(2_000, round(50_000 * scale))),
        "verify": lambda: ledger.run(max(1_000, round(1_000_000 * scale))),
    }
    for name in names:
        if name in measures:
            # Each in tables of its own: what one leaves behind would weigh on the next.
            path = os.path.join(os.environ["TRELLIS_HOME"], f"{name}.sqlite3")
            _database(path)
            call_command("migrate", verbosity=0)
            measures[name]()


def _database(path: str) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict["NAME"] = path


if __name__ == "__main__":
    sys.exit(main())
