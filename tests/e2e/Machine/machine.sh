#!/usr/bin/env bash
# A machine that is a folder: a minimal Debian with its own /etc, into which packages are installed and from which they run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
home=$root/.mesh/machine
vm=$home/root
namespace=${MESH_MACHINE_NAMESPACE:-mesh-vpc-legacy}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

usage() {
    cat <<'TEXT'
usage: machine.sh prepare           builds two versions of the packages, and the Debian that every test copies (kept for the next time)
       machine.sh reset SHARED      a fresh machine; the folder SHARED of this one is /shared there
       machine.sh snapshot NAME     notes every file, user and rule
       machine.sh compare ONE TWO   prints what is different between two notes; exit code 1 when something is
       machine.sh run COMMAND...    on the machine, in its network
       machine.sh sidecar           installs and starts a stand-in for istio-sidecar
       machine.sh remove            ends what runs on it and removes it
TEXT
}

die() { echo "machine: $1" >&2; exit 1; }

unavailable() {
    mkdir -p "$home"
    echo "$1" >"$home/unavailable"
    echo "machine: $1" >&2
    exit 0
}

# The mirror and the suite that this machine itself has its packages from.
debian() {
    local target mirror suite arch
    arch=$(dpkg --print-architecture)
    target=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | head -1)
    mirror=${target% *} suite=${target#* }
    [ -n "$mirror" ] || unavailable "apt on this machine has no sources to make a Debian from"
    base=$home/debian-$suite-$arch.tar
    [ ! -e "$base" ] || return 0
    command -v debootstrap >/dev/null || unavailable "debootstrap is not installed"
    echo "machine: making a Debian $suite, which takes a minute" >&2
    rm -rf "$home/base"
    mkdir -p "$home/base"
    local proxy=''
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    http_proxy=${proxy:-${http_proxy:-}} debootstrap --variant=minbase --include=libssl3,ca-certificates --arch="$arch" \
        "$suite" "$home/base" "$mirror" >"$home/debootstrap.log" 2>&1 </dev/null ||
        unavailable "debootstrap failed: $(tail -1 "$home/debootstrap.log")"
    rm -rf "$home"/base/var/cache/apt/archives/*.deb "$home"/base/var/lib/apt/lists/*
    tar -C "$home/base" -cf "$base.new" .
    mv "$base.new" "$base"
    rm -rf "$home/base"
}

prepare() {
    mkdir -p "$home"
    rm -f "$home/unavailable"
    debian
    local arch binary
    arch=$(dpkg --print-architecture)
    binary=$("$root/vm-agent/packaging/publish.sh" "$arch") || unavailable "the agent cannot be published as a native binary here"
    for version in 1.0.0 1.0.1; do
        [ "$binary" -ot "$home/$version/SHA256SUMS" ] && [ -z "$(find "$root/vm-agent/packaging" -newer "$home/$version/SHA256SUMS" -type f)" ] && continue
        rm -rf "${home:?}/$version"
        cp "$binary" "$home/mesh-agent"
        # Not the same bytes: a program that was upgraded is another file with other content.
        printf '\0%s' "$version" >>"$home/mesh-agent"
        "$root/vm-agent/packaging/build.sh" --arch "$arch" --format deb --format tar --version "$version" --out "$home/$version" \
            --binary "$home/mesh-agent" --texts-from "$binary" >/dev/null || unavailable "the packages cannot be built here"
    done
}

# Processes whose / is the machine's.
processes() {
    local here process
    here=$(stat -Lc %d:%i "$vm/" 2>/dev/null) || return 0
    for process in /proc/[0-9]*; do
        if [ "$(stat -Lc %d:%i "$process/root/" 2>/dev/null)" = "$here" ]; then echo "${process#/proc/}"; fi
    done
}

remove() {
    local left
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        left=$(processes)
        [ -n "$left" ] || break
        # shellcheck disable=SC2086 # process ids
        kill -KILL $left 2>/dev/null || true
        sleep 0.2
    done
    # The innermost first; nothing is removed below what is still mounted.
    awk -v vm="$vm/" 'index($2, vm) == 1 { print $2 }' /proc/mounts | sort -r | while read -r place; do umount "$place" || umount -l "$place"; done
    if grep -q " $vm/" /proc/mounts; then die "something is still mounted below $vm"; fi
    rm -rf "$vm"
}

reset() { # shared folder
    remove
    mkdir -p "$vm"
    tar -C "$vm" -xf "$home"/debian-*.tar
    mkdir -p "$vm/shared" "$vm/packages" "$vm/run/units"
    mount -t proc proc "$vm/proc"
    mount --bind "$1" "$vm/shared"
    mount --bind "$home" "$vm/packages"
    mount -o remount,bind,ro "$vm/packages" 2>/dev/null || true
    local device
    for device in null zero random urandom; do
        rm -f "$vm/dev/$device"
        touch "$vm/dev/$device"
        mount --bind "/dev/$device" "$vm/dev/$device"
    done
    echo billing-vm >"$vm/etc/hostname"
}

run() { nsenter --net="/run/netns/$namespace" chroot "$vm" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin HOME=/root "$@"; }

# Every file with mode, owner and, in /etc and /usr/local, content; users, packages and rules. What dpkg keeps for itself and what only runs is left out.
snapshot() { # name
    {
        find "$vm" -xdev \( -path "$vm/proc" -o -path "$vm/dev" -o -path "$vm/tmp" -o -path "$vm/packages" -o -path "$vm/run" -o -path "$vm/var/log" \
            -o -path "$vm/var/lib/dpkg" -o -path "$vm/var/cache" -o -path "$vm/shared" -o -path "$vm/etc/*-" -o -path "$vm/etc/.pwd.lock" \) -prune \
            -o -printf '%y %m %u:%g %P %l\n' | sort
        find "$vm/etc" "$vm/usr/local" -xdev -type f ! -name '*-' ! -name .pwd.lock -print0 | sort -z | xargs -0 sha256sum
        chroot "$vm" dpkg-query -W -f '${Package} ${Version} ${Status}\n'
        ls "$vm/var/lib/dpkg/info" "$vm/var/log"
        ip netns exec "$namespace" nft list ruleset
    } >"$home/$1.snapshot"
}

compare() { diff "$home/$1.snapshot" "$home/$2.snapshot"; }

# The package that Istio has for machines, as far as an installer sees it; and so much of systemd as starts and stops a service.
sidecar() {
    mkdir -p "$vm/run/systemd/system" "$vm/usr/local/bin" "$vm/lib/systemd/system"
    install -m 0755 "$root/tests/e2e/Machine/systemctl" "$vm/usr/bin/systemctl"
    cp "$vm/usr/bin/sleep" "$vm/usr/local/bin/pilot-agent"
    cat >"$vm/usr/local/bin/istio-start.sh" <<'TEXT'
#!/bin/sh
if [ "${1-}" = clean ]; then echo clean >>/run/units/istio-clean; exit; fi
exec /usr/local/bin/pilot-agent infinity
TEXT
    chmod 0755 "$vm/usr/local/bin/istio-start.sh"
    printf '[Service]\nExecStart=/usr/local/bin/istio-start.sh\nExecStopPost=/usr/local/bin/istio-start.sh clean\n' >"$vm/lib/systemd/system/istio.service"
    run systemctl enable --now istio.service
}

case ${1:-} in
    prepare | remove | sidecar) "$1" ;;
    reset | snapshot) [ $# = 2 ] || die "$1 takes one argument; see --help"; "$1" "$2" ;;
    compare) [ $# = 3 ] || die "compare takes two names; see --help"; compare "$2" "$3" ;;
    run) shift; run "$@" ;;
    --help | -h) usage ;;
    *) usage >&2; exit 64 ;;
esac
