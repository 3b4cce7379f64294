#!/bin/sh
# build.sh ROOT SUITE MIRROR PACKAGE...
#
# Makes a small Debian in ROOT, with these packages. To be run in a mount namespace of its own: what is mounted here is
# seen by nobody else and is gone when this ends, however it ends.
set -eu
root=$1 suite=$2 mirror=$3
shift 3

debootstrap --force-check-gpg --variant=minbase --components=main "$suite" "$root" "$mirror"

# Reach the mirror as this machine does.
cp /etc/resolv.conf /etc/hosts "$root/etc/"
apt-config dump | grep -E '^Acquire::(https?|Check-|Retries|ForceIPv)' >"$root/etc/apt/apt.conf.d/00host" || true
# No package is to start anything here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
# What no test reads; and no waiting for the disk, for a build that is cut short is thrown away.
cat >"$root/etc/dpkg/dpkg.cfg.d/00tests" <<END
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/help/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
END

mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --rbind /dev "$root/dev"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
chroot "$root" apt-get --quiet update
chroot "$root" apt-get --quiet --yes --no-install-recommends install "$@"
chroot "$root" apt-get clean

# Nothing of where it came from.
rm -rf "$root"/debootstrap "$root"/etc/apt/sources.list* "$root"/etc/apt/apt.conf.d/00host "$root"/etc/resolv.conf \
    "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/log/apt "$root"/var/log/*.log
