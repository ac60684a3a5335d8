#!/usr/bin/env bash
# Publishes the agent as one native binary and prints its path. Other scripts call it; nothing is built twice.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
project=vm-agent/Mesh.VmAgent/Mesh.VmAgent.csproj
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

usage() {
    cat <<'TEXT_'
usage: vm-agent/packaging/publish.sh [amd64|arm64] [--version VERSION]

Publishes mesh-agent as NativeAOT for Linux and prints the path of the binary, .mesh/publish/linux-ARCH/mesh-agent;
mesh-agent.dbg beside it has what a debugger needs. Without an architecture: this machine's. What was published of the same
sources before is taken as it is. Needs the .NET 10 SDK, clang and lld; for the other architecture its C library and
gcc, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross on Debian.
TEXT_
}

die() { # message, exit code
    echo "publish: $1" >&2
    exit "${2:-1}"
}

# The folders of a project and of everything it refers to.
folders_of() { # project file
    local folder reference
    folder=$(dirname "$1")
    realpath --relative-to="$root" "$folder"
    sed -n 's/.*<ProjectReference Include="\([^"]*\)".*/\1/p' "$1" | while IFS= read -r reference; do
        folders_of "$folder/$reference"
    done
}

# One hash over everything that decides what the binary is.
hash_of_inputs() {
    local folders
    mapfile -t folders < <(folders_of "$project" | sort -u)
    {
        echo "$arch $version $(dotnet --version)"
        find "${folders[@]}" Directory.Build.props Directory.Packages.props global.json .editorconfig \
            "${BASH_SOURCE[0]#"$root"/}" \( -name bin -o -name obj \) -prune -o -type f -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d' ' -f1
}

need() { # command or file, package
    case $1 in
        /*) [ -e "$1" ] ;;
        *) command -v "$1" >/dev/null ;;
    esac || die "$1 is missing, which publishing for $arch needs; install it (Debian: apt-get install $2)"
}

arch=$(uname -m) version=
while [ $# -gt 0 ]; do
    case $1 in
        --help|-h) usage; exit 0 ;;
        --version) version=${2:?--version needs a version}; shift 2 ;;
        -*) usage >&2; die "there is no option '$1'" 64 ;;
        *) arch=$1; shift ;;
    esac
done
case $arch in
    amd64|x86_64) arch=amd64 rid=linux-x64 machine=x86_64 ;;
    arm64|aarch64) arch=arm64 rid=linux-arm64 machine=aarch64 ;;
    *) die "there is no architecture '$arch'; write amd64 or arm64" 64 ;;
esac

cd "$root"
need dotnet dotnet-sdk-10.0
[ -n "$version" ] || version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' Directory.Build.props)
out=$root/.mesh/publish/linux-$arch
mkdir -p "$out"
# Two that want the same binary at once: the second finds it done.
exec 9>"$out/.lock"
flock 9
hash=$(hash_of_inputs)
if [ -x "$out/mesh-agent" ] && [ "$(cat "$out/inputs.sha256" 2>/dev/null)" = "$hash" ]; then
    echo "$out/mesh-agent"
    exit 0
fi

need clang clang
need ld.lld lld
objcopy=objcopy
if [ "$(uname -m)" != "$machine" ]; then
    need "$machine-linux-gnu-gcc" "gcc-${machine/_/-}-linux-gnu"
    need "/usr/$machine-linux-gnu/include/stdlib.h" "libc6-dev-$arch-cross"
    objcopy=$machine-linux-gnu-objcopy
fi

echo "publish: compiling mesh-agent for linux-$arch, which takes a minute" >&2
rm -f "$out/inputs.sha256"
# Its own folder for what is built on the way: a publish for another architecture leaves ordinary builds alone. Paths are
# written relative to the sources, so that the same sources give the same bytes in whichever folder they lie.
log=$out/publish.log
dotnet publish "$project" -c Release -r "$rid" -v quiet -clp:NoSummary --artifacts-path "$out/build" -o "$out/publish" \
    -p:PublishAot=true -p:Version="$version" -p:IncludeSourceRevisionInInformationalVersion=false \
    -p:EnableSourceLink=false -p:EnableSourceControlManagerQueries=false \
    -p:ObjCopyName="$objcopy" -p:LinkerFlavor=lld -p:PathMap="$root/=/src/" >"$log" 2>&1 7>&- 9>&- || {
    grep -E 'error|warn' "$log" | sort -u | head -40 >&2 || tail -5 "$log" >&2
    die "publishing failed; the whole log is $log"
}
install -m 0755 "$out/publish/mesh-agent" "$out/mesh-agent"
install -m 0644 "$out/publish/mesh-agent.dbg" "$out/mesh-agent.dbg"
echo "$hash" >"$out/inputs.sha256"
echo "$out/mesh-agent"
