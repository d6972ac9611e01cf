#!/usr/bin/env bash
# Installs YARN's daemons (from Maven Central, 90 MB) for the real-part tests. A second run does nothing.
# ARRESTOR_YARN_CACHE says where (default ~/.cache/arrestor/yarn). Needs mvn, and Java 17 to run.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
home="${ARRESTOR_YARN_CACHE:-$HOME/.cache/arrestor/yarn}"

# The marker is written last, so that an interrupted installation is done again.
if [ ! -f "$home/.installed" ]; then
  rm -rf "$home/jars"
  mkdir -p "$home/jars"
  mvn --batch-mode --quiet --strict-checksums --file "$here/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$home/jars"
  (cd "$home/jars" && sha256sum --check --quiet --strict "$here/jars.sha256")
  ls "$home/jars" | sed -n 's/^hadoop-yarn-server-resourcemanager-\(.*\)\.jar$/\1/p' > "$home/.installed"
fi
echo "YARN of Hadoop $(cat "$home/.installed") in $home"
