/* SPDX-License-Identifier: MIT */
/*
 * The lives of tables and of backing pages as data: which state may follow
 * which.  The tables in shared.h say who makes each step and what the shared
 * words of a descriptor mean then; every step is made through here, and debug
 * builds assert that it is one of these (rule: one-link-one-state).
 */
#ifndef TARRY_STATE_H
#define TARRY_STATE_H

#include "shared.h"

#define TARRY_BIT(x) (1u << (x))

static const uint8_t tarry_table_steps[TARRY_STATES] = {
	[TARRY_STATE_FREE] = TARRY_BIT(TARRY_STATE_PRIVATE),
	[TARRY_STATE_PRIVATE] = TARRY_BIT(TARRY_STATE_ATTACHED) |
				TARRY_BIT(TARRY_STATE_STOCKED) |
				TARRY_BIT(TARRY_STATE_FREE),
	[TARRY_STATE_STOCKED] =
		TARRY_BIT(TARRY_STATE_PRIVATE) | TARRY_BIT(TARRY_STATE_FREE),
	[TARRY_STATE_ATTACHED] = TARRY_BIT(TARRY_STATE_MOVING) |
				 TARRY_BIT(TARRY_STATE_DETACHED) |
				 TARRY_BIT(TARRY_STATE_DOOMED),
	[TARRY_STATE_MOVING] = TARRY_BIT(TARRY_STATE_ATTACHED),
	[TARRY_STATE_DETACHED] = TARRY_BIT(TARRY_STATE_FREE),
	[TARRY_STATE_DOOMED] = TARRY_BIT(TARRY_STATE_FREE),
};

static const uint8_t tarry_page_steps[TARRY_USES] = {
	[TARRY_USE_FRESH] =
		TARRY_BIT(TARRY_USE_WHOLE) | TARRY_BIT(TARRY_USE_COLD),
	[TARRY_USE_HOT] =
		TARRY_BIT(TARRY_USE_WHOLE) | TARRY_BIT(TARRY_USE_COLD),
	[TARRY_USE_COLD] =
		TARRY_BIT(TARRY_USE_WHOLE) | TARRY_BIT(TARRY_USE_COLD),
	[TARRY_USE_WHOLE] = TARRY_BIT(TARRY_USE_CUT) |
			    TARRY_BIT(TARRY_USE_ARRAY) |
			    TARRY_BIT(TARRY_USE_HOT),
	[TARRY_USE_CUT] = TARRY_BIT(TARRY_USE_WHOLE),
	[TARRY_USE_ARRAY] = 0,
};

/* Under the table's lock, or by who alone knows the table. */
tarry_inline void table_becomes(struct tarry_table *t, enum tarry_state state)
{
	tarry_assert(tarry_table_steps[t->state] & TARRY_BIT(state));
	t->state = state;
}

/* Under the pool's lock. */
tarry_inline void page_becomes(struct tarry_page *page, enum tarry_use use)
{
	tarry_assert(tarry_page_steps[page->use] & TARRY_BIT(use));
	page->use = (uint8_t)use;
}

#endif
