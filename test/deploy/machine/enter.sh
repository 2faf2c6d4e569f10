#!/bin/sh
# First step into the machine of selfhost.ts: called in new mount and process namespaces, it makes a Debian root of its own the
# root of everything that follows. All of it ends with the first process: no mount, no process, no rule is left behind.
# ROOT: the unpacked Debian root; CHECKOUT, BUN, IMAGES: what is shown to it.
set -eu
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /sys "$ROOT/sys"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs run "$ROOT/run"
mkdir -p "$ROOT/checkout" "$ROOT/old"
mount --bind "$CHECKOUT" "$ROOT/checkout"
mount -o remount,bind,ro "$ROOT/checkout"
touch "$ROOT/usr/local/bin/bun" "$ROOT/images.tar"
mount --bind "$BUN" "$ROOT/usr/local/bin/bun"
mount --bind "$IMAGES" "$ROOT/images.tar"
cp /etc/resolv.conf "$ROOT/etc/resolv.conf"
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$ROOT/etc/ssl/certs/"
cd "$ROOT"
pivot_root . old
umount -l /old
exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
  ENGINE_GROUP="$ENGINE_GROUP" sh /checkout/test/deploy/machine/network.sh
