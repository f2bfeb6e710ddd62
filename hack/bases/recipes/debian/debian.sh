# Sourced by the Debian recipes. make_debian writes a root file system to
# $OUT/rootfs.tar; further options go to mmdebstrap.

make_debian() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 143' TERM
    write_container_settings "$work/settings"
    cp "$APT_SOURCES" "$work/machine.sources"
    cp "$APT_CONF" "$work/machine.conf"

    # The hook directory keeps usrmerge out, which would bring all of Perl.
    # policy-rc.d is skipped because mmdebstrap's own is removed at the end,
    # and ours with it. The machine's mirror and apt settings are needed here
    # to download; they come into the image by a layer of their own.
    mmdebstrap --quiet --variant=minbase --format=tar \
        --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
        --skip=chroot/policy-rc.d \
        --aptopt="$work/machine.conf" --dpkgopt=force-unsafe-io \
        --customize-hook="copy-in $work/settings/etc $work/settings/usr /" \
        --customize-hook='cd "$1" && rm -f etc/apt/sources.list etc/apt/sources.list.d/* etc/apt/apt.conf.d/99mmdebstrap' \
        --customize-hook='cd "$1" && rm -rf var/lib/apt/lists/* var/cache/apt/* var/log/apt var/log/*.log var/cache/ldconfig/aux-cache' \
        --customize-hook='cd "$1/etc/dpkg/dpkg.cfg.d" && mv 99mmdebstrap docker' \
        --customize-hook='cd "$1" && rm -f etc/machine-id etc/hostname etc/resolv.conf' \
        "$@" bookworm "$OUT/rootfs.tar" "$work/machine.sources"
}

# In an image no service is to start, and caches are dead weight: the
# official images come with settings to that effect, under these names. dpkg's
# are those of the bootstrap: it need not survive a loss of power.
write_container_settings() {
    mkdir -p "$1/etc/apt/apt.conf.d" "$1/usr/sbin"
    apt=$1/etc/apt/apt.conf.d
    cat > "$apt/docker-clean" <<'EOF'
// Downloaded packages and apt's own caches are not kept in image layers.
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
EOF
    echo 'Acquire::GzipIndexes "true";' > "$apt/docker-gzip-indexes"
    echo 'Acquire::Languages "none";' > "$apt/docker-no-languages"
    echo 'Apt::AutoRemove::SuggestsImportant "false";' > "$apt/docker-autoremove-suggests"
    printf '#!/bin/sh\n# Services do not start while an image is built.\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
    chmod 755 "$1/usr/sbin/policy-rc.d"
}
