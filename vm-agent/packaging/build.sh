#!/usr/bin/env bash
# Builds the packages of the VM agent: deb, rpm and tarball, for each architecture. The same sources give the same bytes.
set -euo pipefail
caller=${MESH_CALLER:-$PWD}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

usage() {
    cat <<'TEXT_'
usage: ./mesh package [--arch amd64|arm64]... [--version VERSION] [--out DIR] [--format deb|rpm|tar]... [--binary FILE [--texts-from FILE]]

Builds mesh-agent_VERSION_ARCH.deb, mesh-agent-VERSION-1.{x86_64,aarch64}.rpm and mesh-agent-VERSION-linux-ARCH.tar.gz into
artifacts/, with their SHA256SUMS. The agent in them is one native binary (glibc 2.34 or newer, OpenSSL 3; no .NET). The same
sources give the same bytes on every machine with the same tools; times in them are that of the last commit, or SOURCE_DATE_EPOCH.

  --arch         for one architecture only; may be repeated
  --version      default: that of Directory.Build.props
  --out          default: artifacts/
  --format       one kind of package only; may be repeated
  --binary       takes this binary instead of publishing one; needs one --arch
  --texts-from   a mesh-agent that runs here, for man page and completions (default: this machine's own build)

Needs the .NET 10 SDK, clang and lld, for arm64 on amd64 gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, rpm and dpkg.
TEXT_
}

die() { # message, exit code
    echo "package: $1" >&2
    exit "${2:-1}"
}

archs=() formats=() version='' out=$root/artifacts binary='' texts=''
while [ $# -gt 0 ]; do
    case $1 in
        --help|-h) usage; exit 0 ;;
        --arch|--version|--out|--format|--binary|--texts-from)
            [ $# -ge 2 ] || die "$1 needs a value; see ./mesh package --help" 64
            case $1 in
                --arch) archs+=("$2") ;;
                --version) version=$2 ;;
                --out) out=$(cd "$caller" && realpath -m "$2") ;;
                --format) formats+=("$2") ;;
                --binary) binary=$(cd "$caller" && realpath -m "$2") ;;
                --texts-from) texts=$(cd "$caller" && realpath -m "$2") ;;
            esac
            shift 2 ;;
        *) die "there is no option '$1'; see ./mesh package --help" 64 ;;
    esac
done
[ ${#archs[@]} -gt 0 ] || archs=(amd64 arm64)
[ ${#formats[@]} -gt 0 ] || formats=(deb rpm tar)
for arch in "${archs[@]}"; do
    case $arch in amd64|arm64) ;; *) die "there is no architecture '$arch'; write amd64 or arm64" 64 ;; esac
done
for format in "${formats[@]}"; do
    case $format in deb|rpm|tar) ;; *) die "there is no format '$format'; write deb, rpm or tar" 64 ;; esac
done
if [ -n "$binary" ]; then
    [ ${#archs[@]} = 1 ] || die "--binary is for one architecture; say which with --arch" 64
    [ -f "$binary" ] || die "--binary: there is no file $binary" 64
fi
[ -n "$version" ] || version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$root/Directory.Build.props")
# What all three formats take: rpm has no dash, dpkg no underscore.
[[ $version =~ ^[0-9][0-9A-Za-z.+~]*$ ]] ||
    die "'$version' is not a version of packages: it begins with a digit and has letters, digits, '.', '+' and '~' besides" 64
for pair in deb:dpkg-deb:dpkg rpm:rpmbuild:rpm tar:tar:tar; do
    IFS=: read -r format command package <<<"$pair"
    case " ${formats[*]} " in *" $format "*)
        command -v "$command" >/dev/null ||
            die "$command is missing, which --format $format needs; install it (Debian: apt-get install $package)" ;;
    esac
done

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) ||
        die "these sources have no git history to take a time from; set SOURCE_DATE_EPOCH to seconds since 1970" 64
fi
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

publish() { "$here/publish.sh" "$1" --version "$version"; } # architecture

# The file tree as it is on a machine, from the root. Arguments: architecture, folder.
lay_out() {
    local tree=$2 doc=$2/usr/share/doc/mesh-agent
    install -D -m 0755 "${binary:-$(publish "$1")}" "$tree/usr/bin/mesh-agent"
    install -D -m 0644 "$here/files/mesh-agent.service" "$tree/usr/lib/systemd/system/mesh-agent.service"
    install -D -m 0644 "$here/files/sysusers.conf" "$tree/usr/lib/sysusers.d/mesh-agent.conf"
    install -D -m 0644 "$here/files/tmpfiles.conf" "$tree/usr/lib/tmpfiles.d/mesh-agent.conf"
    install -D -m 0644 "$here/files/logrotate.conf" "$tree/etc/logrotate.d/mesh-agent"
    install -d -m 0755 "$tree/etc/mesh-agent"
    install -D -m 0644 -t "$doc" "$here/files/agent.yaml.example" "$here/files/mesh-agent.env.example" "$root/vm-agent/README.md"
    install -D -m 0644 "$root/LICENSE" "$doc/copyright"
    install -d "$tree/usr/share/man/man8" "$tree/usr/share/bash-completion/completions" "$tree/usr/share/zsh/vendor-completions"
    "$texts" manual | gzip -9n >"$tree/usr/share/man/man8/mesh-agent.8.gz"
    "$texts" completion bash >"$tree/usr/share/bash-completion/completions/mesh-agent"
    "$texts" completion zsh >"$tree/usr/share/zsh/vendor-completions/_mesh-agent"
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# A template with its @NAMES@ filled in; a line that is @INSTALLED@ and the like becomes that script. Arguments: file, NAME=value ...
fill() {
    local text pair
    text=$(cat "$1")
    shift
    for pair in "$@" "INSTALLED=$(cat "$here/scripts/installed.sh")" "REMOVING=$(cat "$here/scripts/removing.sh")" \
        "REMOVED=$(cat "$here/scripts/removed.sh")"; do
        text=${text//"@${pair%%=*}@"/"${pair#*=}"}
    done
    printf '%s\n' "$text"
}

build_tar() { # architecture, tree
    local name=mesh-agent-$version-linux-$1
    # Whatever holds the tree on the way, in the tarball it has the tarball's name.
    tar --create --directory "$2" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        --transform "s,^\.,$name," . | gzip -9n >"$out/$name.tar.gz"
    echo "$name.tar.gz"
}

build_deb() { # architecture, tree
    local name=mesh-agent_${version}_$1.deb folder=$work/deb-$1 script
    cp -a "$2" "$folder"
    mkdir "$folder/DEBIAN"
    fill "$here/deb/control" "VERSION=$version" "DEB_ARCH=$1" "KILOBYTES=$(size_of "$2")" >"$folder/DEBIAN/control"
    echo /etc/logrotate.d/mesh-agent >"$folder/DEBIAN/conffiles"
    for script in postinst prerm postrm; do
        fill "$here/deb/$script" >"$folder/DEBIAN/$script"
        chmod 0755 "$folder/DEBIAN/$script"
    done
    (cd "$folder" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$folder/DEBIAN/md5sums"
    find "$folder" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    # One thread: the bytes of xz must not depend on how many processors there are.
    dpkg-deb --root-owner-group --threads-max=1 -Zxz -z6 --build "$folder" "$out/$name" >/dev/null
    rm -rf "$folder"
    echo "$name"
}

# What the files need, whatever the file system they lie on says: whole KiB for each.
size_of() { find "$1" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum + 0 }'; }

build_rpm() { # architecture, tree
    local machine=x86_64 top=$work/rpm-$1 spec=$work/rpm-$1.spec
    [ "$1" = amd64 ] || machine=aarch64
    fill "$here/rpm/mesh-agent.spec" "VERSION=$version" "TREE=$2" "FILES=$(files_of "$2")" >"$spec"
    rpmbuild -bb --quiet --target "$machine-linux" --buildroot "$work/rpm-root-$1" \
        --define "_topdir $top" --define "_tmppath $work" --define "_rpmdir $top" --define "_rpmfilename out.rpm" \
        --define "_buildhost mesh" --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
        --define "source_date_epoch_from_changelog 0" --define "_binary_payload w6.gzdio" --define "_build_id_links none" \
        --define "debug_package %{nil}" --define "__os_install_post %{nil}" --define "__spec_install_post %{nil}" \
        --define "_dbpath $work/rpmdb" "$spec" >"$work/rpm.log" 2>&1 || {
        cat "$work/rpm.log" >&2
        die "rpmbuild failed"
    }
    mv "$top/out.rpm" "$out/mesh-agent-$version-1.$machine.rpm"
    echo "mesh-agent-$version-1.$machine.rpm"
}

# The %files of the rpm: every file with its mode, and the folders that are the package's own.
files_of() { # tree
    echo '%dir %attr(0755,root,root) /etc/mesh-agent'
    echo '%dir %attr(0755,root,root) /usr/share/doc/mesh-agent'
    (cd "$1" && find . -type f -printf '%m %P\n' | sed s,zsh/vendor-completions,zsh/site-functions, | sort -k2) | while read -r mode path; do
        case $path in
            etc/*) printf '%%config(noreplace) ' ;;
            usr/share/doc/*) printf '%%doc ' ;;
        esac
        echo "%attr(0$mode,root,root) /$path"
    done
}

mkdir -p "$out"
# A native binary of this machine can tell its own texts; of another architecture's it cannot be asked.
case $(uname -m) in aarch64) own=arm64 ;; *) own=amd64 ;; esac
if [ -z "$texts" ]; then
    if [ -n "$binary" ] && [ "${archs[0]}" = "$own" ]; then texts=$binary; else texts=$(publish "$own"); fi
fi

built=()
for arch in "${archs[@]}"; do
    lay_out "$arch" "$work/tree-$arch"
    for format in "${formats[@]}"; do
        built+=("$("build_$format" "$arch" "$work/tree-$arch")")
    done
    rm -rf "$work/tree-$arch"
done

# Beside the tarballs, which it takes by default.
install -m 0755 "$here/install.sh" "$out/install.sh"
# Of what lies there, and only of this version: what other runs built stays listed as long as it is there.
(cd "$out" && find . -maxdepth 1 -type f \( -name "mesh-agent_${version}_*.deb" -o -name "mesh-agent-$version-*.rpm" \
    -o -name "mesh-agent-$version-*.tar.gz" \) -printf '%P\0' | sort -z | xargs -0 sha256sum >SHA256SUMS)
for file in "${built[@]}"; do echo "$out/$file"; done
echo "$out/SHA256SUMS"
