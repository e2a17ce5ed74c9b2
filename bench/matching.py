"""Made-up payments against the demo, the real ledgers and 100,000 invoices: `bench/matching.py --lines 2000 --seed 1`."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    command = [sys.executable, "-m", "bench.matchings", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode)
