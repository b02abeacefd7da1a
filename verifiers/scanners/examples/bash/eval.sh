run() {
  # ruleid: bash.eval
  eval "$1"
  # ruleid: bash.eval
  eval $command
  # ruleid: bash.eval
  out="${none:-$(eval "$1")}"
  # ruleid: bash.eval
  cat <<< "$(eval "$1")"
  # ruleid: bash.eval
  [[ -n $(eval "$1") ]]
  # ruleid: bash.eval
  for ((i = $(eval "$1"); i < 3; i++)); do :; done
  # ruleid: bash.eval
  list[$(eval "$1")]=1
  # ruleid: bash.eval
  echo "${text/$(eval "$1")/b}" > /dev/null
  # ruleid: bash.eval
  echo a > "$(eval "$1")"
  # ruleid: bash.eval
  coproc eval "$1"
  # ruleid: bash.eval
  time -p e'va'l "$1"
  # ruleid: bash.eval
  builtin eval "$1"
  # ruleid: bash.eval
  command -p -- eval "$1"
  # ruleid: bash.eval
  $'\145val' "$1"
  # ruleid: bash.eval
  bash -c 'eval "$1"' _ "$1"
  # ok: bash.eval
  "${command[@]}"
  # ok: bash.eval
  eval "$(ssh-agent -s)"
  # ok: bash.eval
  command -v eval "$1"
  # ok: bash.eval
  printf '%s\n' "eval $1" 'eval "$1"'
}
