#!/usr/bin/env bash
# hashwatt beside the tools people use today: the same input files, in turn, on this machine; ratios as a table.
#
#   benches/peers.sh HARNESS [ROUNDS]
#
# HARNESS is a folder with the peers' scripts (gen_inputs.py, case_a.py, case_b.py, case_c.py and their requirements). Python
# environments, inputs and results go to PEERS_DIR (target/peers unless set), so a second call starts at once.
set -euo pipefail
harness=$(cd "${1:?usage: benches/peers.sh HARNESS [ROUNDS]}" && pwd)
rounds=${2:-3}
cd "$(dirname "$0")/.."
dir=${PEERS_DIR:-$PWD/target/peers}
mkdir -p "$dir"

environment() { # NAME REQUIREMENTS
    [ -x "$dir/$1/bin/python" ] && return
    echo "installing the peers of $2" >&2
    python3 -m venv "$dir/$1"
    "$dir/$1/bin/pip" install --quiet --requirement "$harness/$2"
}
environment p requirements.txt
environment q requirements-pandapower.txt
# Some machines pin an old BLAS kernel, which would slow the peers.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
[ -d "$dir/work/c_rts79" ] || "$dir/q/bin/python" "$harness/gen_inputs.py" --work "$dir/work" >&2

cargo build --release --bin hashwatt
cargo bench --bench peers --no-run 2> "$dir/bench.log" || { cat "$dir/bench.log" >&2; exit 1; }
bench=$(sed -n 's/.*Executable.*(\(.*\)).*/\1/p' "$dir/bench.log" | tail -n 1)
program=${CARGO_TARGET_DIR:-target}/release/hashwatt
exec "$dir/p/bin/python" benches/peers.py --harness "$harness" --dir "$dir" --rounds "$rounds" --bench "$bench" --program "$program"
