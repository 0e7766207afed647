# Works on a fresh machine with Python 3.11+ and make: the first target installs into .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test check lint links types imports docs bench audit clean

run: $(STAMP)
	$(BIN)/yenloop run

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_OPTIONS)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip setuptools wheel
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable ".[test,check,docs]"
	touch $(STAMP)

check: lint types imports docs

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Tools that read the sources want the package, and nothing else, in a folder of its own name: a
# folder of links.
links: $(STAMP)
	rm -rf .venv/typecheck && mkdir -p .venv/typecheck/yenloop
	ln -s $(addprefix "$(CURDIR)"/,$(wildcard *.py) py.typed data estimation models reports) .venv/typecheck/yenloop

types: links
	cd .venv/typecheck && ../bin/mypy --strict --config-file ../../pyproject.toml -p yenloop

imports: $(STAMP)
	$(BIN)/lint-imports

docs: links
	$(BIN)/mkdocs build --quiet --strict

bench: $(STAMP)
	$(BIN)/python -m benchmarks

# Goes on where it was interrupted; an edit of the package starts it anew.
audit: $(STAMP)
	$(BIN)/python -m audit

clean:
	rm -rf .venv build dist *.egg-info
