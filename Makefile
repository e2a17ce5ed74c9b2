# The two commands are `make run` and `make test`. `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

export PYTHON ?= python3
export PORT ?= 8000
BIN := .venv/bin
# Node from the system where it has npm, else the one from PyPI that setup puts into the virtual environment.
export PATH := $(PATH):$(CURDIR)/$(BIN)
# Tests see the defaults, whatever the shell they are started from has set for a real installation. They keep their byte
# code too: without it every process of every run reads and rewrites all test files anew.
CLEAN := env -u PYTHONDONTWRITEBYTECODE -u DATABASE_URL -u SECRET_KEY -u DEBUG -u MEDIA_ROOT -u ALLOWED_HOSTS -u EMAIL_URL -u BASE_URL
PYTEST := $(CLEAN) $(BIN)/python -m pytest -q
# Cleaned before, not after: tests.postgres says itself which database the tests are for.
POSTGRES := $(CLEAN) $(BIN)/python -m tests.postgres $(BIN)/python -m pytest -q

.PHONY: help run serve setup setup-test test lint format migrations test-sqlite test-postgres test-slow bench proves lock clean

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

# --- running

run: setup  ## install what is missing, load the demo business and serve it (PORT=8000)
	@$(BIN)/python -m arcollect.serve --demo

serve: setup  ## the same without the demo: for a real ledger
	@$(BIN)/python -m arcollect.serve

setup: .venv/.run node_modules/.installed  ## install what running needs; nothing happens when it is all there

.PHONY: packages-run packages-test
packages-run packages-test: packages-%:
	@.ci/packages $*

# A fresh shell often sets PYTHONDONTWRITEBYTECODE; byte code written here makes every later start a second faster.
INSTALL = env -u PYTHONDONTWRITEBYTECODE bash -c 'if uv --version >/dev/null 2>&1; \
	then uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $$0; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $$0; fi'

.venv/.made: | packages-run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "arcollect needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@echo "Making the virtual environment .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.run: requirements.txt .venv/.made | packages-run
	@echo "Installing the Python packages ..."
	@$(INSTALL) requirements.txt
	@touch $@

.venv/.test: requirements-dev.txt .venv/.run | packages-test
	@echo "Installing the Python packages for the tests ..."
	@$(INSTALL) requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc requirements-node.txt | .venv/.run
	@command -v npm >/dev/null || { echo "Installing Node ..."; $(INSTALL) requirements-node.txt; }
	@echo "Installing the stylesheets, scripts and fonts ..."
	@npm ci --no-progress --loglevel=error >/dev/null
	@touch $@

# --- proving

test: setup-test lint migrations test-sqlite test-postgres  ## lint, migrations, and the tests on SQLite and on PostgreSQL

setup-test: packages-test setup .venv/.test

lint: setup-test  ## ruff, and its format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup-test  ## let ruff put the code right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

migrations: setup-test  ## no model change without its migration
	@$(CLEAN) $(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: texts
texts: setup-test  ## add what is new to the German and Spanish texts of the customer's pages, and compile them
	@$(CLEAN) $(BIN)/python -m tests.catalog

test-sqlite: setup-test
	@echo "Tests on SQLite"
	@$(PYTEST) -n 2

test-postgres: setup-test
	@$(POSTGRES) -n 2

test-slow: setup-test  ## what walks the calendar, drives a browser, races processes, or takes a whole old ledger
	@$(PYTEST) -n 2 -m scenario tests/scenarios
	@$(POSTGRES) -n 2 -m scenario tests/scenarios
	@$(MAKE) -j2 --output-sync=target test-browser test-load test-faults-postgres test-faults

# Two at a time: a browser and a killed process both spend much of their time waiting. The longest first. Each looks for its
# tests in its own folders alone: to read all others takes half a minute.
.PHONY: test-browser test-load test-faults-postgres test-faults
test-browser: setup-test
	@$(PYTEST) -m browser tests/browser

test-load: setup-test
	@$(PYTEST) -m load tests/load tests/faults tests/scenarios

test-faults-postgres: setup-test
	@$(POSTGRES) -m faults tests/faults

test-faults: setup-test
	@$(PYTEST) -m "faults and not load" tests/faults

bench: setup-test  ## the engine's nights, the letters, the matching and the forecast, small; the large ledgers are in docs/performance.md
	@$(CLEAN) $(BIN)/python bench/escalate.py --invoices 2000 10000
	@$(BIN)/python -m tests.postgres $(BIN)/python bench/escalate.py --invoices 10000 --backend postgresql
	@$(CLEAN) $(BIN)/python bench/pages.py --invoices 1000 10000
	@$(CLEAN) $(BIN)/python bench/letters.py --letters 60
	@$(CLEAN) $(BIN)/python bench/matching.py --lines 500 --invoices 5000
	@$(CLEAN) $(BIN)/python bench/forecast.py

proves: setup-test  ## which practice and which trap is proved by which passing test
	@$(PYTEST) -m "not load" --proves

# --- keeping house

lock:  ## pin the newest packages that fit requirements*.in (needs uv)
	@for name in requirements requirements-dev requirements-node; do \
		uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt; done

clean:  ## remove what setup made; data stays
	@rm -rf .venv node_modules staticfiles .pytest_cache .ruff_cache .hypothesis
