"""`trellis verify`: does the ledger hold, on the live database or in an exported file?"""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from trellis.core.models import Stream
from trellis.core.verify import Verdict
from trellis.web import streams


class Command(BaseCommand):
    help = "Checks chain, signatures, payloads and tables. With FILE, checks an exported stream alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="an exported stream (JSON lines)")
        parser.add_argument("--stream", type=UUID, help="only this stream of the live database")
        parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="a checkpoint kept elsewhere")
        parser.add_argument("--pin", action="append", default=[], help="a founding public key (hex) known elsewhere")
        parser.add_argument("--no-signatures", action="store_true", help="chain and payloads only: much faster")

    def handle(self, *args: Any, **options: Any) -> None:
        signatures = not options["no_signatures"]
        points = [_checkpoint(path) for path in options["checkpoint"]]
        if options["file"]:
            try:
                with options["file"].open(encoding="utf-8") as lines:
                    verdict = streams.verify_file(
                        lines, checkpoints=points, signatures=signatures, pinned=options["pin"], progress=self.tick
                    )
            except (OSError, streams.FileProblem) as error:
                raise CommandError(str(error)) from None
            self.tell(str(options["file"]), verdict)
            verdicts = [verdict]
        else:
            found = Stream.objects.order_by("created_at")
            if options["stream"]:
                found = found.filter(pk=options["stream"])
            verdicts = []
            for stream in found:
                verdict = streams.verify_live(stream.pk, signatures=signatures, progress=self.tick)
                for point in points:
                    if point["body"]["stream"] == str(stream.pk):
                        verdict.problems += self.held(stream.pk, point, signatures)
                self.tell(f"{stream.kind} {stream.pk}", verdict)
                verdicts.append(verdict)
        if not all(verdict.holds for verdict in verdicts):
            sys.exit(1)

    def held(self, stream: UUID, point: dict[str, Any], signatures: bool) -> list[Any]:
        from trellis.core.verify import against, chain

        verdict = chain(streams.rows_of(stream), signatures=False, watch=[point["body"]["seq"]])
        return list(against(verdict, point["body"], bytes.fromhex(point["signature"]), str(stream)))

    def tell(self, name: str, verdict: Verdict) -> None:
        extra = "".join(
            f", {n} {word}" for n, word in ((verdict.withheld, "withheld"), (verdict.redacted, "redacted")) if n
        )
        state = "holds" if verdict.holds else "DOES NOT HOLD"
        self.stdout.write(f"{name}: {verdict.entries} entries{extra}: {state}")
        for problem in verdict.problems:
            self.stdout.write(f"  {problem}")

    def tick(self, count: int) -> None:
        if sys.stderr.isatty() and time.monotonic():
            self.stderr.write(f"  {count} entries …", ending="\r")


def _checkpoint(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {"body": said["body"], "signature": said["signature"]}
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"{path} is not a checkpoint: {error}") from None
