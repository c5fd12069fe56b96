# The commands that stay stable. Only Python 3.11 or later and make are assumed.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

.PHONY: setup demo test test-fast check fix docs bench clean
.DEFAULT_GOAL := setup

var/.runtime: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	mkdir -p var && touch $@

var/.tests: var/.runtime requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	touch $@

var/.assets: var/.runtime package.json package-lock.json project/static/icons.txt project/assets/build.py
	$(BIN)/python project/assets/build.py
	touch $@

setup: var/.runtime var/.assets ## environment, wheels, browser assets; starts nothing
	$(MANAGE) migrate --no-input --verbosity 0

demo: setup ## everything on one machine, with a year of demonstration data
	DEMO=true $(MANAGE) up --demo

test: var/.tests var/.assets ## every test
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: var/.tests ## tests without browser and without slow ones
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not slow"

check: var/.tests ## every linter; collects failures
	$(BIN)/python checks/run.py

fix: var/.tests
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: var/.runtime ## write the generated pages of docs/reference
	$(MANAGE) write_reference

bench: var/.tests
	$(MANAGE) bench all

clean:
	rm -rf .venv node_modules var/static project/static/vendor .mypy_cache .ruff_cache .pytest_cache
	rm -f var/.runtime var/.tests var/.assets
