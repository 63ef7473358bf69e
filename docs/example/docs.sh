#!/bin/sh
# docs.sh FOLDER: one line for each handler of FOLDER, as $OUT/handlers.md.
. "${0%/*}/lib.sh"

begin docs "describing the handlers of $1"
work 0.3
for file in "$1"/*.handler; do
  sed -n 's/^name: \(.*\)/- \1/p' "$file"
done > "$OUT/handlers.md"
finish "$(($(wc -l < "$OUT/handlers.md"))) handlers described"
