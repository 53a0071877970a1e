#!/usr/bin/env bash
# Builds the crate with all scopes, and the unmodified output of progenitor (builder style) for the same documents, one after the other on
# this machine, and prints both times and the ratio, in debug and in release. `cargo xtask features --measure` measures a single scope or
# API. Dependencies are built before: the times are those of the crate, including its build script.
set -euo pipefail
cd "$(dirname "$0")/.."
work=target/bench-build
plain=$work/plain
mkdir -p "$plain/src"

lines=$(cargo run --quiet -p cisco-secure-access-codegen --example plain -- specs "$plain/src")
cat > "$plain/Cargo.toml" <<'TOML'
[package]
name = "plain"
version = "0.0.0"
edition = "2021"

[dependencies]
chrono = { version = "0.4", default-features = false, features = ["serde"] }
progenitor-client = "=0.15.1"
regress = "0.12"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
serde_urlencoded = "0.7"
uuid = { version = "1", features = ["serde"] }

[workspace]
TOML

# seconds PACKAGE MANIFEST TARGET ARGUMENT…: the build time of one package without its dependencies.
seconds() {
    local package=$1 manifest=$2 target=$3
    shift 3
    cargo build --quiet --manifest-path "$manifest" --target-dir "$target" "$@"
    cargo clean --quiet --manifest-path "$manifest" --target-dir "$target" --package "$package" $([[ " $* " == *" --release "* ]] && echo --release)
    local start end
    start=$(date +%s.%N)
    cargo build --quiet --manifest-path "$manifest" --target-dir "$target" "$@"
    end=$(date +%s.%N)
    awk "BEGIN { printf \"%.1f\", $end - $start }"
}

echo "plain progenitor output: $lines lines"
for profile in debug release; do
    flag=$([[ $profile == release ]] && echo --release || true)
    theirs=$(seconds plain "$plain/Cargo.toml" "$work/target-plain" $flag)
    ours=$(seconds cisco-secure-access Cargo.toml "$work/target" --package cisco-secure-access $flag)
    awk "BEGIN { printf \"%-8s plain %6.1f s   ours %6.1f s   ratio %.2f\n\", \"$profile\", $theirs, $ours, $ours / $theirs }"
done
