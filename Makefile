# Two commands do all the set-up:  make demo  and  make test
# Both need Python 3.11 or newer and nothing else; name another interpreter with  make PYTHON=python3.12 test

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
# The Spark tests need Java; without it there is no point in fetching 400 MB of pyspark.
SPARK  := $(shell command -v java >/dev/null 2>&1 && echo ,spark)
EXTRAS := scan,documents,postgresql,mysql,pkcs11,aws,vault,s3,ru$(SPARK)
WORKERS ?= auto
# Files stay together as long as every worker has some; who is done takes from the others.
SHARE := --dist worksteal
# The two laws of rows and indexes, and how many examples of each  make laws  tries in all.
LAWS := tests/protect/test_conservation.py tests/orm/test_index_law.py
EXAMPLES ?= 2000
# Lines on which every engine is compared with a stock analyzer, 2,000 for each seed.
LINES ?= 100000
SEED ?= 1

.PHONY: help demo test test-fast test-ci laws fuzz test-sqlalchemy20 coverage check lock docs site bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      try everything on a synthetic school: scan, encrypt, scan again, look up, rotate"
	@echo "make test      run every test; database servers are started, or used where they are found"
	@echo "make test-fast everything but what is marked slow (servers, Spark, floods): two minutes"
	@echo "make laws      try 2,000 examples of each law of rows and indexes (make laws EXAMPLES=50000)"
	@echo "make fuzz      compare every engine with stock Presidio on 100,000 lines (make fuzz LINES=4000 SEED=51)"
	@echo "make test-sqlalchemy20   the tests of the ORM layer with SQLAlchemy 2.0"
	@echo "make check     lint, format, types, import contracts"
	@echo "make coverage  measure the branches of the keys, the ORM layer and the checks"
	@echo "make test-ci   run every test once: the laws, what is measured, all others"
	@echo "make lock      lock every package that CI and the container install, with hashes (needs uv)"
	@echo "make docs      regenerate what is generated in docs/"
	@echo "make site      build the site of docs/ in build/site; a link or an anchor that leads nowhere stops it"
	@echo "make bench     run every benchmark and rewrite docs/benchmarks.md"
	@echo "make clean     remove the environment and the demo"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "piiguard needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/.scan: $(VENV)/.made pyproject.toml
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[scan]'
	@touch $@

# CI installs exactly what was locked, by hash; everybody else gets the newest that fits.
LOCK := .ci/requirements.txt
$(VENV)/.test: $(VENV)/.made pyproject.toml $(LOCK)
ifdef CI
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
else
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]' --group test --group lint
endif
	@touch $@ $(VENV)/.scan

demo: $(VENV)/.scan
	@rm -rf $(DEMO)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/tour.sh $(DEMO)

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) $(SHARE) $(PYTEST)

test-fast: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS) $(SHARE) -m 'not slow' $(PYTEST)

# The version before goes into a folder that comes first on the path; everything else is shared.
build/sqlalchemy20: $(VENV)/.test
	@rm -rf $@
	$(BIN)/python -m pip install --quiet --no-deps --target $@ 'sqlalchemy>=2.0.36,<2.1'

test-sqlalchemy20: build/sqlalchemy20
	PYTHONPATH=$(CURDIR)/build/sqlalchemy20 $(BIN)/python -m pytest -n $(WORKERS) $(SHARE) tests/orm tests/examples \
	  tests/hostile/test_session_settings.py $(PYTEST)

# Half of the examples with each version.
laws: $(VENV)/.test build/sqlalchemy20
	PIIGUARD_EXAMPLES=$$(($(EXAMPLES) / 2)) $(BIN)/python -m pytest -n $(WORKERS) $(SHARE) $(LAWS) $(PYTEST)
	PYTHONPATH=$(CURDIR)/build/sqlalchemy20 PIIGUARD_EXAMPLES=$$(($(EXAMPLES) / 2)) \
	  $(BIN)/python -m pytest -n $(WORKERS) $(SHARE) $(LAWS) $(PYTEST)

# Tracing doubles what a test costs. So these tests, and no others, must by themselves run through what has a threshold.
UNTRACED := tests/keys/test_rotation_model.py tests/keys/test_vectors.py $(LAWS) \
  $(addprefix tests/recognizers/test_,linear_time.py hostile.py vocabulary.py corpus.py false_alarms.py)
MEASURED := $(filter-out $(UNTRACED),$(wildcard tests/keys/test_*.py tests/keys/wrapping/test_*.py tests/orm/test_*.py \
  tests/recognizers/test_*.py tests/recognizers/checks/test_*.py) tests/cli/test_keys.py)

# Each seed is a run of its own, so that what was compared stands when the rest is cut short. What no seed changes, such
# as the control that a lost anchor is noticed, is run with the first.
fuzz: $(VENV)/.test
	@some=; for seed in $$(seq $(SEED) $$(($(SEED) + ($(LINES) - 1) / 5000))); do \
	  echo "seed $$seed"; \
	  PIIGUARD_FUZZED_LINES=5000 PIIGUARD_FUZZ_SEED=$$seed $(BIN)/python -m pytest -q -p no:randomly \
	    tests/detect/test_equality.py $$some $(PYTEST) || exit 1; \
	  some="-k stock_gives"; \
	done

coverage: $(VENV)/.test
	@$(BIN)/python -m pytest -n $(WORKERS) $(SHARE) --cov --cov-report= $(MEASURED) $(PYTEST)
	$(BIN)/python -m coverage report --skip-covered --show-missing
	$(BIN)/python -m coverage report --include='keys/*' --fail-under=95 --format=total
	$(BIN)/python -m coverage report --include='piiguard/orm/*' --fail-under=95 --format=total
	$(BIN)/python -m coverage report --include='recognizers/checks/*' --fail-under=95 --format=total

# Every test once: the laws with both versions of SQLAlchemy, what is measured, and then all others.
test-ci: laws coverage
	@$(BIN)/python -m pytest -n $(WORKERS) $(SHARE) $(addprefix --ignore=,$(LAWS) $(MEASURED)) $(PYTEST)

check: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

COMPILE := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --no-header
lock:
	$(COMPILE) --all-extras --group test --group lint --group build --upgrade --output-file $(LOCK)
	$(COMPILE) --extra scan --extra documents --extra postgresql --extra mysql --group build --constraint $(LOCK) --output-file deploy/requirements.txt

docs: $(VENV)/.test
	$(BIN)/python docs/generate.py

# Its packages are not those of the tests: it has an environment of its own.
build/.site: pyproject.toml
	$(PYTHON) -m venv build/site-env
	build/site-env/bin/python -m pip install --quiet --upgrade pip
	build/site-env/bin/python -m pip install --quiet --group site
	@touch $@

site: build/.site
	build/site-env/bin/python docs/site.py build/docs
	build/site-env/bin/zensical build --clean --strict

bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo build dist
