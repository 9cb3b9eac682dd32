/* SPDX-License-Identifier: MIT */
/*
 * Litmus tests of hardware that walks: what orders its accesses - where its
 * address came from, and invalidations - and what does not: its CPU's program,
 * fences and other walks.  The root is x, the entry that it leads to is y.
 */
#include "litmus.h"

#define WALK(...)                      \
	check_section_begin(CHECK_HW); \
	__VA_ARGS__;                   \
	check_section_end(CHECK_HW)
#define FIRST(i, p)  (s.r[i] = check_walk_load(&s.p, CHECK_WALK_FIRST))
#define NEXT(i, p)   (s.r[i] = check_walk_load(&s.p, CHECK_WALK_NEXT))
#define KEPT(i, p)   (s.r[i] = check_walk_load(&s.p, CHECK_WALK_KEPT))
#define INVALIDATE() check_wait_end(check_wait_begin(CHECK_HW))

/* A table that is published after it was filled is found filled. */
BODY(fills, W(y, 1, RLX); W(x, 1, REL))
BODY(fills_rlx, W(y, 1, RLX); W(x, 1, RLX))
BODY(walks, WALK(FIRST(0, x); NEXT(1, y)))
OUTCOME(not_filled, s.r[0] == 1 && s.r[1] == 0)
LITMUS(walk_address, FORBIDDEN, not_filled, T(fills), T(walks))
LITMUS(walk_address_relaxed, ALLOWED(CHECK_RC11), not_filled, T(fills_rlx),
       T(walks))

/* Also by a walk that goes on from what an earlier one kept. */
BODY(walks_kept, WALK(FIRST(0, x)); WALK(KEPT(1, y)))
LITMUS(walk_kept, FORBIDDEN, not_filled, T(fills), T(walks_kept))

/* But one walk says nothing to the next, */
BODY(walks_twice, WALK(FIRST(0, x)); WALK(FIRST(1, y)))
LITMUS(walk_then_walk, ALLOWED(CHECK_RC11), not_filled, T(fills),
       T(walks_twice))

/* nor does what its CPU has read, */
BODY(reads_then_walks, R(0, x, ACQ); WALK(FIRST(1, y)))
LITMUS(walk_after_acquire, ALLOWED(CHECK_RC11), not_filled, T(fills),
       T(reads_then_walks))

/* nor a fence; */
BODY(fences_then_walks, R(0, x, RLX); F(); WALK(FIRST(1, y)))
LITMUS(walk_after_fence, ALLOWED(CHECK_RC11), not_filled, T(fills),
       T(fences_then_walks))

/* and its CPU's program is not ordered by what it found. */
BODY(walks_then_reads, WALK(FIRST(0, x)); R(1, y, RLX))
LITMUS(walk_then_read, ALLOWED(CHECK_RC11), not_filled, T(fills),
       T(walks_then_reads))

/* An invalidation is: walks that it did not wait for see what was before. */
BODY(clears, W(y, 1, RLX); INVALIDATE(); W(x, 1, RLX))
LITMUS(walk_after_invalidation, FORBIDDEN, not_filled, T(clears),
       T(reads_then_walks))
BODY(clears_only, W(y, 1, RLX); W(x, 1, RLX))
LITMUS(walk_no_invalidation, ALLOWED(CHECK_RC11), not_filled, T(clears_only),
       T(reads_then_walks))

/* And one that it waited for is over. */
OUTCOME(still_there, s.r[0] == 1 && s.r[1] == 0)
BODY(walks_back, WALK(FIRST(1, y); FIRST(0, x)))
LITMUS(walk_waited_for, FORBIDDEN, still_there, T(clears), T(walks_back))

/* One word is never seen going back; not by an entry's own CPU either. */
BODY(writes_twice, W(x, 1, RLX); W(x, 2, RLX))
BODY(walks_one_word, WALK(FIRST(0, x)); WALK(FIRST(1, x)))
OUTCOME(entry_goes_back, s.r[0] == 2 && s.r[1] == 1)
LITMUS(walk_coherence, FORBIDDEN, entry_goes_back, T(writes_twice),
       T(walks_one_word))
BODY(writes_then_walks, W(x, 1, RLX); WALK(FIRST(0, x)))
OUTCOME(own_store_not_seen, s.r[0] == 0)
LITMUS(walk_own_store, FORBIDDEN, own_store_not_seen, T(writes_then_walks))

/* Setting a bit loses nobody's update. */
BODY(sets_bit, WALK(uint64_t e = check_walk_load(&s.x, CHECK_WALK_FIRST);
		    s.r[0] = check_walk_cas(&s.x, &e, e | 2)))
BODY(adds, tarry_fetch_or(&s.x, 1, RLX))
OUTCOME(bit_lost, (s.x & 1) == 0 || (s.r[0] && !(s.x & 2)))
LITMUS(walk_sets_bit, FORBIDDEN, bit_lost, T(sets_bit), T(adds))
