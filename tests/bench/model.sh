#!/usr/bin/env bash
# Load time, memory and cost of a change of the mesh model. Run by ./mesh bench model.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench model [--quick] [--json FILE]

Meshes of 100, 1,000 and 10,000 services with 10 endpoints each over 4 clusters and 3 networks: time to load, memory,
and what one endpoint change costs until a proxy's view shows it.

  --quick      fewer rounds; ends within a minute
  --json FILE  writes the results there too
TEXT
    exit 0 ;;
esac
configuration=${MESH_CONFIGURATION:-Release}
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
exec "tests/bench/Mesh.Bench/bin/$configuration/net10.0/mesh-bench" model "$@"
