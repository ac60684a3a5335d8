#!/usr/bin/env bash
# The agent of a machine: joining, dying, resting. Run by ./mesh bench agent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case ${1:-} in --help|-h)
    cat <<'TEXT'
usage: ./mesh bench agent [--quick] [--json FILE] [--case NAME,...]

mesh-agent as it is shipped (NativeAOT) beside gateways of two networks, all in a network namespace of the bench's own; CA, API server
(the fake of the tests), a stand-in for istiod and the applications are the bench itself. Shown, with the bars that are set for it: how
long after its start a machine is registered, by each way, and answers the first call from another network; how long after its death, or
the cut of its link, or its death together with the control plane, proxies still route to it; memory and processor time, idle and under
load, beside HAProxy under the same load; how long it takes when many machines, which are simulated, register at once.

  --quick       few starts and failures; ends within a minute (without: within a quarter of an hour)
  --json FILE   writes the results there too
  --case NAMES  only these: start-to-registered, start-to-registered-file, start-to-registered-istiod, start-to-first-call,
                killed-to-out, cut-off-to-out, double-failure-to-gone, idle, loaded, register-1, register-100, register-1000,
                register-1-istiod, register-100-istiod, register-1000-istiod
TEXT
    exit 0 ;;
esac
configuration=${MESH_CONFIGURATION:-Release}
dotnet build gateway/Mesh.Gateway/Mesh.Gateway.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
dotnet build tests/bench/Mesh.Bench/Mesh.Bench.csproj -c "$configuration" -v quiet -clp:NoSummary >&2
export MESH_GATEWAY=$PWD/gateway/Mesh.Gateway/bin/$configuration/net10.0/mesh-gateway
MESH_AGENT=${MESH_AGENT:-$(vm-agent/packaging/publish.sh)}
export MESH_AGENT
bench=(tests/bench/Mesh.Bench/bin/"$configuration"/net10.0/mesh-bench agent)

# In a network namespace every port is free, and links can be cut; it goes with the bench. Without root a user namespace does.
for unshare in "unshare --net" "unshare --user --map-root-user --net"; do
    # shellcheck disable=SC2086
    if $unshare true 2>/dev/null; then
        exec $unshare -- sh -c 'ip link set lo up && exec "$@"' sh "${bench[@]}" "$@"
    fi
done
echo "agent bench: skipped: a network namespace needs root, or user namespaces that everybody may make" >&2
