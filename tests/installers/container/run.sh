#!/bin/sh
# run.sh ROOT DATA MODELS USER DIRECTORY COMMAND...
#
# Runs COMMAND in the system in ROOT as a container does that is started with --read-only: as USER, with nothing to write
# to but the volumes and /tmp. To be run in a mount namespace of its own. Variables are those that this has.
set -eu
root=$1 data=$2 models=$3 user=$4 directory=$5
shift 5
mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount --bind "$models" "$root/models"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -o remount,bind,ro "$root/models"
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" --groups= "$root" /usr/bin/env --chdir="$directory" "$@"
