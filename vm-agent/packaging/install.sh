#!/bin/sh
# Installs, upgrades and removes mesh-agent from its tarball, on machines that have systemd and on those that have not.
# POSIX sh, because it is the first thing that runs on a machine.
set -eu
umask 022

usage() {
    cat <<'TEXT'
usage: install.sh [--file TARBALL | --from URL|DIR [--version VERSION]] [--sha256 HEX] [--bundle DIR] [--root DIR] [--dry-run]
       install.sh --uninstall [--keep-config] [--root DIR] [--dry-run]

Installs mesh-agent, or upgrades it: what is connected stays connected. The tarball's checksum is verified before anything is
touched: against --sha256, or the SHA256SUMS beside it. A second run finds nothing to do; one that was interrupted is finished by
the next. An installed istio-sidecar is stopped and disabled, its files stay; --uninstall starts it again.

  --file TARBALL   mesh-agent-VERSION-linux-ARCH.tar.gz
  --from URL|DIR   where tarball and SHA256SUMS are; default: the folder of this script
  --version        which one; default: the only one in SHA256SUMS for this machine
  --sha256 HEX     checksum of the tarball
  --bundle DIR     what istioctl x workload entry configure wrote, and agent.yaml; copied to /etc/mesh-agent/bundle
  --root DIR       installs into the system whose / is DIR; nothing is started there
  --uninstall      leaves the mesh, then removes every file, the user, and the settings
  --keep-config    with --uninstall: /etc/mesh-agent stays
  --dry-run        says what would be done

Exit codes: 0 done, or nothing to do; 1 failed, and the machine is as it was; 64 wrong options.
TEXT
}

say() { echo "install: $1"; }
die() { # message, exit code
    echo "install: $1" >&2
    exit "${2:-1}"
}

# Does it, or only says so.
act() {
    if [ -n "$dry" ]; then echo "would run: $*"; else "$@"; fi
}

file='' from='' version='' sha256='' bundle='' root='' uninstall='' keep='' dry=''
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --uninstall) uninstall=yes ;;
        --keep-config) keep=yes ;;
        --dry-run) dry=yes ;;
        --file | --from | --version | --sha256 | --bundle | --root)
            [ $# -ge 2 ] || die "$1 needs a value; see --help" 64
            case $1 in
                --file) file=$2 ;;
                --from) from=$2 ;;
                --version) version=$2 ;;
                --sha256) sha256=$2 ;;
                --bundle) bundle=$2 ;;
                --root) root=${2%/} ;;
            esac
            shift ;;
        *) die "there is no option '$1'; see --help" 64 ;;
    esac
    shift
done
[ -z "$keep" ] || [ -n "$uninstall" ] || die "--keep-config belongs to --uninstall" 64
[ -z "$file" ] || [ -z "$from$version" ] || die "--file names the tarball already; leave out --from and --version" 64

# Not in /var/lib/mesh-agent, which is the agent's: it must not say what root removes.
own=$root/usr/lib/mesh-agent
record=$own/installed
unfinished=$own/unfinished
taken=$own/taken-over
program=$root/usr/bin/mesh-agent

has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }
in_root() { if [ -n "$root" ]; then chroot "$root" "$@"; else "$@"; fi; }
hash_of() { sha256sum "$1" | cut -d' ' -f1; }

# Processes whose program is the given file of this system (a container's are another system's). Argument: path.
running() {
    here=$(stat -Lc %d:%i "${root:-}/")
    for process in /proc/[0-9]*; do
        exe=$(readlink "$process/exe" 2>/dev/null) || continue
        # A process with mounts of its own has a longer path to the same place.
        case ${exe% (deleted)} in *"${1#"$root"}") ;; *) continue ;; esac
        [ "$(stat -Lc %d:%i "$process/root/" 2>/dev/null)" = "$here" ] || continue
        echo "${process#/proc/}"
    done
}

# Waits until none of the processes is left. Arguments: seconds, process ids...
gone_within() {
    seconds=$1
    shift
    while [ "$seconds" -gt 0 ]; do
        left=''
        for pid in "$@"; do
            case $(sed 's/.*) \(.\).*/\1/' "/proc/$pid/stat" 2>/dev/null) in '' | Z) ;; *) left=yes ;; esac
        done
        [ -n "$left" ] || return 0
        sleep 1
        seconds=$((seconds - 1))
    done
    return 1
}

# Name and id of the process that listens on a port; nothing when nobody does.
listener_of() { # port
    hex=$(printf '%04X' "$1")
    for inode in $(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex\$" '$4 == "0A" && $2 ~ port { print $10 }'); do
        for link in /proc/[0-9]*/fd/*; do
            [ "$(readlink "$link" 2>/dev/null)" = "socket:[$inode]" ] || continue
            pid=${link#/proc/}
            pid=${pid%%/*}
            echo "$(cat "/proc/$pid/comm") (process $pid)"
            return 0
        done
        echo "a process that cannot be seen from here"
        return 0
    done
}

# --- whether it can be done at all ----------------------------------------------------------------------------------

[ "$(uname -s)" = Linux ] || die "mesh-agent runs on Linux only"
[ "$(id -u)" = 0 ] || [ -n "$dry" ] || die "root is needed to install into ${root:-/}; run it with sudo"
[ -z "$root" ] || [ -d "$root" ] || die "--root: there is no folder $root" 64
case $(uname -m) in
    x86_64) arch=amd64 loader=/lib64/ld-linux-x86-64.so.2 ;;
    aarch64) arch=arm64 loader=/lib/ld-linux-aarch64.so.1 ;;
    *) die "there is no mesh-agent for $(uname -m); it is built for x86_64 and aarch64" ;;
esac
for tool in tar gzip sha256sum stat install awk; do
    command -v "$tool" >/dev/null 2>&1 || die "$tool is missing; install it first"
done
if [ -x "$root/usr/bin/dpkg-query" ] && in_root dpkg-query -W -f '${Status}' mesh-agent 2>/dev/null | grep -q ' installed'; then
    die "mesh-agent is installed here as a Debian package; upgrade it with apt-get install ./mesh-agent_VERSION_$arch.deb, remove it with apt-get purge mesh-agent"
fi
if [ -x "$root/usr/bin/rpm" ] && in_root rpm -q mesh-agent >/dev/null 2>&1; then
    die "mesh-agent is installed here as an rpm; upgrade it with rpm -U, remove it with rpm -e mesh-agent"
fi

# --- istio-sidecar --------------------------------------------------------------------------------------------------

istio_rules() {
    for save in iptables-save ip6tables-save; do
        if command -v "$save" >/dev/null 2>&1 && "$save" 2>/dev/null | grep -q ISTIO_; then return 0; fi
    done
    return 1
}

# As `pilot-agent istio-iptables --cleanup-only` does, for a sidecar whose own program is gone.
remove_istio_rules() {
    for tables in iptables ip6tables; do
        command -v "$tables" >/dev/null 2>&1 || continue
        for table in nat mangle raw filter; do
            "$tables-save" -t "$table" 2>/dev/null | grep -- '^-A [^I].* -j ISTIO_' | sed 's/^-A/-D/' | while read -r rule; do
                # shellcheck disable=SC2086 # a rule is several words
                "$tables" -t "$table" $rule
            done
            chains=$("$tables-save" -t "$table" 2>/dev/null | sed -n 's/^:\(ISTIO_[A-Z_]*\) .*/\1/p')
            for chain in $chains; do "$tables" -t "$table" -F "$chain"; done
            for chain in $chains; do "$tables" -t "$table" -X "$chain"; done
        done
    done
}

take_over() {
    [ -e "$root/usr/local/bin/istio-start.sh" ] || [ -e "$root/lib/systemd/system/istio.service" ] || return 0
    [ ! -e "$taken" ] || return 0
    enabled=no active=no
    if has_systemd; then
        if systemctl is-enabled --quiet istio.service 2>/dev/null; then enabled=yes; fi
        if systemctl is-active --quiet istio.service 2>/dev/null; then active=yes; fi
    elif [ -n "$(running "$root/usr/local/bin/pilot-agent")" ]; then
        active=yes
    fi
    if [ "$enabled$active" = nono ]; then
        if [ -n "$root" ] || ! istio_rules; then return 0; fi
    fi
    say "taking over from istio-sidecar (enabled: $enabled, running: $active); its files stay"
    if [ -n "$dry" ]; then return 0; fi
    # Before anything is done: whatever interrupts this, --uninstall knows what to give back.
    printf 'enabled=%s\nactive=%s\n' "$enabled" "$active" >"$taken"
    if has_systemd; then
        systemctl disable --now istio.service >/dev/null 2>&1 || die "istio.service does not stop; see: systemctl status istio"
    else
        pids=$(running "$root/usr/local/bin/pilot-agent")
        # shellcheck disable=SC2086 # process ids
        if [ -n "$pids" ]; then kill -TERM $pids && gone_within 40 $pids || die "pilot-agent (process $pids) does not stop"; fi
    fi
    if [ -z "$root" ] && istio_rules; then
        if [ -x /usr/local/bin/istio-start.sh ]; then /usr/local/bin/istio-start.sh clean || true; fi
        if istio_rules; then remove_istio_rules; fi
    fi
}

give_back() {
    [ -e "$taken" ] || return 0
    enabled=$(sed -n 's/^enabled=//p' "$taken") active=$(sed -n 's/^active=//p' "$taken")
    say "giving back to istio-sidecar (enabled: $enabled, running: $active)"
    if has_systemd; then
        if [ "$enabled" = yes ]; then act systemctl enable --quiet istio.service; fi
        if [ "$active" = yes ]; then act systemctl start istio.service; fi
    elif [ "$active" = yes ]; then
        say "there is no systemd here: start it as before, for example with /usr/local/bin/istio-start.sh"
    fi
    act rm -f "$taken"
}

# --- leaving --------------------------------------------------------------------------------------------------------

stop_agent() {
    if has_systemd; then
        act systemctl disable --now mesh-agent.service 2>/dev/null || true
    fi
    pids=$(running "$program")
    [ -n "$pids" ] || return 0
    say "stopping mesh-agent: it leaves the mesh first"
    # shellcheck disable=SC2086 # process ids
    act kill -TERM $pids
    # shellcheck disable=SC2086
    if [ -z "$dry" ] && ! gone_within 90 $pids; then die "mesh-agent (process $pids) does not stop; end it and run this again"; fi
}

remove_user() {
    if in_root getent passwd mesh-agent >/dev/null 2>&1; then act in_root userdel mesh-agent 2>/dev/null || true; fi
    if in_root getent group mesh-agent >/dev/null 2>&1; then act in_root groupdel mesh-agent 2>/dev/null || true; fi
}

if [ -n "$uninstall" ]; then
    if [ ! -e "$record" ]; then
        say "mesh-agent was not installed by this script; nothing to do"
        exit 0
    fi
    stop_agent
    while read -r _ path; do act rm -f "$root$path"; done <"$record"
    act rm -rf "$root/var/lib/mesh-agent" "$root/var/log/mesh-agent" "$root/etc/systemd/system/mesh-agent.service.d"
    if [ -z "$keep" ]; then act rm -rf "$root/etc/mesh-agent"; fi
    remove_user
    give_back
    folders=$(cat "$own/folders")
    act rm -rf "$own"
    # Those that were made for the agent, the innermost first; others have files of their own by now.
    for folder in $(echo "$folders" | sort -r); do
        if [ -d "$root$folder" ]; then act rmdir "$root$folder" 2>/dev/null || true; fi
    done
    if has_systemd; then act systemctl daemon-reload; fi
    say "removed"
    exit 0
fi

# --- the tarball, verified --------------------------------------------------------------------------------------------

if [ -d "$root/lib" ] && [ ! -e "$root$loader" ]; then
    if ls "$root"/lib/ld-musl-* >/dev/null 2>&1; then
        die "this system has musl, and mesh-agent needs glibc 2.34 or newer; use an image of Debian 12, Ubuntu 22.04, Amazon Linux 2023 or newer"
    fi
    die "there is no $loader here: mesh-agent needs glibc 2.34 or newer"
fi
[ -z "$bundle" ] || [ -d "$bundle" ] || die "--bundle: there is no folder $bundle"
if [ -n "$bundle" ] && [ ! -e "$bundle/cluster.env" ] && [ ! -e "$bundle/agent.yaml" ]; then
    die "--bundle $bundle has neither cluster.env nor agent.yaml; make it with istioctl x workload entry configure"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

fetch() { # name
    case $from in
        http://* | https://*)
            if command -v curl >/dev/null 2>&1; then curl -fsSL -o "$work/$1" "${from%/}/$1"
            elif command -v wget >/dev/null 2>&1; then wget -q -O "$work/$1" "${from%/}/$1"
            else die "neither curl nor wget is here; download $1 and use --file"; fi ||
                die "cannot get ${from%/}/$1" ;;
        *) cp "$from/$1" "$work/$1" 2>/dev/null || die "there is no $from/$1" ;;
    esac
}

if [ -n "$file" ]; then
    [ -f "$file" ] || die "--file: there is no file $file"
    name=$(basename "$file")
    if [ -z "$sha256" ] && [ -f "$(dirname "$file")/SHA256SUMS" ]; then cp "$(dirname "$file")/SHA256SUMS" "$work/"; fi
    cp "$file" "$work/$name"
else
    [ -n "$from" ] || from=$(cd "$(dirname "$0")" && pwd)
    if [ -z "$version" ] || [ -z "$sha256" ]; then fetch SHA256SUMS; fi
    if [ -z "$version" ]; then
        version=$(sed -n "s/.* [*]\{0,1\}mesh-agent-\(.*\)-linux-$arch\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
        [ "$(echo "$version" | grep -c .)" = 1 ] ||
            die "SHA256SUMS of $from lists $(echo "$version" | grep -c .) versions for $arch; say which with --version"
    fi
    name=mesh-agent-$version-linux-$arch.tar.gz
    fetch "$name"
fi
if [ -z "$sha256" ] && [ -f "$work/SHA256SUMS" ]; then
    sha256=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
    [ -n "$sha256" ] || die "SHA256SUMS has no line for $name"
fi
[ -n "$sha256" ] || die "nothing says what the checksum of $name is: give --sha256, or put SHA256SUMS beside it"
found=$(hash_of "$work/$name")
[ "$found" = "$sha256" ] || die "the checksum of $name is $found and not $sha256; nothing was touched, get it again"
case $name in
    *-linux-"$arch".tar.gz) ;;
    *-linux-*.tar.gz) die "$name is for another architecture; this machine needs linux-$arch" ;;
esac
mkdir "$work/tree"
tar -xzf "$work/$name" -C "$work/tree" --strip-components=1 --no-same-owner 2>/dev/null || die "$name is not a tarball of mesh-agent"
[ -x "$work/tree/usr/bin/mesh-agent" ] || die "$name is not a tarball of mesh-agent: there is no usr/bin/mesh-agent in it"
# Fails on a libc or OpenSSL that is too old, while nothing has been touched.
new=$("$work/tree/usr/bin/mesh-agent" --version 2>"$work/why") || die "mesh-agent does not run on this machine: $(head -1 "$work/why")"
(cd "$work/tree" && find . -type f | sed 's/^\.//' | LC_ALL=C sort) >"$work/files"

# --- what is to be done -----------------------------------------------------------------------------------------------

recorded() { awk -v path="$1" '$2 == path { print $1 }' "$record" 2>/dev/null; }

# Whether a file of the tarball belongs onto the machine: settings that somebody changed stay.
wanted() { # path
    [ -e "$root$1" ] || return 0
    there=$(hash_of "$root$1")
    [ "$there" != "$(hash_of "$work/tree$1")" ] || return 1
    case $1 in
        /etc/*) [ "$there" = "$(recorded "$1")" ] || { say "$1 was changed by somebody and stays as it is"; return 1; } ;;
    esac
}

to_copy=''
while read -r path; do if wanted "$path"; then to_copy="$to_copy $path"; fi; done <"$work/files"
bundle_differs() {
    [ -n "$bundle" ] || return 1
    for given in "$bundle"/*; do
        cmp -s "$given" "$root/etc/mesh-agent/bundle/$(basename "$given")" || return 0
    done
    return 1
}
new_bundle=no
if bundle_differs; then new_bundle=yes; fi
if [ -z "$to_copy" ] && [ "$new_bundle" = no ] && [ -e "$record" ] && [ ! -e "$unfinished" ]; then
    say "$new is installed and unchanged; nothing to do"
    exit 0
fi
[ ! -e "$unfinished" ] || say "finishing an installation that was interrupted"
before=$(running "$program")
if [ -z "$root" ] && [ -z "$before" ] && [ ! -e /usr/local/bin/istio-start.sh ]; then
    for port in 15000 15006 15020 15021; do
        owner=$(listener_of "$port")
        [ -z "$owner" ] || die "port $port is taken by $owner; stop it, or set another port in /etc/mesh-agent/agent.yaml before you install"
    done
fi
if [ -n "$dry" ]; then
    for path in $to_copy; do echo "would install $root$path"; done
    if [ "$new_bundle" = yes ]; then echo "would copy $bundle to $root/etc/mesh-agent/bundle"; fi
    take_over
    if [ -n "$before" ]; then echo "would hand over from process $before to the new program"; fi
    exit 0
fi

# --- doing it -------------------------------------------------------------------------------------------------------

# Remembers which folders were not there, so that --uninstall removes just these.
make_folder() { # path below root
    [ -n "$1" ] && [ "$1" != / ] || return 0
    if [ -d "$root$1" ]; then return 0; fi
    make_folder "$(dirname "$1")"
    echo "$1" >>"$work/folders"
    mkdir "$root$1"
}

: >"$work/folders"
make_folder /usr/lib/mesh-agent
touch "$unfinished" "$own/folders"
cat "$work/folders" >>"$own/folders"
: >"$work/folders"
# The list of both versions first: whatever is interrupted, --uninstall finds every file.
{
    cat "$record" 2>/dev/null || true
    while read -r path; do
        # Settings that were there before are nobody's but the administrator's.
        if [ -e "$root$path" ] && [ -z "$(recorded "$path")" ] && [ "${path#/etc/}" != "$path" ]; then continue; fi
        echo "$(hash_of "$work/tree$path") $path"
    done <"$work/files"
} | awk '{ hash[$2] = $1 } END { for (path in hash) print hash[path], path }' | LC_ALL=C sort -k2 >"$own/.installed"
cp "$record" "$work/record-before" 2>/dev/null || true
mv "$own/.installed" "$record"

if ! in_root getent passwd mesh-agent >/dev/null 2>&1; then
    in_root useradd --system --user-group --home-dir /var/lib/mesh-agent --no-create-home --shell /usr/sbin/nologin \
        --comment "Agent of the mesh" mesh-agent || die "the user mesh-agent cannot be made"
fi
for path in $to_copy; do
    make_folder "$(dirname "$path")"
    if [ "$path" = /usr/bin/mesh-agent ] && [ -e "$program" ]; then ln -f "$program" "$own/previous"; fi
    # Beside it and renamed: a program that runs goes on, and nobody ever reads half a file.
    cp -p "$work/tree$path" "$root$path.mesh-new"
    chown 0:0 "$root$path.mesh-new"
    mv -f "$root$path.mesh-new" "$root$path"
done
make_folder /etc/mesh-agent
in_root install -d -m 0700 -o mesh-agent -g mesh-agent /var/lib/mesh-agent
in_root install -d -m 0750 -o mesh-agent -g mesh-agent /var/log/mesh-agent
in_root chown root:mesh-agent /etc/mesh-agent
in_root chmod 0750 /etc/mesh-agent
if [ -n "$bundle" ]; then
    mkdir -p "$root/etc/mesh-agent/bundle"
    for given in "$bundle"/*; do
        target=/etc/mesh-agent/bundle/$(basename "$given")
        (umask 077 && cp "$given" "$root$target.mesh-new")
        in_root chown root:mesh-agent "$target.mesh-new"
        in_root chmod 0640 "$target.mesh-new"
        mv -f "$root$target.mesh-new" "$root$target"
    done
    in_root chown root:mesh-agent /etc/mesh-agent/bundle
    in_root chmod 0750 /etc/mesh-agent/bundle
    if [ ! -e "$root/etc/mesh-agent/mesh-agent.env" ]; then
        echo "MESH_AGENT_BUNDLE=/etc/mesh-agent/bundle" >"$root/etc/mesh-agent/mesh-agent.env"
    fi
fi
sort -u "$own/folders" "$work/folders" >"$own/.folders" && mv "$own/.folders" "$own/folders"
# For --uninstall, long after the tarball is gone.
install -m 0755 "$0" "$own/install.sh"
take_over

# --- running it -----------------------------------------------------------------------------------------------------

finish() {
    rm -f "$own/previous" "$unfinished"
    # Files of the version before that this one has no more.
    while read -r hash path; do
        if grep -qx -- "$path" "$work/files"; then echo "$hash $path"; else rm -f "$root$path"; fi
    done <"$record" >"$own/.installed"
    mv "$own/.installed" "$record"
    say "$new is installed"
}

roll_back() { # why
    if [ -e "$own/previous" ]; then
        mv -f "$own/previous" "$program"
        rm -f "$unfinished"
        if [ -e "$work/record-before" ]; then cp "$work/record-before" "$record"; fi
        die "$1; the program before it is back in its place, and the process before it serves on"
    fi
    die "$1"
}

# The running process takes the new program in its place. Nothing that is connected notices.
hand_over() {
    say "handing over from process $(echo "$before" | tr '\n' ' ')to the new program"
    # One that only drains has handed over already and does not listen to it.
    # shellcheck disable=SC2086 # process ids
    kill -USR2 $before
    waited=0 next=''
    while [ "$waited" -lt 150 ]; do
        sleep 1
        waited=$((waited + 1))
        now=''
        for pid in $(running "$program"); do
            case " $(echo "$before" | tr '\n' ' ') " in *" $pid "*) ;; *) now=$pid ;; esac
        done
        if [ -z "$now" ]; then
            [ -z "$next" ] || roll_back "the new program ended before it was ready; its log says why"
            continue
        fi
        next=$now
        # In charge once it answers for the agent; one that nobody can ask is believed when it has lived for a while.
        answer=$("$program" status -o json 2>/dev/null | sed -n 's/.*"processId": *\([0-9]*\).*/\1/p')
        if [ "$answer" = "$next" ] || { [ -z "$answer" ] && [ "$waited" -ge 20 ]; }; then return 0; fi
    done
    roll_back "the new program did not become ready within 150 s; its log says why"
}

has_settings() {
    for path in /etc/mesh-agent/agent.yaml /etc/mesh-agent/mesh-agent.env /var/lib/istio/envoy/cluster.env; do
        if [ -e "$root$path" ]; then return 0; fi
    done
    return 1
}

by_hand="setpriv --reuid mesh-agent --regid mesh-agent --init-groups sh -c 'set -a; [ ! -e /etc/mesh-agent/mesh-agent.env ] || . /etc/mesh-agent/mesh-agent.env; exec mesh-agent'"
if has_systemd; then systemctl daemon-reload; fi
if [ -n "$before" ]; then
    hand_over
    finish
elif [ -n "$root" ]; then
    finish
elif ! has_settings; then
    finish
    say "to join: run this again with --bundle DIR, or write /etc/mesh-agent/agent.yaml"
elif has_systemd; then
    systemctl enable --now mesh-agent.service || die "mesh-agent does not start; see: journalctl -u mesh-agent"
    finish
else
    finish
    say "there is no systemd here; start it with:"
    echo "$by_hand"
fi
if [ -z "$root" ] && has_settings; then
    (
        set -a
        # shellcheck disable=SC1091 # settings of the service
        if [ -e /etc/mesh-agent/mesh-agent.env ]; then . /etc/mesh-agent/mesh-agent.env; fi
        mesh-agent check
    ) || say "the checks above found something; mesh-agent check looks again"
fi
