#!/bin/sh
# coverage.sh measure|missing FOLDER: how many handlers of FOLDER name a test, and which do not.
. "${0%/*}/lib.sh"

folder=$2
case $1 in
measure)
  begin test-coverage "counting tests in $folder"
  work 0.3
  with=$(grep -l '^test: ' "$folder"/*.handler | wc -l)
  all=$(ls "$folder"/*.handler | wc -l)
  echo "$((with)) of $((all)) handlers have a test" > "$OUT/coverage.txt"
  finish "$((with)) of $((all)) handlers have a test"
  ;;
missing)
  begin missing-tests "looking for handlers without a test"
  work 0.2
  grep -L '^test: ' "$folder"/*.handler | sed 's,.*/,,' > "$OUT/missing-tests.txt" || true
  # shellcheck disable=SC2046  # the names become words of one line
  finish $(cat "$OUT/missing-tests.txt")
  ;;
esac
