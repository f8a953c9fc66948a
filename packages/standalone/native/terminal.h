// SPDX-License-Identifier: Apache-2.0
// The modes of the terminal, which a command can leave as they are of no use to a shell: echo off, no lines.
#ifndef TERMINAL_H
#define TERMINAL_H

// Those of stderr, the stream that this process keeps. To be called before there is a command.
void note_modes(void);

// Puts back what was noted.
void restore_modes(void);

#endif
