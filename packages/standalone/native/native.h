// SPDX-License-Identifier: Apache-2.0
#pragma once

// The program of packages/native, as if it had been executed.
int native_main(int argc, char **argv);
