#!/usr/bin/env bash
# Installs the Debian packages that the scripts here need, without starting any daemon.
#   install.sh swift|s3|nats|postgres|lab|fuse|disks|fire|faults|bench|browser...
set -euo pipefail

declare -A packages=(
  [swift]='swift-proxy swift-account swift-container swift-object memcached curl'
  [s3]='curl'
  [nats]='nats-server curl'
  [postgres]='postgresql-15 postgresql-client-15'
  [lab]='iproute2 nftables iputils-ping iperf3 gcc libc6-dev'
  [fuse]='fuse3 libfuse3-dev pkg-config g++ make attr'
  [disks]='e2fsprogs xfsprogs btrfs-progs exfat-fuse exfatprogs ntfs-3g'
  [fire]='iproute2 nftables procps gcc libc6-dev e2fsprogs mount util-linux faketime'
  [faults]='strace eatmydata faketime'
  [bench]='rsync openssh-server openssh-client syncthing e2fsprogs mount'
  [browser]='chromium fonts-dejavu-core'
)
wanted=()
for name in "$@"; do
  [[ -n ${packages[$name]:-} ]] || {
    echo "install.sh: no group $name; there are: ${!packages[*]}" >&2
    exit 2
  }
  read -ra more <<<"${packages[$name]}"
  wanted+=("${more[@]}")
done
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
((${#missing[@]})) || exit 0

# Debian's packages start what they install unless this file forbids it.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq -o Acquire::Retries=3
DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install -y -qq --no-install-recommends "${missing[@]}"
