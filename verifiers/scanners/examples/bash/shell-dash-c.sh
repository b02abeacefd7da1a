run() {
  # ruleid: bash.shell-dash-c
  bash -c "ls $folder"
  # ruleid: bash.shell-dash-c
  sh -c "$1"
  # ok: bash.shell-dash-c
  bash -c 'ls -- "$1"' _ "$folder"
  # ok: bash.shell-dash-c
  bash -c "ls"
}
