# Everything a newcomer needs: `make demo` and `make test`. Set-up happens by itself, once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

PYTHON ?= python3
ARGS ?=

# Tests run in several processes, a file in one of them; ARGS=-n0 runs them one after the other. They start hundreds of
# processes more, which need not compile what the first of them compiled.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
MADE := .venv/.made
RUN := .venv/.run
DEV := .venv/.dev

# A folder that was moved, or a Python that was upgraded away, leaves an environment that no longer works.
ifneq ($(shell cat $(MADE) 2>/dev/null && $(BIN)/python -c ''),$(CURDIR))
$(shell rm -f $(MADE))
endif

.PHONY: help demo test check bench chaos docs fuzz lock secrets clean

help: ## this list
	@echo "Parkwatt: an industrial park's energy, live. Options go into ARGS: make demo ARGS='--meters 1000'"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/    make \1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '%-16s %s\n' "$$target" "$$text"; done

demo: $(RUN) ## a simulated park on the live page, http://127.0.0.1:8080
	@$(BIN)/parkwatt demo $(ARGS)

test: $(DEV) ## all tests; installs Mosquitto, Chromium and a font from Debian where it may
	@tools/ensure_servers
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(SPREAD) $(ARGS)

check: $(DEV) ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV) ## measures; asserts nothing
	@$(BIN)/python -m bench $(ARGS)

chaos: $(DEV) ## kills everything, hundreds of times, and compares every reading; half an hour
	@tools/ensure_servers
	@$(BIN)/python -m tests.chaos $(ARGS)

fuzz: $(DEV) ## 100,000 mutated messages: no crash, no hang, no number from nowhere
	@$(BIN)/python -m tests.fuzz $(ARGS)

docs: $(RUN) ## docs/formats.md, from its template and the device models
	@tools/formats_doc

lock: $(DEV) ## renew the locked dependencies from pyproject.toml
	@tools/lock

secrets: ## strong passwords for docker-compose.yml, into .env; never over what is there
	@tools/secrets

clean: ## remove what make made; data stays
	rm -rf .venv build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Stamps: set-up is done again only where what it rests on is newer.

$(MADE):
	@tools/make_venv $(PYTHON)
	@echo "$(CURDIR)" >$@

$(RUN): $(MADE) requirements.lock pyproject.toml
	@echo "Installing the locked dependencies into .venv (about half a minute)"
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	@echo "Installing what tests and checks need"
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements-dev.lock
	@touch $@
