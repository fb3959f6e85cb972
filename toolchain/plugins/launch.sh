# For the launchers in bin/, which set `root`.

launch() {
    export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}"
    python=${PULUMIW_PYTHON:-python3}
    if [ -n "${PULUMIW_WARM:-}" ]; then
        exec "$python" -S -E "$root/toolchain/plugins/warm/launcher.py" "$@"
    fi
    # -P keeps the folder the engine starts it in, which is a person's project, off the module path.
    exec "$python" -P -m "$@"
}
