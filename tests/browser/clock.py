"""Runs a module as `python -m` does, at eleven in the morning of one fixed Wednesday in London: calls are allowed, whenever
the tests run. CLOCK names another moment. Usage: python -m tests.browser.clock MODULE ARGUMENT..."""

import os
import runpy
import sys

import time_machine

MORNING = "2026-06-17T10:00Z"


def main() -> None:
    _own, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    with time_machine.travel(os.environ.get("CLOCK", MORNING), tick=True):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
