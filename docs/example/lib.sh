# shellcheck shell=sh
# Shared by the stand-in scripts of Taskfile.example. Sourced with $OUT set; writes only below it.
#
# begin STEP TEXT...  announces a step, counts it among the running ones, and fails if FAIL names it
# work SECONDS        stands for the work itself
# finish TEXT...      announces its end
set -eu
: "${OUT:?the folder to write to}"
: "${FAIL:=}"

begin() {
  step=$1
  shift
  mkdir -p "$OUT/running" "$OUT/done"
  : > "$OUT/running/$step"
  trap 'rm -f "$OUT/running/$step"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo "$step: $*"
  # How many steps run at this moment: the most of them is what `make -jN` allows.
  set -- "$OUT/running"/*
  echo "$#" >> "$OUT/at-once"
  case " $FAIL " in
  *" $step "*)
    echo "$step: failed, because FAIL names it" >&2
    exit 1
    ;;
  esac
}

work() { sleep "$1"; }

finish() {
  : > "$OUT/done/$step"
  echo "$step: $*"
}
