#!/bin/sh
# run-role.sh ROLE: the end-to-end test of one role. Started from its own folder.
. ../lib.sh

begin "e2e-$1" "signing in as $1"
work 0.3
grep -l "^role: $1\$" ../handlers/*.handler | sed 's,.*/,,' > "$OUT/e2e-$1.txt" || true
finish "$(($(wc -l < "$OUT/e2e-$1.txt"))) handler(s) tried"
