#!/bin/sh
# Third step: the Docker engine, then the test. 198.51.100.10 stands for the server's public address, 198.51.100.25 for the rest
# of the internet.
set -eu
mkdir -p /run/cgroup
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sys /sys
mount --rbind /run/cgroup /sys/fs/cgroup
for _ in 1 2 3 4 5 6 7 8 9 10; do
  ip addr show tap0 2>/dev/null | grep -q 'inet ' && break
  sleep 0.3
done
ip link set lo up
ip addr add 198.51.100.10/32 dev lo
ip addr add 198.51.100.25/32 dev lo
echo 'nameserver 10.0.2.3' >/run/resolv.conf
mount --bind /run/resolv.conf /etc/resolv.conf
dockerd --cgroup-parent "$ENGINE_GROUP" >/run/dockerd.log 2>&1 &
for _ in $(seq 60); do
  docker version >/dev/null 2>&1 && break
  sleep 0.5
done
docker version >/dev/null 2>&1 || {
  tail -5 /run/dockerd.log >&2
  exit 3
}
exec bun /checkout/test/deploy/selfhost/inside.ts
