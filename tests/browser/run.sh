#!/usr/bin/env bash
# Opens a real report in headless Chromium, from disk. Skipped, visibly, where the browser or its driver are absent.
#   tests/browser/run.sh [report.html]      without a page, a run of `irkutsk` and one study of each kind are made first
set -euo pipefail
cd "$(dirname "$0")/../.."
skip() { printf 'SKIPPED: browser tests: %s (tests/browser/setup.sh installs it)\n' "$1"; exit 0; }
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ -n "$browser" ] || skip "no chromium"
command -v node >/dev/null 2>&1 || skip "no node"
[ -d tests/browser/node_modules/playwright-core ] || skip "no playwright-core"
[ -d tests/browser/node_modules/axe-core ] || skip "no axe-core"
page=${1:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CHROMIUM=$browser SCRATCH=$scratch
if [ -n "$page" ]; then
  node tests/browser/report.mjs "$page"
  exit
fi
cargo build --release --quiet
program=${CARGO_TARGET_DIR:-target}/release/hashwatt
failed=0
study() { # kind, then the command that leaves its page
  local kind=$1
  shift
  "$program" "$@" --quiet -o "$scratch/$kind" >/dev/null
  if [ "$kind" = run ]; then node tests/browser/report.mjs "$scratch/run/report.html" || failed=1
  else node tests/browser/study.mjs "$kind" "$scratch/$kind/report.html" || failed=1; fi
}
study run run irkutsk
study compare compare irkutsk/no-sanctions irkutsk/fsa-2022 --members 2
study ensemble ensemble classroom/one-barn --members 6
study sweep sweep classroom/one-barn --vary tariff.home_usd_per_kwh=0.0012:0.05:4 --members 2
study sensitivity sensitivity irkutsk --only channel.p2p --to 2022-01-07
study hostile run classroom/one-barn --set 'title=<script>alert(1)</script>' --set 'bus.village.name="><img src=x onerror=alert(1)>'
exit $failed
