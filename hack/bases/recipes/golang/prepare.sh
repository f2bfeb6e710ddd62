#!/bin/sh
# Copies the machine's Go tree into the context of the build.
set -eu
case $(go env GOVERSION) in
go1.26*) ;;
*) echo "this machine's Go is $(go env GOVERSION), golang:1.26 needs 1.26" >&2; exit 77 ;;
esac
cp -a "$(go env GOROOT)" "$CONTEXT/go"
# A toolchain from the module cache is read-only.
chmod -R u+w "$CONTEXT/go"
