# Short names for what is done every day. `just` lists them.

_default:
    @just --list

# Exactly what CI runs.
ci:
    .ci/run

# All tests. Those that need PostgreSQL are skipped unless initdb and postgres are in PATH.
test *ARGS:
    cargo test --locked {{ARGS}}

# Formats every file.
fmt:
    cargo fmt

# The lints CI denies.
clippy:
    cargo clippy --locked --all-targets -- -D warnings

# The documentation of the code, private items included.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Licences, sources and banned crates; needs cargo-deny.
deny:
    cargo deny --offline check bans licenses sources

# A whole commune on this machine, against the sandbox.
demo *ARGS:
    cargo run --locked -- demo {{ARGS}}
