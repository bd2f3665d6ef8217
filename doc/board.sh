#!/bin/sh
# Draws the picture of the board in README.md from the real screen, and its tables from the lists:
#
#   sh doc/board.sh [BUILD_DIR]      after `./bootstrap check`, which builds what it takes
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${1:-$top/build}
picture=$(mktemp)
trap 'rm -f "$picture"' EXIT
SCREEN_SHOT_AFTER_MS=${SCREEN_SHOT_AFTER_MS:-55000} \
    "$build/screen_shot" 120x36 '' "$build/cawsole" --demo bad-deploy 2>/dev/null >"$picture"
python3 -B "$top/tests/docs.py" update "$picture"
