#!/usr/bin/env bash
# The ledger and payments against pgbench on the same PostgreSQL. Run by ./mesh bench payments.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench payments [--quick] [--json FILE]

CreateTransfers with one transfer per call through gRPC at 1, 16, 64, 256 and 1024 callers and 100,000 accounts, CreatePayment at
256 callers, each counted when the client has its answer; beside it pgbench -M prepared (TPC-B-like, scale 100) on the same
PostgreSQL server with the same durability, its best over 1, 8, 16 and 64 clients.

  --quick      1,000 accounts, scale 5, short runs; ends within a minute
  --json FILE  writes the results there too
TEXT
    exit 0 ;;
esac
configuration=${MESH_CONFIGURATION:-Release}
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
exec "tests/bench/Mesh.Bench/bin/$configuration/net10.0/mesh-bench" payments "$@"
