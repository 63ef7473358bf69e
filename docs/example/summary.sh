#!/bin/sh
# summary.sh: how many steps ended well, and how many ran at once at most.
set -eu
: "${OUT:?the folder to write to}"
done=$(ls "$OUT/done" | wc -l)
most=$(sort -n "$OUT/at-once" | tail -n 1)
echo "$((done)) steps done, at most $most at the same time"
