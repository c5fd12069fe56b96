# The commands that stay stable. Only Python 3.11 or later and make are assumed.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# Tests start dozens of processes: none is to compile all of this anew.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup up demo browser test test-long test-fast check fix docs bench clean
.DEFAULT_GOAL := help

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 12

var/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name it, as in: make setup PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv || \
	  { echo "Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }
	@mkdir -p var && touch $@

var/.runtime: var/.venv requirements.txt
	$(PIP) -r requirements.txt
	@touch $@

var/.tests: var/.runtime requirements-test.txt requirements-spark.txt
	$(PIP) -r requirements-test.txt
	@touch $@

var/.assets: var/.runtime package-lock.json project/static/icons.txt project/assets/build.py
	$(BIN)/python project/assets/build.py
	@touch $@

# After the assets: both install into node_modules.
var/.browser: var/.assets package-lock.json project/assets/browser.py
	$(BIN)/python project/assets/browser.py
	@touch $@

setup: var/.runtime var/.assets ## environment, wheels, browser assets, database; starts nothing
	$(MANAGE) migrate --no-input --verbosity 0
	@echo "Set up. Next: make demo for a made-up year, or for your own data"
	@echo "  $(MANAGE) set_up --help   (docs/how-to/run-it-for-real.md), then make up"

# `up` brings the database up to date itself: `setup` would do it a second time.
up: var/.runtime var/.assets ## everything on one machine, with your own data (first: manage.py set_up)
	$(MANAGE) up

demo: var/.runtime var/.assets ## everything on one machine, with a year of demonstration data
	DEMO=true $(MANAGE) up --demo

browser: var/.browser ## only the browser that tests use

test: var/.tests var/.browser ## every test
	$(PYTEST)

test-long: var/.tests var/.browser ## every test, ten times as many examples of properties
	EXAMPLES=10 $(PYTEST)

test-fast: var/.tests var/.assets ## tests without browser and without slow ones
	$(PYTEST) -m "not browser and not slow"

check: var/.tests var/.assets ## every linter; collects failures
	$(BIN)/python checks/run.py

fix: var/.tests ## let ruff repair what it can
	$(BIN)/ruff check --fix . || true
	$(BIN)/ruff format .

docs: var/.runtime ## write the generated pages of docs/reference
	$(MANAGE) write_reference

bench: var/.tests ## measure the promises, as ratios
	$(MANAGE) bench all

clean: ## remove what setup made; the data under var/ stay
	rm -rf .venv node_modules var/static var/chromium project/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f var/.venv var/.runtime var/.tests var/.assets var/.browser
