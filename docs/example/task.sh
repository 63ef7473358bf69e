#!/bin/sh
# task.sh STEP TEXT...: any other step of the workflow.
. "${0%/*}/lib.sh"

step=$1
shift
begin "$step" "$*"
work 0.2
finish "done"
