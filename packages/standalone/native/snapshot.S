// SPDX-License-Identifier: Apache-2.0
// Pages of their own, which can be moved.
.section .snapshot, "aw", %progbits
.balign 4096
.globl snapshot_bytes
snapshot_bytes:
.incbin "snapshot.bin"
.balign 4096
.section .note.GNU-stack, "", %progbits
