#!/usr/bin/env bash
# Opens a real report in headless Chromium, from disk. Skipped, visibly, where the browser or its driver are absent.
#   tests/browser/run.sh [report.html]      without a page, the two years of `irkutsk` are simulated first
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
if [ -z "$page" ]; then
  cargo build --release --quiet
  program=${CARGO_TARGET_DIR:-target}/release/hashwatt
  "$program" run irkutsk --quiet -o "$scratch/run" >/dev/null
  page=$scratch/run/report.html
fi
CHROMIUM=$browser SCRATCH=$scratch node tests/browser/report.mjs "$page"
