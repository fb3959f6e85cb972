# For the launchers in bin/, which set `root`.

launch() {
    export PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}"
    named=$root/.local/toolchain/venv/bin/python # as Pulumi.yaml says; plain `pulumi` gives no PULUMIW_PYTHON
    [ -x "$named" ] || named=python3
    python=${PULUMIW_PYTHON:-$named}
    if [ -n "${PULUMIW_WARM:-}" ]; then
        exec "$python" -S -E "$root/offline/plugins/warm/launcher.py" "$@"
    fi
    if [ "$python" = python3 ] && ! python3 -c 'import grpc, pulumi' 2>/dev/null; then
        echo "Pulumi's SDK is not installed for the bundled plugins: run \`./pulumiw cloud env\`, which installs it." >&2
        exit 1
    fi
    # -P keeps the folder the engine starts it in, which is a person's project, off the module path.
    exec "$python" -P -m "$@"
}
