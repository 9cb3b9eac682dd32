# SPDX-License-Identifier: MIT
# The front door.  What is behind it: meson.build, and scripts/.

BUILD  := build
PREFIX := /usr/local

all:
	@scripts/setup run
	@scripts/configure $(BUILD)

# Snapshot a real process, print its cost, stress it for ten seconds.
run: all
	@scripts/run $(BUILD)

# The suite: plain, sanitized, all flavours; then the gates; then a count.
test:
	@scripts/setup test
	@scripts/run-tests

# Each workload beside its floor; BENCH="--json --quick" passes options on.
bench:
	@scripts/setup bench || scripts/setup --check run
	@scripts/configure build-bench -Dtests=disabled
	@build-bench/bench/tarry-bench $(BENCH)
	@build-bench/check/tarry-check bench
	@scripts/check-loose --bench $(filter --json,$(BENCH))

# Tarry's tables under QEMU's MMUs, two CPUs; a table of machine and case.
guests:
	@scripts/setup guests
	@guests/run.py

# The gates alone: directions, docstrings, rules, headers, freestanding, ...
check-house:
	@scripts/setup test
	@scripts/run-tests gates

sanitizers:
	@scripts/setup test
	@scripts/run-tests asan tsan

install:
	@scripts/setup run
	@scripts/configure build-install -Dtests=disabled -Dbench=disabled \
		--prefix=$(PREFIX)
	@meson install -C build-install --no-rebuild
	@[ -n "$(DESTDIR)" ] || ldconfig 2>/dev/null || true

format:
	@scripts/check-format --fix

clean:
	rm -rf build build-asan build-tsan build-qsbr build-bp build-epoch \
		build-bench build-install build-arm64 build-s390x \
		build-powerpc64 build-powerpc64le build-riscv64 build-foreign

.PHONY: all run test guests bench check-house sanitizers install format clean
