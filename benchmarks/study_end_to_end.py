"""The whole study on the embedded data, as a user starts it: a fresh process, kernels compiled."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

REPEATS = 3


def run() -> list[dict[str, object]]:
    """Median wall time of ``yenloop run`` over fresh processes; no other program does this job."""
    command = [sys.executable, "-m", "yenloop", "run", "--out"]
    seconds = []
    for _ in range(REPEATS + 1):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            subprocess.run([*command, folder], check=True, capture_output=True)
            seconds.append(time.perf_counter() - started)
    return [
        {
            "workload": "study_end_to_end",
            "ours_seconds": statistics.median(seconds[1:]),
            "peer": "none",
            "peer_seconds": None,
            "ratio": None,
            "max_abs_difference": None,
            "note": f"median of {REPEATS} fresh processes after one that compiles the kernels; "
            "no other package runs this study",
        }
    ]
