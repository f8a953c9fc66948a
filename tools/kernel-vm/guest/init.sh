#!/bin/bash
# Process 1 of the guest: makes it an ordinary host, runs the job, and switches the machine off.
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LANG=C.UTF-8
cd /

mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t securityfs -o nosuid,nodev,noexec securityfs /sys/kernel/security
mount -t devtmpfs -o nosuid dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev shm /dev/shm
ln -s /proc/self/fd /dev/fd
for stream in stdin:0 stdout:1 stderr:2; do ln -s "fd/${stream#*:}" "/dev/${stream%:*}"; done
busybox ip link set lo up
hostname guest

# The kernel hands words of its command line that it does not know to process 1.
if [ "$guest_shell" = 1 ]; then
  setsid --ctty --wait bash -i </dev/console >/dev/console 2>&1
else
  node /opt/linux-sandbox/guest/main.mjs </dev/null
fi
sync
busybox poweroff -f
