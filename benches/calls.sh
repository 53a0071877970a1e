#!/usr/bin/env bash
# Measures a call against bare reqwest, the decoding of a page against handwritten types, and listings; prints the tables of
# benches/README.md. It fails if more instructions are executed than its limits allow: unlike times, they are the same on each machine and
# under any load.
#
# Needs valgrind for the instructions. Everything runs on this machine; server and clients are separate processes.
set -euo pipefail
cd "$(dirname "$0")/.."

# The instructions of this crate for each instruction of the handwritten program.
call_limit=1.03
decode_limit=1.10

program=$(cargo bench --bench calls --no-run --message-format=json |
    sed -n 's/.*"name":"calls".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)

server() {
    coproc SERVER { exec "$program" server "$1"; }
    server_pid=$SERVER_PID
    read -r url <&"${SERVER[0]}"
}
runs=$(mktemp)
trap 'kill ${server_pid:-} 2>/dev/null || true; rm -f "$runs"' EXIT

# The instructions of one more call or page: the difference between few and many of them, so that the start does not count.
instructions() { # few, many, role, arguments of the role before the number
    local few=$1 many=$2
    shift 2
    echo $((($(collected "$@" "$many") - $(collected "$@" "$few")) / (many - few)))
}
collected() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | sed -n 's/.*Collected : *//p'
}
# Seconds for 10,000 calls of each: the medians of 21 runs of each, alternating, so that the load of the machine affects both.
times() {
    for _ in {1..21}; do echo "$(seconds bare) $(seconds sdk)"; done > "$runs"
    bare_time=$(median 1) sdk_time=$(median 2)
}
seconds() { "$program" "$1" "$url" 10000; }
median() { cut -d ' ' -f "$1" "$runs" | sort -n | sed -n 11p; }

server 0
bare=$(instructions 200 1200 bare "$url") sdk=$(instructions 200 1200 sdk "$url")
times
kill "$server_pid"
echo "| one call | bare reqwest | this crate | ratio |"
echo "| --- | ---: | ---: | ---: |"
awk -v b="$bare" -v s="$sdk" 'BEGIN { printf "| instructions | %d | %d | %.3f |\n", b, s, s / b }'
awk -v b="$bare_time" -v s="$sdk_time" 'BEGIN { printf "| time | %.1f µs | %.1f µs | %.3f |\n", b * 100, s * 100, s / b }'
echo

bare_page=$(instructions 2 12 decode-bare) sdk_page=$(instructions 2 12 decode-sdk)
echo "| one page of 1000 rows | types by hand | this crate | ratio |"
echo "| --- | ---: | ---: | ---: |"
awk -v b="$bare_page" -v s="$sdk_page" 'BEGIN { printf "| instructions | %d | %d | %.3f |\n", b, s, s / b }'
echo

"$program" decode
echo

server 20
echo "| pages at a time | time | peak memory |"
echo "| ---: | ---: | ---: |"
for prefetch in 1 4 16; do
    mapfile -t figures < <("$program" list "$url" "$prefetch")
    echo "| $prefetch | ${figures[0]} s | ${figures[1]} MiB |"
done
kill "$server_pid"

within() { # what, instructions by hand, of this crate, limit
    awk -v b="$2" -v s="$3" -v limit="$4" 'BEGIN { exit s / b > limit }' ||
        { echo "$1 costs more than $4 times the instructions of the program by hand" >&2 && return 1; }
}
within "A call" "$bare" "$sdk" "$call_limit"
within "A page" "$bare_page" "$sdk_page" "$decode_limit"
