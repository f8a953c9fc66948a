// SPDX-License-Identifier: Apache-2.0
#ifndef FOLLOWING_H
#define FOLLOWING_H

// Does what an earlier start did, for as long as every answer is as it was then: to the end of this process, if
// all are. Returns at the first one that is not, with all that was asked in `own_trace`, where the engine finds
// it.
void follow_earlier_start(void);

#endif
