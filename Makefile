# Two commands on a fresh machine: `make demo` and `make test`. Both install what is missing and say so.
SHELL := /bin/bash
PLUGINS := -p shouxin-plugin-approval -p shouxin-plugin-procurement -p shouxin-plugin-market \
  -p shouxin-plugin-fiscal -p shouxin-plugin-court -p shouxin-plugin-webhook
ARGS ?=

.PHONY: demo test docs kill check bench tools

demo: tools
	cargo build --release --locked -p shouxin-server $(PLUGINS)
	$(MAKE) -C plugins/c BUILD=../../target/release
	target/release/shouxin demo $(ARGS)

test: tools
	cargo test --workspace --locked

# The long form of the kill test: a thousand rounds.
kill: tools
	SHOUXIN_KILL_ROUNDS=1000 cargo test --locked -p shouxin-tests --test system -- kill --nocapture

check: tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# The pages that are made from the code: state diagrams and the traceability page.
docs: tools
	SHOUXIN_WRITE_DOCS=1 cargo test --locked -p shouxin-core --no-fail-fast
	SHOUXIN_WRITE_DOCS=1 cargo test --locked -p shouxin-tests --test tidy

# Changes every guard and transition, one at a time; some test has to notice each (docs/MUTANTS.md).
mutants: tools
	@command -v cargo-mutants >/dev/null || { echo "installing cargo-mutants"; \
	  cargo install --locked cargo-mutants@27.1.0; }
	cargo mutants -p shouxin-core $(ARGS)

bench: tools
	@command -v wrk >/dev/null || { echo "installing the load generator: wrk"; \
	  apt-get update -q && apt-get install -y -q wrk; }
	cargo build --release --locked -p shouxin-plugin-market -p shouxin-fixture-faulty
	cargo run --release --locked -p shouxin-benches -- $(ARGS)

# A linker and compilers for C and C++ (one department is written in C; the plugin contract is compiled as both in
# the tests), and Rust itself.
tools:
	@command -v cc >/dev/null && command -v c++ >/dev/null || { \
	  echo "installing compilers for C and C++: build-essential"; \
	  apt-get update -q && apt-get install -y -q build-essential; }
	@command -v cargo >/dev/null || { echo "Rust is missing: install rustc and cargo 1.92 or later"; exit 1; }
