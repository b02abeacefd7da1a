clean() {
  # ruleid: bash.unchecked-folder-change
  cd "$folder"
  rm -rf build
}

clean_safely() {
  # ok: bash.unchecked-folder-change
  cd "$folder" || exit 1
  rm -rf build
}
