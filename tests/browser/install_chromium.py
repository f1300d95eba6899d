"""Finds the browser that the tests of the explorer drive, and installs one where that is possible.

Run before the tests: ``python tests/browser/install_chromium.py``. It looks for a Chromium, Chrome
or Edge; where there is none, it installs Debian's ``chromium`` if ``apt-get`` and the right to use
it are there. Elsewhere it says how to point at a browser, and ends with exit code 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

VARIABLE = "BLASTRADIUS_CHROMIUM"

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)

PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)

HINT = (
    "No browser for the tests of the explorer. Install Chromium, Chrome or Edge (on Debian and "
    "Ubuntu: `apt-get install chromium`), or set the environment variable "
    f"{VARIABLE} to the path of its program."
)


class NoBrowserError(Exception):
    """There is no browser that the tests could use."""


def find_chromium() -> str:
    """Return the path of a browser; the environment variable wins, and must be right."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise NoBrowserError(f"{VARIABLE} is {chosen!r}, which is no program. {HINT}")
        return found
    for name in (*NAMES, *PLACES):
        found = shutil.which(name)
        if found is not None:
            return found
    raise NoBrowserError(HINT)


def install_command() -> list[str] | None:
    """Return what to put before ``apt-get``, or None where it cannot be used."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if allowed.returncode == 0 else None


def install(before: list[str]) -> None:
    """Install Debian's Chromium without a question."""
    settings = ["env", "DEBIAN_FRONTEND=noninteractive"]
    apt = [*before, *settings, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=600"]
    # A stale list of packages is no reason to give up: the installation itself will tell.
    subprocess.run([*apt, "update"], check=False)
    subprocess.run([*apt, "install", "-y", "--no-install-recommends", "chromium"], check=True)


def find_or_install() -> str:
    """Return the path of a browser, which may have to be installed first."""
    try:
        return find_chromium()
    except NoBrowserError:
        before = None if os.environ.get(VARIABLE) else install_command()
        if before is None:
            raise
    install(before)
    return find_chromium()


def main() -> int:
    try:
        print(find_or_install())
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"{error}\n{HINT}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
