# The thin face of the build: every target is one or two commands that you could type yourself.
# CMake does the work (CMakeLists.txt, CMakePresets.json).

.DEFAULT_GOAL := help
.PHONY: help setup build build-dev test demo run dev asan tsan fuzz bench history compare instructions check format golden-review docs \
        gdb install clean distclean image-cpu image-gpu image-arm image-sizes image-tests smoke-test \
        try-cluster reproducible sbom update-checksums publish

# Configures only when there is nothing yet; Ninja runs CMake again when its files change.
configure = [ -f $(1)/build.ninja ] || cmake --preset $(2)
# The names to choose from when a variable is not given: the files that PATTERN finds.
choices = { echo "$(1)= is one of:" $(patsubst $(subst *,%,$(2)),%,$(wildcard $(2))); exit 2; }
chosen = $(if $(T),-R '^$(T)')
PREFIX ?= /usr/local
B ?= portrait
SECONDS ?= 60

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## fetch the libraries and models of supply.lock
	@tools/fetch

build: setup ## build/facecraft, optimised and hardened
	@$(call configure,build,release)
	@cmake --build build

test: build ## all tests; T=ops/warp: only those whose name begins so
	@ctest --preset release $(chosen)

demo: setup ## the example photo to a portrait in demo/
	@$(call configure,build,release)
	@cmake --build build --target facecraft
	@build/facecraft process tests/data/official_portrait.jpg \
	    -o demo/portrait.png --jpeg demo/portrait.jpg --trace
	@echo "The portrait, see-through:   $(CURDIR)/demo/portrait.png"
	@echo "on its background, for mail: $(CURDIR)/demo/portrait.jpg"

run: build ## the server on this machine
	build/facecraft serve

build-dev: setup
	@$(call configure,build-dev,dev)
	@cmake --build build-dev

dev: build-dev ## debug build where a warning is an error, and its tests; T=...
	@$(call configure,build-dev,dev)
	@cmake --build build-dev
	@ctest --preset dev $(chosen)

asan: setup ## the tests under the address and undefined-behaviour sanitizers; T=...
	@$(call configure,build-asan,asan)
	@cmake --build build-asan
	@ctest --preset asan $(chosen)

# The rooms whose code runs on threads of ours and meets on locks (docs/threading.md), a portrait that a crew works on, and one while networks are loaded.
tsan_rooms = base config jobs store service http
tsan: setup ## the tests of the rooms with threads under the thread sanitizer; T=...
	@$(call configure,build-tsan,tsan)
	@cmake --build build-tsan --target $(tsan_rooms:%=tests_%) engine_test_engine_crew engine_test_engine_load
	@ctest --preset tsan -R '^$(or $(T),($(subst $(eval) ,|,$(tsan_rooms)))/|^engine/engine_(crew|load)$$)'

fuzz: setup ## one fuzz target under libFuzzer (needs Clang); F=NAME SECONDS=60
	@[ -n "$(F)" ] || $(call choices,F,fuzz/fuzz_*.c)
	@$(call configure,build-fuzz,fuzz)
	@cmake --build build-fuzz --target fuzz_$(F)
	@mkdir -p build-fuzz/corpus/$(F) fuzz/corpus/$(F) fuzz/regression/$(F)
	build-fuzz/fuzz/fuzz_$(F) -max_total_time=$(SECONDS) -print_final_stats=1 \
	    -artifact_prefix=build-fuzz/$(F)- build-fuzz/corpus/$(F) fuzz/corpus/$(F) fuzz/regression/$(F)

bench: build ## the whole way by stage and memory, as lines of JSON; B=NAME: another; KEEP=1: keep them
	@[ -f bench/bench_$(B).c ] || $(call choices,B,bench/bench_*.c)
	@$(if $(KEEP),bench/history --keep) build/bench_$(B)

history: ## how fast and how large the kept runs of `make bench` were, commit by commit
	@bench/history

compare: build ## against the chain that Facecraft replaces, in one run (fetches the rivals by pip)
	@bench/compare/compare --write

instructions: build ## instructions of each stage and the kept ones (needs valgrind)
	@bench/instructions

check: ## format, rooms, style, host names, paths in pages, and generated pages in sync with the code
	@failed=0; \
	for check in tools/check_*; do $$check || failed=1; done; \
	exit $$failed

format: ## lay out the C files as .clang-format says
	@tools/check_format --fix

golden-review: build ## old, new and difference of the golden pictures side by side
	tools/golden_review

docs: build ## write the generated pages
	tools/gen_docs

gdb: setup ## the debugger on one test of the debug build; T=ops/warp
	@[ -n "$(T)" ] || { echo "T= is ROOM/FILE, for example T=ops/warp"; exit 2; }
	@$(call configure,build-dev,dev)
	@cmake --build build-dev
	gdb --args build-dev/tests/$(dir $(T))test_$(notdir $(T))

install: build ## program, library and models below PREFIX=/usr/local
	cmake --install build --prefix $(PREFIX)

# ---- containers (docs/containers.md); MODELS=full: with the old service's three ---------------

image-cpu: ## the container image djok/facecraft:cpu; MODELS=full
	@docker/engine
	docker/image cpu

image-gpu: image-cpu ## the image for NVIDIA GPUs, on top of it
	docker/image gpu

image-arm: ## the CPU image for arm64, cross-compiled
	@docker/engine
	ARCH=arm64 docker/image cpu

image-sizes: ## how large the images are, layer by layer
	@docker/sizes

image-tests: ## the unit tests inside of the image
	@docker/engine
	docker/image-tests

smoke-test: ## an image as a stranger runs it; IMAGE=djok/facecraft:cpu
	@docker/engine
	scripts/smoke-test.sh $(or $(IMAGE),djok/facecraft:cpu)

try-cluster: image-cpu ## a cluster of containers: a worker is killed; all are replaced, FROM=COMMIT
	deploy/cluster/try --debian
	deploy/cluster/try --debian --from $(or $(FROM),HEAD~1)

reproducible: ## two builds of this commit give the same image
	@docker/engine
	docker/reproducible

sbom: ## what is in an image, as SPDX: build/sbom-cpu.spdx.json; IMAGE=
	docker/sbom $(or $(IMAGE),djok/facecraft:cpu)

update-checksums: ## fetch the models again and put their hashes into supply.lock
	tools/update_checksums

publish: ## push images and the manifest of all platforms; REGISTRY=host/name
	docker/publish

clean: ## remove what was built
	rm -rf build build-dev build-compare build-asan build-tsan build-coverage build-fuzz demo

distclean: clean ## remove what was fetched as well
	rm -rf deps models/*.tflite models/*.dat
