#!/bin/busybox sh
# /init of the initramfs: mounts the disks and hands over to the system on them. pivot_root(2) cannot leave an initramfs,
# so nothing else is done here.
/bin/busybox --install /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc

for module in /modules/*; do
  case $module in *.xz) unxz "$module" && module=${module%.xz} ;; esac
  insmod "$module" || echo "$module could not be loaded"
done

mount -t ext4 /dev/vda /system && mount -t ext4 /dev/vdb /system/opt/linux-sandbox || echo 'the disks could not be mounted'
mount -t tmpfs -o mode=755 run /system/run
cp /job.json /system/run/job.json
umount /proc /dev
exec switch_root /system /opt/linux-sandbox/guest/init.sh
