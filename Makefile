# Two commands matter: `make demo` and `make test`. Both build what they need in .venv and leave the system alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# of which one or the other waits for a broker or a clock: three keep two cores busy
WORKERS ?= 3
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test nightly check coverage docs words schemas notices bench campaign-bench twins-bench telemetry-bench clean help

help:
	@echo 'make demo    run the main scenario on the demo city; ends with a verdict and the path of a report'
	@echo 'make test    lint, types and every test but the long ones: at most 15 minutes on two cores'
	@echo 'make nightly the long tests'
	@echo 'make check   lint and types only'
	@echo 'make words   gather the messages of the code into the catalogues, name what is not translated'
	@echo 'make docs    the documentation as a site, in build/site'
	@echo 'make coverage   which lines the tests run, processes of their own included'
	@echo 'make schemas the JSON Schemas of input files anew, from the models that read them'
	@echo 'make notebook the notebooks run anew, with what they print and draw'
	@echo 'make notices THIRD_PARTY.md anew, from the packages that are installed'
	@echo 'make bench   what short commands cost beside a bare interpreter, a simulated day beside the bare engines'
	@echo 'make telemetry-bench   readings a second, sensor to store, beside a bare MQTT loop and the broker alone'
	@echo 'make campaign-bench    what a second worker buys a campaign'
	@echo 'make twins-bench       what it costs to hold runs beside the same time without their faults'
	@echo 'make clean   remove .venv and what runs left behind'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'On Debian and Ubuntu: apt install python3-venv'; exit 1; }

CATALOGUES := $(shell find simulator gateways resilience dashboards stadtwerk -name '*.po')

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml setup.py constraints.txt $(CATALOGUES)
	@echo 'installing (once, about a minute) ...'
	@$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.docs: $(VENV)/.test
	@$(PIP) --editable '.[docs]'
	@touch $@

$(VENV)/.test: $(VENV)/.demo
	@$(PIP) --editable '.[test]'
	@touch $@

demo: $(VENV)/.demo
	@$(BIN)/stadtwerk run substation-winter --out runs/demo || { code=$$?; [ $$code -le 2 ] || exit $$code; }
	@echo 'For the verdict as an exit code: $(BIN)/stadtwerk run substation-winter; echo $$?'

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

nightly: $(VENV)/.test
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile -m nightly

coverage: $(VENV)/.test
	@mkdir -p build/coverage
	$(BIN)/python -m coverage erase
	@# workers of Dask do not come up while they are measured; all other processes are
	$(BIN)/python -m coverage run -m pytest --numprocesses $(WORKERS) --dist loadfile -k 'not dask and not cluster'
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage html --quiet
	$(BIN)/python -m coverage report --format total
	@echo 'per cent of lines; line by line: build/coverage/html/index.html'

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --clean
	@echo 'the documentation: build/site/index.html'

schemas: $(VENV)/.test
	$(BIN)/python -m stadtwerk.schemas

notebook: $(VENV)/.test
	$(BIN)/python -m tools.notebook

notices: $(VENV)/.test
	$(BIN)/python -m tools.notices

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.overhead

words: $(VENV)/.test
	$(BIN)/python -m tests.words.catalogues update

campaign-bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.campaign

twins-bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.twins

telemetry-bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.telemetry

clean:
	rm -rf $(VENV) build runs
