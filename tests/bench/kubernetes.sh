#!/usr/bin/env bash
# The gateway with the API servers of four clusters. Run by ./mesh bench kubernetes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench kubernetes [--quick] [--json FILE] [--case NAME,...]

mesh-gateway with the API servers of four clusters (the fake of the tests, a process each; the first has Secrets for the others), and
1,000 or 10,000 services with 10 endpoints each over them. Shown: how long it takes from its start until it is ready, and its memory then;
how long after a write in the API server the first request is routed by it, at 1,000 changes a minute; the same while the API server of
another cluster comes and goes; and how many requests failed meanwhile.

  --quick       1,000 services only, one start, 100 changes; ends within a minute
  --json FILE   writes the results there too
  --case NAMES  only these: sync-1000, sync-10000, event-to-routed, event-to-routed-flapping
TEXT
    exit 0 ;;
esac
configuration=${MESH_CONFIGURATION:-Release}
dotnet build gateway/Mesh.Gateway/Mesh.Gateway.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
export MESH_GATEWAY=$PWD/gateway/Mesh.Gateway/bin/$configuration/net10.0/mesh-gateway
exec "tests/bench/Mesh.Bench/bin/$configuration/net10.0/mesh-bench" kubernetes "$@"
