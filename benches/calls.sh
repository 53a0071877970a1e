#!/usr/bin/env bash
# What a call costs against bare reqwest, how fast everything is listed, how fast pages are read; prints the tables of benches/README.md.
#
# Needs valgrind for the instructions; everything runs on this machine, server and clients as processes of their own.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(cargo bench --bench calls --no-run --message-format=json |
    sed -n 's/.*"name":"calls".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)

server() {
    coproc SERVER { exec "$program" server "$1"; }
    server_pid=$SERVER_PID
    read -r url <&"${SERVER[0]}"
}
trap 'kill ${server_pid:-} 2>/dev/null || true' EXIT

instructions() { # role, calls
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$url" "$2" 2>&1 |
        sed -n 's/.*Collected : *//p'
}
per_call() { # role: between 200 and 1200 calls, so that the start does not count
    local few many
    few=$(instructions "$1" 200)
    many=$(instructions "$1" 1200)
    echo $(((many - few) / 1000))
}
# Seconds for 10,000 calls of each, the best of ten, in turns: both see the same machine.
times() {
    bare_time=$(seconds bare) sdk_time=$(seconds sdk)
    local again
    for _ in 1 2 3 4 5 6 7 8 9; do
        again=$(seconds bare) bare_time=$(lesser "$again" "$bare_time")
        again=$(seconds sdk) sdk_time=$(lesser "$again" "$sdk_time")
    done
}
seconds() { "$program" "$1" "$url" 10000; }
lesser() { printf '%s\n' "$@" | sort -n | head -n 1; }

server 0
bare=$(per_call bare) sdk=$(per_call sdk)
times
kill "$server_pid"
echo "| one call | bare reqwest | this crate | ratio |"
echo "| --- | ---: | ---: | ---: |"
awk -v b="$bare" -v s="$sdk" 'BEGIN { printf "| instructions | %d | %d | %.3f |\n", b, s, s / b }'
awk -v b="$bare_time" -v s="$sdk_time" 'BEGIN { printf "| time | %.1f µs | %.1f µs | %.3f |\n", b * 100, s * 100, s / b }'
echo

server 20
echo "| pages at a time | time | peak memory |"
echo "| ---: | ---: | ---: |"
for prefetch in 1 4 16; do
    mapfile -t figures < <("$program" list "$url" "$prefetch")
    echo "| $prefetch | ${figures[0]} s | ${figures[1]} MiB |"
done
kill "$server_pid"
echo

"$program" decode
