"""What is due without anybody pressing; each task is safe to run twice and in two processes at once."""

from collections.abc import Callable, Iterator

from trellis.governance import services as governance
from trellis.sharing import services as sharing

TASKS: dict[str, Callable[[], int]] = {
    "proposals lapsed": governance.lapse_due,
    "emergency acts ended": governance.emergency_due,
    "digests of access written": sharing.digests_due,
    "broken uploads deleted": sharing.uploads_expire,
}


def run_due() -> Iterator[tuple[str, int]]:
    """Runs every task and yields what was done."""
    for name, task in TASKS.items():
        if count := task():
            yield name, count
