"""The nightly run on large ledgers: `bench/escalate.py --invoices 10000 100000 --backend sqlite|postgresql`."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    command = [sys.executable, "-m", "bench.nights", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode)
