// SPDX-License-Identifier: Apache-2.0
#include "calls.h"
#include "engine.h"

#include <stddef.h>
#include <string.h>

struct Z_env_instance_t;

static const struct {
  const char *name;
  call_t *call;
} CALLS[] = {
    {"stat", call_stat},
    {"access", call_access},
    {"readlink", call_readlink},
    {"realpath", call_realpath},
    {"readdir", call_readdir},
    {"fstat", call_fstat},
    {"open", call_open},
    {"close", call_close},
    {"read", call_read},
    {"write", call_write},
    {"decode", call_decode},
    {"encode", call_encode},
    {"find", call_find},
    {"arguments", call_arguments},
    {"environment", call_environment},
    {"directory", call_directory},
    {"identity", call_identity},
    {"spawn", call_spawn},
    {"execute", call_execute},
    {"run", call_run},
    {"kill", call_kill},
    {"listen", call_listen},
    {"ignore", call_ignore},
    {"wait", call_wait},
    {"send", call_send},
    {"exit", call_exit},
};

u32 Z_envZ_host_call(struct Z_env_instance_t *env, u32 name, u32 size, u32 receiver, u32 count, u32 handles) {
  (void)env, (void)receiver;
  const char *wanted = engine_address(name);
  for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++)
    if (strlen(CALLS[i].name) == size && memcmp(CALLS[i].name, wanted, size) == 0)
      return CALLS[i].call((struct arguments){.count = count, .handles = handles});
  end_as_failed("the engine called what is not there");
}
