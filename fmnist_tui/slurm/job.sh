# SLURM signals this shell a minute before the time limit (USR1). When it ends the job - at the time limit, for a
# preemption or by `scancel` - it signals all of the job's processes (TERM) and kills them half a minute later. So the
# training runs beside the shell, which passes the first signal on and waits until everything is saved.
stopped=
trap 'signaled=1; stopped=1; kill -TERM "$training" 2>/dev/null' USR1
before=$(progress)
"${command[@]}" &
training=$!
trap '' TERM # only now, because the training would ignore it, too
signaled=1
while [ "$signaled" ]; do # a signal interrupts the shell's waiting
    signaled=
    wait "$training"
    code=$?
done
if [ "$code" = 0 ]; then # it is finished, or a user has stopped it
    exit 0
elif [ "$stopped" ]; then
    ended="was stopped before its time limit"
elif [ "$code" -ge 128 ]; then
    ended="was ended by a signal (exit code $code)"
else # it failed, and has printed why
    exit "$code"
fi

# While SLURM itself ends the job, the state of the job is no longer RUNNING. SLURM starts it again if it was preempted;
# if it was cancelled, nobody may.
state=$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T)
if [ "$state" != RUNNING ]; then
    exit "$code"
fi
# A job that gets nowhere, because its time limit is too short or because it is killed at the same place each time, is not
# started again and again.
if [ "$(progress)" = "$before" ]; then
    echo "fmnist-tui: $what $ended and has saved nothing new since its start, so it is not started again." \
        "Perhaps it needs more time or memory: see the options of sbatch." >&2
    if [ "$stopped" ]; then # perhaps before a preemption, after which SLURM starts the job again: only if it still runs
        trap - TERM
        sleep 180
    fi
    exit "$code"
fi
echo "fmnist-tui: $what $ended. The job waits in the queue again, to resume it." >&2
scontrol requeue "$SLURM_JOB_ID" || echo "fmnist-tui: it can't be queued again. Submit its script again." >&2
exit "$code"
