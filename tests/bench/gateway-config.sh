#!/usr/bin/env bash
# How soon the gateway routes by a changed file. Run by ./mesh bench gateway-config.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench gateway-config [--quick] [--json FILE] [--case NAME,...]

mesh-gateway with 100 and with 10,000 services, a file for each with its Service, endpoint and VirtualService, of which 1,000 a minute
are written anew. Shown: how long after a file was written the first request is routed by it, and how many requests failed.

  --quick       130 changes instead of 1,000; ends within a minute
  --json FILE   writes the results there too
  --case NAMES  only these: services-100, services-10000
TEXT
    exit 0 ;;
esac
configuration=${MESH_CONFIGURATION:-Release}
dotnet build gateway/Mesh.Gateway/Mesh.Gateway.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
export MESH_GATEWAY=$PWD/gateway/Mesh.Gateway/bin/$configuration/net10.0/mesh-gateway
exec "tests/bench/Mesh.Bench/bin/$configuration/net10.0/mesh-bench" gateway-config "$@"
