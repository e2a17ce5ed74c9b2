"""Benchmarks: run by hand or by `make bench`, never by a test. `python -m bench.escalate`, `python -m bench.letters`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arcollect.settings")
django.setup()
