// SPDX-License-Identifier: Apache-2.0
// The arguments of this process, which everybody who sees it can read: proc_pid_cmdline(5).
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

// Those of main(). What comes later is not the process's own.
void note_arguments(int argc, char **argv);

// From now on they are those of enter, as far as there is room: those of supervise name places and processes of
// the host.
void forget_arguments(void);

#endif
