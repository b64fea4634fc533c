#!/usr/bin/env bash
# What it takes to build and run programs for arm64: Debian's packages of that architecture, unpacked in FOLDER/sysroot, and the emulator
# FOLDER/qemu-aarch64. Nothing is installed, and the lists of this machine's packages stay as they are.
set -euo pipefail
folder=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
key=$(cat "$here/packages.txt" "${BASH_SOURCE[0]}" | sha256sum)
[ "$(cat "$folder/.unpacked" 2>/dev/null)" != "$key" ] || exit 0

rm -rf "$folder/sysroot" "$folder/apt"
mkdir -p "$folder"/apt/{lists,cache/archives}/partial "$folder/sysroot"
: >"$folder/apt/status"  # no package is installed there, so that all that these need is fetched
cat >"$folder/apt/conf" <<CONF
Dir::State "$folder/apt";
Dir::State::status "$folder/apt/status";
Dir::State::lists "$folder/apt/lists";
Dir::Cache "$folder/apt/cache";
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Debug::NoLocking "true";
CONF
mapfile -t packages < <(sed -n '/^# What Kith is built on/,/^# Tests/{/^#/d;p}' "$here/packages.txt")
APT_CONFIG=$folder/apt/conf apt-get -q update
APT_CONFIG=$folder/apt/conf apt-get -q -y --download-only install libstdc++-12-dev libgtest-dev libgmock-dev "${packages[@]}"
for package in "$folder"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$folder/sysroot"; done

(cd "$folder/apt" && apt-get -q -o APT::Sandbox::User= download qemu-user-static && dpkg-deb -x qemu-user-static_*.deb unpacked)
mv "$folder/apt/unpacked/usr/bin/qemu-aarch64-static" "$folder/qemu-aarch64"
rm -rf "$folder/apt"
echo "$key" >"$folder/.unpacked"
