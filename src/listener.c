/* SPDX-License-Identifier: MIT */
/*
 * Who is told.  The list is read inside read sections and changed under a
 * lock; both changes wait for a grace period, so that an operation which began
 * without the listener has ended before it caches anything, and no call to it
 * is under way when it is the caller's again.
 */
#include "lock.h"
#include "shared.h"

int tarry_listen(struct tarry_space *s, struct tarry_listener *l)
{
	struct tarry_body *b = tarry_body(s);

	if (!l->send)
		return TARRY_EINVAL;
	lock_none_held();
	lock_take(&b->listener_lock, TARRY_RANK_LISTENERS);
	tarry_store(&l->next, tarry_load(&b->listeners, TARRY_RELAXED),
		    TARRY_RELAXED);
	/* rule: listeners-always; pairs with tarry_gather_invalidate(). */
	tarry_store(&b->listeners, l, TARRY_RELEASE);
	lock_drop(&b->listener_lock, TARRY_RANK_LISTENERS);
	tarry_port_synchronize();
	return 0;
}

int tarry_unlisten(struct tarry_space *s, struct tarry_listener *l)
{
	struct tarry_body *b = tarry_body(s);
	struct tarry_listener **at;
	struct tarry_listener *here;

	lock_none_held();
	lock_take(&b->listener_lock, TARRY_RANK_LISTENERS);
	for (at = &b->listeners; (here = tarry_load(at, TARRY_RELAXED));
	     at = &here->next) {
		if (here != l)
			continue;
		tarry_store(at, tarry_load(&l->next, TARRY_RELAXED),
			    TARRY_RELEASE);
		break;
	}
	lock_drop(&b->listener_lock, TARRY_RANK_LISTENERS);
	if (!here)
		return TARRY_ENOENT;
	tarry_port_synchronize();
	return 0;
}

void tarry_listener_rest(struct tarry_space *s, struct tarry_listener *l)
{
	/* Before it rests: too much is noticed then, never too little. */
	l->seen = tarry_load(&tarry_body(s)->generation, TARRY_RELAXED);
	tarry_store(&l->lazy, 1, TARRY_RELEASE);
}

bool tarry_listener_wake(struct tarry_space *s, struct tarry_listener *l)
{
	tarry_store(&l->lazy, 0, TARRY_RELAXED);
	/* rule: listeners-always; pairs with the fence in gather.c, and is
	 * enough: whoever still finds here what was taken away there is seen
	 * to be awake there, and told. */
	tarry_fence(TARRY_SEQ_CST);
	return tarry_load(&tarry_body(s)->generation, TARRY_RELAXED) != l->seen;
}
