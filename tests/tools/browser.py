"""Finds a Chromium for the browser tests; on Debian as root, installs one where none is found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--disable-gpu",
]


def find() -> str | None:
    """The path of a Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    found = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux/chrome"))
    return str(found[-1]) if found else None


def main() -> None:
    if find():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("No Chromium found: installing Debian's for the browser tests")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, stdout=subprocess.DEVNULL)
    if not find():
        print("No Chromium: the browser tests will be skipped", file=sys.stderr)


if __name__ == "__main__":
    main()
