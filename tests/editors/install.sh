#!/bin/sh
# Installs what the tests of the editors need, and the programs whose files the tests of reading and writing compare,
# where that can be done: on Debian or its like, as root.
set -eu
wanted="krita python3-pyqt5 xvfb xauth xdotool debootstrap imagemagick libtiff-tools libimage-exiftool-perl desktop-file-utils chromium"
missing=""
for package in $wanted; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Tests of editors and of other programs' files are skipped: not installed, and only root on Debian can:$missing" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing; } >/dev/null ||
  echo "Tests of editors and of other programs' files are skipped: apt-get could not install$missing" >&2
