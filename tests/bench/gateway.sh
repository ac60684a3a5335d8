#!/usr/bin/env bash
# The gateway against HAProxy and nginx. Run by ./mesh bench gateway.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench gateway [--quick] [--json FILE] [--case NAME,...] [--peers NAME,...]

mesh-gateway, HAProxy, nginx and no proxy at all in front of the same backend, in turn: h2load with 16 connections of 16 streams for
small and 16 KiB gRPC calls over h2c and small ones over TLS, and bytes passed on by the name in their ClientHello. Shown: medians of
the rounds for requests per second, processor time per request and memory, and latencies from the scheduled time at a rate that
is the same for all, half of HAProxy's best. Every peer is warmed up for as long as the others before a case counts.

  --quick       one short round; ends within a minute (without: within some ten)
  --json FILE   writes the results there too
  --case NAMES  only these: unary-small, unary-16k, unary-tls, eastwest-stream
  --peers NAMES only these beside ours: direct, haproxy, nginx
TEXT
    exit 0 ;;
esac
for program in nginx haproxy h2load; do
    command -v "$program" >/dev/null || { echo "gateway bench: $program is missing (apt-get install nginx libnginx-mod-stream haproxy nghttp2-client)" >&2; exit 1; }
done
configuration=${MESH_CONFIGURATION:-Release}
dotnet build gateway/Mesh.Gateway/Mesh.Gateway.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
export MESH_GATEWAY=$PWD/gateway/Mesh.Gateway/bin/$configuration/net10.0/mesh-gateway
exec "tests/bench/Mesh.Bench/bin/$configuration/net10.0/mesh-bench" gateway "$@"
