#!/bin/sh
# enter.sh ROOT SHARED... -- COMMAND...
#
# Runs COMMAND in the system in ROOT, where it sees the SHARED folders of this machine at their own places. To be run in a
# mount namespace of its own, see build.sh. What is run keeps this process, so that it can be signalled and waited for.
set -eu
root=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --rbind "$1" "$root$1"
    shift
done
shift
# This machine's PATH may lead to a Python that is shared; an editor there would take it for its own.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec chroot "$root" /bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec "$@"' "$PWD" "$@"
