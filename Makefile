# Thin: each target is one thing a person does. `make demo` and `make test` are enough to begin.
.PHONY: help demo call test test-tools check fuzz deny format bench schemas dashboard dashboard-client screenshots release

help: ## What there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: toolchain ## One call in the terminal, then a server to ring (no keys, no network)
	@./scripts/dashboard || echo 'dashboard: it could not be built; the demo goes on without it' >&2
	cargo run --quiet --bin receptionist -- demo $(DEMO)

call: toolchain ## Be the caller: ring the running demo
	cargo run --quiet --bin receptionist -- call $(CALL)

test: toolchain test-tools ## Everything, on real databases, with the official SDKs as oracles, in a real browser
	@./scripts/dashboard --required
	cargo test --workspace

test-tools: ## Install what the tests need and this machine lacks
	@./scripts/test-tools

dashboard: toolchain ## The staff's pages, which the server embeds (needs Node)
	@./scripts/dashboard --required

dashboard-client: toolchain ## After a change of the staff's API: its description anew, and the pages with it
	cargo run --quiet --bin receptionist -- openapi > dashboard/openapi.json
	@./scripts/dashboard --required

screenshots: toolchain test-tools ## Pictures of the dashboard's pages anew, into docs/screenshots
	@./scripts/dashboard --required
	@mkdir -p docs/screenshots
	SCREENSHOTS=$(CURDIR)/docs/screenshots cargo test --package receptionist --test browser

check: toolchain ## Formatting and lints, as CI demands them
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings

deny: toolchain ## Licences, sources and bans of everything we build on
	@./scripts/deny

fuzz: toolchain ## Many drawn inputs at every door and parser (CASES=20000)
	PROPTEST_CASES=$(or $(CASES),20000) cargo test --package receptionist --test fuzz

format: toolchain ## Put the code into shape
	cargo fmt --all

bench: toolchain test-tools ## Measure, side by side; figures in docs/performance.md
	cargo bench --package receptionist

release: toolchain ## An archive with the binary, its documents, what it is made of, and its checksum
	@./scripts/release $(PROFILE)

schemas: toolchain ## Write docs/schemas/ anew from the code
	cargo run --quiet --bin receptionist -- scenarios schema > docs/schemas/scenario.schema.json

.PHONY: toolchain
toolchain:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs, then run this again." >&2; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is missing: install gcc (Debian: apt-get install gcc), then run this again." >&2; exit 1; }
