// SPDX-License-Identifier: Apache-2.0
// The functions of the host, as src/host.ts declares them.
#pragma once

#include "values.h"

typedef value_t call_t(struct arguments arguments);

call_t call_stat, call_fstat, call_access, call_readlink, call_realpath,
    call_readdir; // looking.c
call_t call_open, call_close, call_read, call_write, call_decode, call_encode,
    call_find; // bytes.c
call_t call_arguments, call_environment, call_directory,
    call_identity;                                                // self.c
call_t call_spawn, call_execute, call_run, call_kill;             // spawning.c
call_t call_listen, call_ignore, call_wait, call_send, call_exit; // events.c
