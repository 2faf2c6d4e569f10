#!/bin/sh
# Second step: a network namespace. Its way out is a program in user space, so that the network of the host is not touched; the
# test cuts it once the images are built.
set -eu
# A command in the background has no standard input unless it is given one.
exec 3<&0
unshare --net --mount sh /checkout/test/deploy/machine/engine.sh <&3 3<&- &
inside=$!
sleep 0.5
slirp4netns --configure --mtu=1500 --disable-host-loopback "$inside" tap0 >/run/slirp.log 2>&1 &
status=0
wait "$inside" || status=$?
exit "$status"
