# One word for each thing to do. Everything that is built stands below build/.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export PATH := $(CURDIR)/build/venv/bin:$(PATH)
# Nothing is left outside the checkout.
export TMPDIR := $(shell mkdir -p build/tmp && echo "$(CURDIR)/build/tmp")
export PIP_CACHE_DIR := $(CURDIR)/build/cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_cache := $(CURDIR)/build/cache/npm
export npm_config_update_notifier := false
stamps := build/stamps
# What the three packages are made of, each beside what is its own.
common := VERSION $(wildcard core/*.c core/src/* core/include/trivium/* components/*/*.[ch])
find = $(shell find $(1) -type f -not -name '*.o' -not -name '*.so' -not -path '*/__pycache__/*' -not -path '*.egg-info/*' 2>/dev/null)

.PHONY: help
help: ## say what there is
	@sed -n 's/^\([a-z -]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

.PHONY: setup
setup:
	@tools/setup.sh

# ---- the three packages, installed as a user would, below build/

.PHONY: python node lua
python: $(stamps)/python ## build and install the Python package into build/venv
node: $(stamps)/node ## build and install the npm package into build/node-test
lua: $(stamps)/lua ## build and install the rocks into build/lua-tree

$(stamps)/python: $(common) setup.py pyproject.toml $(wildcard MANIFEST.in) $(call find,bindings/python python) | setup
	@mkdir -p $(@D)
	@tools/step.sh build-python "building the Python package" build/venv/bin/pip install --force-reinstall --no-deps .
	@touch $@

$(stamps)/node: $(common) package.json $(call find,bindings/node node) | setup
	@mkdir -p $(@D) build/node-test
	@tools/step.sh build-node "building the npm package" tools/install_node.sh
	@touch $@

$(stamps)/lua: $(common) $(wildcard *.rockspec components/*/*.rockspec) $(call find,bindings/lua lua) | setup
	@mkdir -p $(@D)
	@tools/step.sh build-lua "building the rocks" tools/install_lua.sh
	@touch $@

# Packages that only the tests or the linters need, in build/venv.
$(stamps)/requirements-%: tools/requirements-%.txt | setup
	@mkdir -p $(@D)
	@tools/step.sh requirements-$* "installing Python packages for the $*" build/venv/bin/pip install -r $<
	@touch $@

# ---- what people ask for

.PHONY: demo
demo: directory python node lua $(stamps)/requirements-demo ## hash a directory (DIR=...) from all three languages, and compare with sha256sum
	@tools/demo.sh $(if $(DIR),"$(DIR)")

# Before anything is built.
.PHONY: directory
directory:
	@tools/demo.sh --check $(if $(DIR),"$(DIR)")
setup: | $(if $(filter demo,$(MAKECMDGOALS)),directory)

.PHONY: test
test: setup ## all tests; SECTIONS="core python node lua docs" chooses
	tools/test.sh $(or $(SECTIONS),core python node lua docs)

.PHONY: sections
sections: setup
	tools/test.sh $(SECTIONS)

.PHONY: bench
bench: python node lua ## the table of speeds
	tools/bench.sh

.PHONY: lint
lint: setup ## the rules of the tree, and the linters of the languages
	tools/test.sh lint

.PHONY: asan tsan
asan tsan: setup ## the tests of core under the sanitizers
	tools/test.sh $@

.PHONY: clean
clean: ## remove all that was built
	rm -rf build dist *.egg-info python/*.egg-info trivium node_modules
	find core bindings components -name '*.o' -delete
