#!/usr/bin/env bash
# Sets everything up that `npm start` (run), `npm test` (test) and `npm run bench` (bench) need; what is there already is
# left alone. Nothing is downloaded but from the Debian (Ubuntu) and npm registries.
#
# Exit codes: 1 a step failed, 2 wrong usage, 3 system packages are missing and cannot be installed from here.
# -E: the trap that explains a failure also counts inside functions.
set -Eeuo pipefail

# Needed for, Debian's name, why.
system_packages=(
  'run  g++             compiles the native addons of native/'
  'run  make            builds only what has changed of them'
  'run  libfaiss-dev    searches templates: the interface of our index, and the indexes beside it'
  'run  libjpeg-dev     decodes photographs'
  'run  libopenblas-dev matrix products for FAISS'
  'test ca-certificates lets git and curl trust what they talk to'
  'test curl            sends the requests of the README'
  'test git             tells the checks which files are ours'
  'test shellcheck      checks the shell scripts'
)

steps=5
step=0
title=''
way_out=''

begin() {
  step=$((step + 1))
  title=$1
  way_out=$2
  printf '[%d/%d] %-16s ' "$step" "$steps" "$title"
}

finish() { printf '%s\n' "$1"; }

explain_failure() {
  printf '\nThe set-up stopped in step %d of %d (%s).\n%s\n' "$step" "$steps" "$title" "$way_out"
}

missing_packages() {
  local entry purpose name reason
  for entry in "${system_packages[@]}"; do
    read -r purpose name reason <<<"$entry"
    [[ $purpose == run || $mode == test ]] || continue
    dpkg-query --show --showformat='${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^.i' && continue
    printf '%s %s\n' "$name" "$reason"
  done
}

# Prints the prefix that makes apt-get run as root; fails where there is none.
root_prefix() {
  if [[ $(id -u) == 0 ]]; then
    echo env
  elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo --non-interactive true 2>/dev/null; }; then
    echo sudo
  else
    return 1
  fi
}

install_system_packages() {
  begin 'System packages' 'Look at what apt-get says above, repair it, and start again.'
  local missing prefix name reason
  local -a names=()
  missing=$(missing_packages)
  if [[ -z $missing ]]; then
    finish 'all there'
    return
  fi
  finish 'missing:'
  while read -r name reason; do
    printf '        %-16s %s\n' "$name" "$reason"
    names+=("$name")
  done <<<"$missing"
  if ! command -v apt-get >/dev/null || ! prefix=$(root_prefix); then
    trap - ERR
    printf '\nThey cannot be installed from here (no apt-get, or neither root nor sudo). Run this as root, and start again:\n'
    printf '  apt-get update && apt-get install --yes --no-install-recommends %s\n' "${names[*]}"
    exit 3
  fi
  "$prefix" apt-get update --quiet --quiet 9<&-
  "$prefix" DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --quiet --no-install-recommends "${names[@]}" 9<&-
}

# npm runs under the machine's Node: ours is replaced by it, and Debian's npm finds its own parts with no other.
npm_of_machine() {
  PATH=$(tr ':' '\n' <<<"$PATH" | grep -v '/node_modules/' | paste -s -d ':') npm "$@"
}

install_npm_packages() {
  begin 'npm packages' 'Is the registry to be reached (npm ping)? Then start again; what was fetched is kept in its cache.'
  local purpose=all
  # Who works on the code keeps the tools for it.
  if [[ $mode == run && ! -d node_modules/typescript ]]; then purpose=run; fi
  if [[ -x node_modules/.bin/node ]] && node image-build/packages-are-current.ts "$purpose"; then
    link_commands
    finish 'all there'
    return
  fi
  local -a omitted=()
  if [[ $purpose == run ]]; then omitted=(--omit=dev); fi
  finish 'installing …'
  npm_of_machine ci --loglevel=error "${omitted[@]}"
  link_commands
}

build_addons() {
  begin 'Native addons' 'The compiler says above what it missed. make -C native clean, and start again.'
  local before after
  before=$(addon_times)
  make --silent --directory=native --jobs="$(nproc)"
  after=$(addon_times)
  if [[ $before == "$after" ]]; then finish 'all there'; else finish 'built'; fi
}

addon_times() { stat --format='%n %Y' native/*/build/*.node 2>/dev/null || true; }

convert_models() {
  begin 'Models' 'rm -r node_modules models/onnx, and start again: a package may have been installed by half.'
  finish 'converting what has changed'
  node models/convert.ts | sed 's/^models: /        /'
}

# Lets every script find our Node (older npm versions lose the link of an optional package's command), and `npx ostiary`
# the command of this folder without asking the registry.
link_commands() {
  local node
  for node in node_modules/node-linux-*/bin/node; do
    if [[ ! -x $node ]]; then
      way_out="npm gave no Node for $(uname --machine): Ostiary runs on x86-64 and arm64."
      return 1
    fi
    ln --symbolic --force "../../$node" node_modules/.bin/node
  done
  ln --symbolic --force ../../src/main.ts node_modules/.bin/ostiary
}

check_parts() {
  begin 'Check' 'rm -r node_modules, and start again: a part does not fit this machine.'
  local passed=node_modules/.ostiary-checked
  if [[ -e $passed && -z $(find package-lock.json native models -newer "$passed" -type f -print -quit) ]]; then
    finish 'passed before'
    return
  fi
  node image-build/check-parts.ts
  touch "$passed"
}

mode=${1:-}
if [[ $mode != run && $mode != test && $mode != bench ]]; then
  echo "Usage: ${0##*/} run|test|bench" >&2
  exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/node_modules/.bin:$PATH
trap explain_failure ERR
# Standard output belongs to what is run afterwards, such as a benchmark with --json.
exec >&2

# One set-up at a time.
exec 9<.
flock 9

install_system_packages
install_npm_packages
build_addons
convert_models
check_parts
