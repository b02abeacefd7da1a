run() {
  # ruleid: bash.shell-dash-c
  bash -c "ls $folder"
  # ruleid: bash.shell-dash-c
  sh -c "$1"
  # ruleid: bash.shell-dash-c
  bash -ec "$1"
  # ruleid: bash.shell-dash-c
  /bin/bash --norc -euo pipefail -c "$1"
  # ruleid: bash.shell-dash-c
  env -i HOME=/ bash -c "$1"
  # ruleid: bash.shell-dash-c
  sudo -u "$user" timeout -k 1 5 sh -c "ls $1"
  # ruleid: bash.shell-dash-c
  su - "$user" -c "$1"
  # ruleid: bash.shell-dash-c
  echo "$1" | bash
  # ruleid: bash.shell-dash-c
  printf '%s\n' "ls $folder" | sudo bash -s --
  # ruleid: bash.shell-dash-c
  bash <<< "$1"
  # ruleid: bash.shell-dash-c
  bash < <(echo "$1")
  # ruleid: bash.shell-dash-c
  source <(printf '%s' "$1")
  # ruleid: bash.shell-dash-c
  source /dev/stdin <<< "$1"
  # ruleid: bash.shell-dash-c
  find . -exec sh -c "ls $1 {}" \;
  # ok: bash.shell-dash-c
  bash -c 'ls -- "$1"' _ "$folder"
  # ok: bash.shell-dash-c
  bash -c "ls"
  # ok: bash.shell-dash-c
  bash -e -- "$script" -c "$1"
  # ok: bash.shell-dash-c
  echo "$1" | bash ./script.sh
  # ok: bash.shell-dash-c
  echo 'ls -- "$1"' | bash -s -- "$folder"
  # ok: bash.shell-dash-c
  source <(kubectl completion bash)
  # ok: bash.shell-dash-c
  grep -c "$1" bash
}
