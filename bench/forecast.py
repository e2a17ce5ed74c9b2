"""Walks the forecast forward in time: `bench/forecast.py [FILE …] [--map …] [--train-until DATE] [--format json]`."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    command = [sys.executable, "-m", "bench.forecasts", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode)
