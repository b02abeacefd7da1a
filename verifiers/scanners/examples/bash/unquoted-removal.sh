clean() {
  # ruleid: bash.unquoted-removal
  rm -rf $folder
  # ruleid: bash.unquoted-removal
  rm -rf "$folder"/*
  # ruleid: bash.unquoted-removal
  rm -r -f /tmp/$name
  # ok: bash.unquoted-removal
  rm -rf -- "${folder:?}"
  # ok: bash.unquoted-removal
  rm -rf build
}
