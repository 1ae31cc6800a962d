"""Ends what a killed test run leaves behind: a process of its own that outlives the run by a moment.

Standard input says ``+PID`` and ``-PID`` (process groups to remember and to forget) and ``rm FOLDER``. When it
ends, however the run ended, it kills every remembered group and removes the folder. Run as a plain script.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys


def main() -> None:
    groups: list[int] = []
    folders: list[str] = []
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            groups.append(int(word[1:]))
        elif word.startswith("-"):
            groups.remove(int(word[1:]))
        elif word.startswith("rm "):
            folders.append(word[3:])
    for group in reversed(groups):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    main()
