# The five things people do here. Everything happens in .venv and var/; `make clean` takes both away.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE :=
# A developer's shell must not decide what the tests run against.
unexport DJANGO_SETTINGS_MODULE

.PHONY: run test check bench spark clean setup setup-dev

run: setup            ## set up, load the demonstration, serve http://localhost:PORT
	@PUEBLA_ENV=demo $(BIN)/puebla demo --if-empty
	@PUEBLA_ENV=demo $(BIN)/puebla serve --port $(PORT)

test: setup-dev       ## run everything
	@$(BIN)/python -m tools.suite

check: setup-dev      ## lint, format, types, floors, templates, translations, migrations, licences
	@$(BIN)/python -m tools.check

bench: setup-dev      ## performance: prints ratios, writes var/bench.json
	@$(BIN)/python -m benchmarks

spark: setup-dev      ## pyspark for a cluster, and for the tests that start one (500 MB; needs Java 17)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/spark.txt

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
	rm -f src/puebla/theme/static/theme/fonts/*.woff2 src/puebla/theme/static/theme/fonts/fonts.css

setup: .venv/.ready
setup-dev: .venv/.ready-dev

.venv/bin/uv: requirements/tools.txt
	@echo "Setting up Python's environment in .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Puebla needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 " + "run")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

.venv/.ready: .venv/bin/uv requirements/secretariat.txt pyproject.toml tools/assets.py $(wildcard src/puebla/locale/*/LC_MESSAGES/*.po src/puebla/config/locale/*/LC_MESSAGES/*.po)
	@echo "Installing what Puebla needs ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/secretariat.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m tools.assets
	@touch $@

.venv/.ready-dev: .venv/.ready requirements/test.txt
	@echo "Installing what the checks need ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/test.txt
	@touch $@
