#!/bin/sh
# Debian with the packages that are essential, required, or apt itself: the
# set of the official image.
set -eu
. ./debian.sh
make_debian
