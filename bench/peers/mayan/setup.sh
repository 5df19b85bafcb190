#!/bin/sh
# Makes Mayan EDMS's own environment in the folder given; a second run changes nothing.
# Needs, from Debian: libldap2-dev libsasl2-dev libimage-exiftool-perl redis-server, and a C compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place=$1
cmp -s "$here/requirements.txt" "$place/installed" && exit 0
for header in ldap.h sasl/sasl.h; do
    [ -e "/usr/include/$header" ] || { echo "missing: apt-get install libldap2-dev libsasl2-dev" >&2; exit 1; }
done
command -v redis-server > /dev/null || { echo "missing: apt-get install redis-server" >&2; exit 1; }
rm -rf "$place/venv"
mkdir -p "$place/media" "$place/run"
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
cp "$here/requirements.txt" "$place/installed"
