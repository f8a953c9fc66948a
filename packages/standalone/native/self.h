// SPDX-License-Identifier: Apache-2.0
#pragma once

// Those of main.
void remember_arguments(char **argv);
