run() {
  # ruleid: bash.eval
  eval "$1"
  # ruleid: bash.eval
  eval $command
  # ok: bash.eval
  "${command[@]}"
  # ok: bash.eval
  eval "$(ssh-agent -s)"
}
