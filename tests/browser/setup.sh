#!/usr/bin/env bash
# Installs what the browser tests need: the driver and the accessibility rules by npm (package-lock.json), Debian's Chromium
# by apt where it is missing. Never called by .ci/run.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
if ! command -v chromium >/dev/null 2>&1; then
  apt-get update
  apt-get install -y --no-install-recommends chromium
fi
chromium --version
