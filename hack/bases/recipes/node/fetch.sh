#!/bin/sh
# Lays out /out as the official image has it: node, npm and corepack under
# /usr/local, yarn under /opt.
# Usage: fetch.sh NODE-VERSION NPM-VERSION COREPACK-VERSION YARN-VERSION
set -eux
local=/out/usr/local
modules=$local/lib/node_modules
mkdir -p "$local/bin" "$modules" /out/opt
cd "$(mktemp -d)"

# unpack PACKAGE DIRECTORY
unpack() {
    mkdir -p "$2"
    tar -xzf "$(npm pack --silent "$1")" -C "$2" --strip-components=1 --no-same-owner
}

case $(dpkg --print-architecture) in
amd64) arch=x64 openssl=linux-x86_64 ;;
arm64) arch=arm64 openssl=linux-aarch64 ;;
*) echo "the npm registry has no node for $(dpkg --print-architecture)" >&2; exit 1 ;;
esac

unpack "node-linux-$arch@$1" "$local"
unpack "npm@$2" "$modules/npm"
unpack "corepack@$3" "$modules/corepack"
unpack "yarn@$4" "/out/opt/yarn-v$4"

# OpenSSL's headers of this platform are enough, as in the official image;
# those of all the others are 50 MB.
find "$local/include/node/openssl/archs" -mindepth 1 -maxdepth 1 ! -name "$openssl" -exec rm -rf {} +

cd "$local/bin"
ln -s node nodejs
for tool in npm npx; do ln -s "../lib/node_modules/npm/bin/$tool-cli.js" "$tool"; done
ln -s ../lib/node_modules/corepack/dist/corepack.js corepack
for tool in yarn yarnpkg; do ln -s "/opt/yarn-v$4/bin/$tool" "$tool"; done
chmod 755 node ../lib/node_modules/npm/bin/*.js ../lib/node_modules/corepack/dist/*.js "/out/opt/yarn-v$4"/bin/yarn*
