run() {
  # ruleid: bash.trap
  trap "$1" EXIT
  # ruleid: bash.trap
  trap "$command; exit" INT TERM
  # ruleid: bash.trap
  trap "rm -f $1" EXIT
  # ok: bash.trap
  trap clean_up EXIT
  # ok: bash.trap
  trap 'rm -f -- "$file"' EXIT
  # ok: bash.trap
  trap "rm -f $file" EXIT
  # ok: bash.trap
  trap - EXIT
  # ok: bash.trap
  trap "" INT
}
