"""What is due without anybody pressing; each task is safe to run twice and in two processes at once."""

from collections.abc import Callable, Iterator

from trellis.core import outside
from trellis.delivery import services as delivery
from trellis.exchange import services as exchange
from trellis.governance import services as governance
from trellis.governance.mail import mails_due
from trellis.operations import services as operations
from trellis.sharing import services as sharing

TASKS: dict[str, Callable[[], int]] = {
    "proposals lapsed": governance.lapse_due,
    "emergency acts ended": governance.emergency_due,
    "digests of access written": sharing.digests_due,
    "broken uploads deleted": sharing.uploads_expire,
    "rights of sharing begun or ended, and told": exchange.exchange_due,
    "statuses of posts deleted": exchange.statuses_expire,
    "files of imports deleted": operations.import_files_expire,
    "files of scores deleted": delivery.score_files_expire,
    "entries that nobody signed deleted": outside.expire,
    "mails sent": mails_due,
}


def run_due() -> Iterator[tuple[str, int]]:
    """Runs every task and yields what was done."""
    for name, task in TASKS.items():
        if count := task():
            yield name, count
