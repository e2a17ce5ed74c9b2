"""Letters a second: `bench/letters.py --letters 60`."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    command = [sys.executable, "-m", "bench.throughput", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode)
