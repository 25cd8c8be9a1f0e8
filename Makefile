PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUNBUFFERED = 1

.PHONY: demo serve test check soak bench lock clean

$(VENV)/.run: requirements/run.lock pyproject.toml
	test -x $(BIN)/python || $(PY) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/run.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .
	$(BIN)/python -m trellis.core.messages
	touch $@

$(VENV)/.test: requirements/test.lock $(VENV)/.run
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/test.lock
	$(BIN)/python -m tests.tools.browser
	touch $@

# Installs, fills an embedded database with the demonstration programme, and serves it.
demo: $(VENV)/.run
	$(BIN)/trellis demo --serve

check: $(VENV)/.test
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	TRELLIS_MODE=test $(BIN)/mypy
	$(BIN)/lint-imports
	TRELLIS_MODE=test $(BIN)/python -m trellis.web.cli makemigrations --check --dry-run

# Everything under ten minutes: the house rules, then the whole suite on SQLite, then the database tests on PostgreSQL.
test: check
	$(BIN)/python -m tests.tools.run

soak: $(VENV)/.test
	$(BIN)/python -m tests.tools.run soak

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench $(WHAT)

lock:
	$(BIN)/uv pip compile requirements/run.in --universal --generate-hashes --no-header -q --python-version 3.11 -o requirements/run.lock
	$(BIN)/uv pip compile requirements/test.in --universal --generate-hashes --no-header -q --python-version 3.11 -o requirements/test.lock

clean:
	rm -rf $(VENV) .demo
