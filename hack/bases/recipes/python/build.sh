#!/bin/sh
# Compiles CPython and installs it under /usr/local.
#
# The source is the pristine upstream tarball out of Debian's source package:
# Debian's patches move site-packages to dist-packages, and an image of the
# official recipe has it where upstream has it. The official recipe also asks
# for --enable-optimizations and --with-lto; they multiply the time to compile
# and change how fast the interpreter runs, not where its files lie or what
# they are linked with, so they are left out here.
set -eux
src=$(mktemp -d)
cd "$src"

find /etc/apt -name '*.sources' -exec sed -i 's/^Types: deb$/Types: deb deb-src/' {} +
apt-get update
# Of the source package the tarball alone is wanted, and mirrors of the
# security suite don't always carry sources.
apt-get source --download-only --tar-only python3.11 ||
    apt-get source --download-only --tar-only python3.11/bookworm
tar -xf python3.11_*.orig.tar.* --strip-components=1

CFLAGS=$(dpkg-buildflags --get CFLAGS)
LDFLAGS="$(dpkg-buildflags --get LDFLAGS) -Wl,--strip-all"
./configure --quiet \
    --build="$(dpkg-architecture --query DEB_BUILD_GNU_TYPE)" \
    --enable-loadable-sqlite-extensions \
    --enable-option-checking=fatal \
    --enable-shared \
    --with-ensurepip \
    --with-system-expat
make --silent -j2 EXTRA_CFLAGS="$CFLAGS" LDFLAGS="$LDFLAGS"
# Linked again so that the interpreter finds its library next to itself, even
# where ldconfig has not run.
rm python
make --silent EXTRA_CFLAGS="$CFLAGS" LDFLAGS="$LDFLAGS -Wl,-rpath='\$\$ORIGIN/../lib'" python
make --silent install
ldconfig

# The versions that the official image of 3.11 comes with.
pip3 install --no-cache-dir --no-compile --root-user-action=ignore \
    pip==24.0 setuptools==79.0.1 wheel==0.45.1

cd /usr/local/bin
for name in idle pip pydoc python python-config; do
    test -e "$name" || ln -s "$(echo "$name" | sed -E 's/^(idle|pip|pydoc|python)/\13/')" "$name"
done

find /usr/local -depth \
    \( -type d -a \( -name test -o -name tests -o -name idle_test \) \) -exec rm -rf {} + \
    -o \( -type f -a \( -name '*.pyc' -o -name 'libpython*.a' \) \) -delete
rm -rf "$src"
