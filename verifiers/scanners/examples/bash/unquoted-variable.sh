copy() {
  # ruleid: bash.unquoted-variable
  cp $source $target
  # ruleid: bash.unquoted-variable
  cat $file
  # ok: bash.unquoted-variable
  cp "$source" "$target"
  # ok: bash.unquoted-variable
  echo $#
}
