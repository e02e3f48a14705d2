# One line of help for each task: `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 3000
SANDBOX_PORT ?=

# In front of all others: the environment's own node, npm and tools.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Processes start sooner when what they import was compiled by the one before.
unexport PYTHONDONTWRITEBYTECODE
# A catalogue can be chosen on either side: `CATALOG=creator make run` and `make run CATALOG=creator`.
ifdef CATALOG
export CATALOG
endif

app := .venv/bin/python -m billing_app
ports := --port $(PORT) $(if $(SANDBOX_PORT),--sandbox-port $(SANDBOX_PORT))
code := billing_app alembic benchmarks tests scripts rxconfig.py

.PHONY: help run dev reset test test-deep test-stripe rows lint types format constraints bench bench-http bench-reports load setup setup-dev browser audit

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  CATALOG=interview_mate make run picks a catalogue; PORT=3010 another port."

run: setup ## Start everything and serve until Ctrl-C
	@exec $(app) run $(ports)

dev: setup ## As run, and reload while you work on the code
	@exec $(app) dev $(ports)

reset: setup ## Delete the data of the sandbox installation (asks first; YES=1 does not)
	@exec $(app) reset $(if $(YES),--yes)

# Three workers for two cores: tests wait for servers and browsers. Types are checked beside them, and told of at the end.
test: lint browser ## Check everything: style, layers, types, tests (not those marked deep)
	@types=$$(mktemp); timeout 900 pyright >"$$types" 2>&1 & checking=$$!; \
	.venv/bin/python -m pytest -n 3 --dist loadgroup -m "not deep" -q; tests=$$?; \
	wait $$checking; typed=$$?; cat "$$types"; rm -f "$$types"; exit $$((tests | typed))

test-deep: setup-dev browser ## Run the tests that take long
	@.venv/bin/python -m pytest -n 2 --dist loadgroup -m deep -q

rows: setup-dev ## Print the rows of the requirements with the tests that prove each, and what is open
	@.venv/bin/python -m tests.rows

test-stripe: setup-dev ## Tell the sandbox's story to Stripe's test mode (STRIPE_SECRET_KEY=sk_test_...)
	@.venv/bin/python -m tests.sandbox.on_stripe

lint: setup-dev ## Check style and the house's layers
	@ruff format --check --quiet $(code) || { echo "Run 'make format'."; exit 1; }
	@ruff check --quiet $(code)
	@lint-imports --no-logo || exit 1

types: setup-dev ## Check types
	@timeout 600 pyright

format: setup-dev ## Put the code into shape
	@ruff format --quiet $(code)
	@ruff check --quiet --fix $(code)

setup:
	@$(PYTHON) scripts/set_up.py requirements.txt

setup-dev: setup
	@$(PYTHON) scripts/set_up.py requirements-dev.txt

browser: setup-dev
	@.venv/bin/python scripts/browser.py

bench: setup ## Measure the ledger beside plain PL/pgSQL (QUICK=1: a look, in about a minute)
	@.venv/bin/python -m benchmarks $(if $(QUICK),--quick)

bench-http: setup ## Measure the HTTP API beside a pinned baseline of FastAPI and psycopg (QUICK=1: a look)
	@.venv/bin/python -m benchmarks.http $(if $(QUICK),--quick)

bench-reports: setup ## Measure reports at 100 thousand and 10 million cost rows (ROWS=1000000: a look)
	@.venv/bin/python -m benchmarks.reports $(if $(ROWS),--rows $(ROWS))

load: setup ## Five minutes of 200 customers, purchases and open dashboards (MINUTES=1: a look)
	@.venv/bin/python -m benchmarks.load $(if $(MINUTES),--minutes $(MINUTES))

audit: setup ## Ask whether a known weakness is in the pinned packages (says so if there is no network)
	@.venv/bin/python scripts/audit.py

constraints: setup-dev ## Pin anew what our packages bring along
	@{ echo "# Every package that requirements.txt and requirements-dev.txt bring along, at the version it was proven with."; \
	   echo "# Made by: make constraints"; .venv/bin/pip freeze --exclude-editable; } > constraints.txt
