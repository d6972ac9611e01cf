#!/usr/bin/env bash
# Installs Apache Spark (from PyPI, with its jars) for the real-part tests: one virtual environment per line.
# Usage: scripts/spark/install.sh [3.5] [4]      default: both lines. A second run does nothing.
# ARRESTOR_SPARK_CACHE says where (default ~/.cache/arrestor/spark). Needs python3 with venv, and Java 17 to run.
set -euo pipefail

cache="${ARRESTOR_SPARK_CACHE:-$HOME/.cache/arrestor/spark}"
lines=("$@")
[ ${#lines[@]} -gt 0 ] || lines=(3.5 4)

for line in "${lines[@]}"; do
  case "$line" in
    3.5) wanted='pyspark==3.5.*' ;;
    4) wanted='pyspark==4.*' ;;
    *) echo "install.sh: no such line \"$line\"; there are 3.5 and 4" >&2; exit 2 ;;
  esac
  home="$cache/$line"
  # The marker is written last, so that an interrupted installation is done again.
  if [ ! -f "$home/.installed" ]; then
    mkdir -p "$cache"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "$wanted"
    "$home/bin/python" -c 'import pyspark; print(pyspark.__version__)' > "$home/.installed"
  fi
  echo "Spark $(cat "$home/.installed") in $home"
done
