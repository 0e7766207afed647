# Everything here works on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test check bench audit docs clean

run: $(STAMP)
	$(BIN)/yenloop run

test: $(STAMP)
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip setuptools wheel
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable ".[test,check,docs]"
	touch $(STAMP)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	mkdir -p .venv/typecheck && ln -sfn "$(CURDIR)" .venv/typecheck/yenloop
	MYPYPATH=.venv/typecheck $(BIN)/mypy --strict -p yenloop
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv build dist *.egg-info
