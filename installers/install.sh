#!/bin/sh
# Installs Restore Old Photo for this user, on Linux and macOS: sh installers/install.sh
# "--uninstall" removes it, "--help" says what else there is. All work is done by installers/program; this finds a Python.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

# Whether $1 is a Python of 3.10 or later.
fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# Whether $1 can make environments by itself; Debian's cannot without a further package.
makes_environments() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

fail() {
    printf 'Error: %s\n' "$1" >&2
    exit 1
}

python=''
if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" || fail "$PYTHON is no Python of 3.10 or later. Name another in PYTHON, or unset it."
    python=$PYTHON
else
    for name in python3 python3.13 python3.12 python3.11 python3.14 python3.10 python; do
        fits "$name" || continue
        [ -n "$python" ] || python=$name
        if makes_environments "$name"; then
            python=$name
            break
        fi
    done
fi

if [ -z "$python" ]; then
    uv=$(command -v uv || true)
    [ -n "$uv" ] || [ ! -x "$HOME/.local/bin/uv" ] || uv=$HOME/.local/bin/uv
    [ -n "$uv" ] ||
        fail 'No Python of 3.10 or later was found. Install one (on Debian and Ubuntu: sudo apt install python3 python3-venv), or uv, which brings one; then run this again.'
    # A Python of our own, which goes with the program.
    case $(uname -s) in
    Darwin) UV_PYTHON_INSTALL_DIR="$HOME/Library/Application Support/restore-old-photo/python" ;;
    *) UV_PYTHON_INSTALL_DIR="$HOME/.local/share/restore-old-photo/python" ;;
    esac
    export UV_PYTHON_INSTALL_DIR
    "$uv" python install --quiet --no-cache --no-bin 3.12 ||
        fail 'uv could not fetch a Python. See that the network works, or install Python 3.10 or later; then run this again.'
    python=$("$uv" python find --no-cache --managed-python 3.12)
fi

# Nothing is written into this folder, and nothing of another Python's settings taken.
exec "$python" -I -B -c '
import sys
sys.path.insert(0, sys.argv.pop(1))
from installers.program.main import main
sys.exit(main())
' "$root" "$@"
