#!/usr/bin/env bash
# Measures the time of a call against bare reqwest, the speed of decoding against handwritten types, listings, and exports; prints
# the tables of benches/README.md. `cargo bench --bench calls -- instructions` counts instructions.
#
# Everything runs on this machine; server and clients are separate processes.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(cargo bench --bench calls --no-run --message-format=json |
    sed -n 's/.*"name":"calls".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)

server() {
    coproc SERVER { exec "$program" server "$1"; }
    server_pid=$SERVER_PID
    read -r url <&"${SERVER[0]}"
}
runs=$(mktemp)
trap 'kill ${server_pid:-} 2>/dev/null || true; rm -f "$runs"' EXIT

# Seconds for 10,000 calls of each: the medians of 21 runs of each, alternating, so that the load of the machine affects both.
times() {
    for _ in {1..21}; do echo "$(seconds bare) $(seconds sdk)"; done > "$runs"
    bare_time=$(median 1) sdk_time=$(median 2)
}
seconds() { "$program" "$1" "$url" 10000; }
median() { cut -d ' ' -f "$1" "$runs" | sort -n | sed -n 11p; }

server 0
times
kill "$server_pid"
echo "| one call | bare reqwest | this crate | ratio |"
echo "| --- | ---: | ---: | ---: |"
awk -v b="$bare_time" -v s="$sdk_time" 'BEGIN { printf "| time | %.1f µs | %.1f µs | %.3f |\n", b * 100, s * 100, s / b }'
echo

echo "| 1000 rows | handwritten types, MB/s | this crate, MB/s | ratio |"
echo "| --- | ---: | ---: | ---: |"
"$program" decode
echo

# The seconds and the peak memory of a role, as two cells.
cells() { "$program" "$@" | paste -s | awk '{ printf "%s s | %s MiB |", $1, $2 }'; }

server 20
echo "| pages in flight | by hand | peak memory | this crate | peak memory |"
echo "| ---: | ---: | ---: | ---: | ---: |"
for pages in 1 4 16; do
    echo "| $pages | $(cells list-bare "$url" "$pages") $(cells list "$url" "$pages")"
done
echo
echo "| events, 20 ms for 1,000 | by hand | peak memory | this crate | peak memory |"
echo "| ---: | ---: | ---: | ---: | ---: |"
echo "| 200,000 | $(cells export-bare "$url" 200000) $(cells export "$url" 200000)"
kill "$server_pid"
server 0
echo
echo "| events, without a delay | this crate | peak memory |"
echo "| ---: | ---: | ---: |"
for events in 1000000 10000000; do
    echo "| $events | $(cells export "$url" "$events")"
done
kill "$server_pid"
