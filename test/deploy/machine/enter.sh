#!/bin/sh
# First step into the machine of selfhost.ts: called in new mount and process namespaces, it makes a Debian root of its own the
# root of everything that follows. All of it ends with the first process: no mount, no process, no rule is left behind.
# DEBIAN: the folder of the Debian root, which stays as it is; SCRATCH: where changes go; CHECKOUT, BUN, IMAGES: what is shown.
set -eu
mount --make-rprivate /
ROOT=$SCRATCH/root
mkdir -p "$ROOT" "$SCRATCH/changes" "$SCRATCH/work" "$SCRATCH/docker"
if mount -t overlay -o "lowerdir=$DEBIAN,upperdir=$SCRATCH/changes,workdir=$SCRATCH/work" machine "$ROOT" 2>/dev/null; then :; else
  cp -a "$DEBIAN/." "$ROOT/"
  mount --bind "$ROOT" "$ROOT"
fi
mount -t proc proc "$ROOT/proc"
mount --rbind /sys "$ROOT/sys"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs run "$ROOT/run"
mkdir -p "$ROOT/checkout" "$ROOT/old" "$ROOT/var/lib/docker"
# The engine stacks file systems itself, which it cannot do on a stack.
mount --bind "$SCRATCH/docker" "$ROOT/var/lib/docker"
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
