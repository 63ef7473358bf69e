#!/bin/sh
# handler.sh validate|fix STEP FILE...: checks handler descriptions, or writes repaired copies to $OUT/fixed.
# A description has the lines `name:`, `role:` and `test:`; `test:` may be missing until it is fixed.
. "${0%/*}/lib.sh"

action=$1
begin "$2" "$action $(($# - 2)) handler(s)"
shift 2
case $action in
validate)
  work 0.2
  for file; do
    for field in name role; do
      grep -q "^$field: ." "$file" || { echo "$file: no $field" >&2; exit 1; }
    done
  done
  ;;
fix)
  mkdir -p "$OUT/fixed"
  work 0.3
  for file; do
    copy=$OUT/fixed/${file##*/}
    cp "$file" "$copy"
    grep -q '^test: ' "$copy" || echo "test: to be written" >> "$copy"
  done
  ;;
*)
  echo "handler.sh: unknown action '$action'" >&2
  exit 2
  ;;
esac
finish "done"
