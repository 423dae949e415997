# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts in this folder; sourced after `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The comment at the head of a script is its help.
show_help() {
  awk 'NR > 2 && !/^#/ { exit } NR > 2 { sub(/^# ?/, ""); print }' "$script"
}

# For scripts that take no arguments.
no_arguments() {
  case "${1-}" in
    "") ;;
    -h | --help)
      show_help
      exit 0
      ;;
    *) wrong_usage "$1" ;;
  esac
}

wrong_usage() {
  echo "error: unexpected argument '$1'" >&2
  echo "See '$0 --help' for more information." >&2
  exit 64
}

# A heading; bold on a terminal.
say() {
  if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

fail() {
  echo "error: $*" >&2
  exit 1
}
