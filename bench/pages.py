"""How fast every staff page answers on large ledgers: `bench/pages.py --invoices 1000 100000 --backend sqlite|postgresql`."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    command = [sys.executable, "-m", "bench.visits", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode)
