#!/usr/bin/env bash
# Payments while replicas and the PostgreSQL primary are killed under load. Run by ./mesh bench payments-faults.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench payments-faults [--quick] [--json FILE]

Two replicas, a sandbox acquirer that is never killed, and clients that retry with their keys. Replicas are killed with SIGKILL on
SQLite and on PostgreSQL, then the PostgreSQL primary, whose synchronous standby is promoted. Afterwards a checker compares what
clients, acquirer and ledger each wrote down. Shown: how long each fault kept clients without an acknowledgement, how much was
paid, and what the checker found, which should be nothing.

  --quick      few rounds; ends within a minute on a machine with nothing else to do
  --json FILE  writes the results there too
TEXT
    exit 0 ;;
esac
configuration=${MESH_CONFIGURATION:-Release}
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
exec "tests/bench/Mesh.Bench/bin/$configuration/net10.0/mesh-bench" payments-faults "$@"
