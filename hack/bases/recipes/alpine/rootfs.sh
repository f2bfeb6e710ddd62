#!/bin/sh
# Alpine's own mini root file system, and above it, in a layer of its own, a
# package repository for machines that reach no mirror. SCHLANK_ALPINE is the
# directory that has both.
set -eu
skip() { echo "$1" >&2; exit 77; }

test -n "${SCHLANK_ALPINE:-}" || skip "no ../shared/alpine beside the repository, and SCHLANK_ALPINE is not set"
mini=$(find "$SCHLANK_ALPINE" -maxdepth 1 -name 'alpine-minirootfs-3.19.*.tar.gz' | sort | tail -n 1)
test -n "$mini" || skip "no alpine-minirootfs-3.19.*.tar.gz in $SCHLANK_ALPINE"
gunzip -c "$mini" > "$OUT/1-rootfs.tar"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM
mkdir "$work/mini" "$work/layer"
tar -C "$work/mini" -xf "$OUT/1-rootfs.tar" --no-same-owner

# apk runs where it lies, with the mini root's own libraries.
apk() {
    "$(echo "$work"/mini/lib/ld-musl-*.so.1)" --library-path "$work/mini/lib:$work/mini/usr/lib" \
        "$work/mini/sbin/apk" --keys-dir "$work/mini/etc/apk/keys" "$@"
}

repository=/opt/apk-stand-in
arch=$(cat "$work/mini/etc/apk/arch")
packages=$work/layer$repository/$arch
mkdir -p "$packages" "$work/layer/etc/apk/keys"
cp "$SCHLANK_ALPINE"/packages/*.apk "$packages/"
echo "$repository" > "$work/layer/etc/apk/repositories"

# An index that no key signed needs --allow-untrusted at each `apk add`, which
# no user writes. So a key is made for this one signature; only its public
# half goes on, into the image. A signed index is the signature's tar without
# its end marker, compressed, followed by the index itself.
key=stand-in.rsa.pub
(
    cd "$packages"
    apk index --no-warnings --quiet --description "Alpine stand-in" --output "$work/index.tar.gz" ./*.apk
)
openssl genrsa -out "$work/key" 2048 2> "$work/openssl.log"
openssl rsa -in "$work/key" -pubout -out "$work/layer/etc/apk/keys/$key" 2>> "$work/openssl.log"
openssl dgst -sha1 -sign "$work/key" -out "$work/.SIGN.RSA.$key" "$work/index.tar.gz"
signature_blocks=$(( 1 + ($(wc -c < "$work/.SIGN.RSA.$key") + 511) / 512 ))
tar -C "$work" --format=ustar --owner=0 --group=0 --numeric-owner -cf - ".SIGN.RSA.$key" |
    head -c "$(( signature_blocks * 512 ))" | gzip -n > "$work/signature.gz"
cat "$work/signature.gz" "$work/index.tar.gz" > "$packages/APKINDEX.tar.gz"

chmod -R u=rwX,go=rX "$work/layer"
tar -C "$work/layer" --owner=0 --group=0 --numeric-owner --sort=name -cf "$OUT/2-repository.tar" .
