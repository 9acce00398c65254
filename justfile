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

# The released program, and beside it a file with its line tables, for whoever has a backtrace to read.
symbols:
    cargo build --locked --profile symbols --bin loa
    objcopy --only-keep-debug target/symbols/loa target/symbols/loa.debug
    objcopy --strip-all --add-gnu-debuglink=target/symbols/loa.debug target/symbols/loa

# A whole commune on this machine, against the sandbox.
demo *ARGS:
    cargo run --locked -- demo {{ARGS}}
