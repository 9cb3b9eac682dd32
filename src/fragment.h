/* SPDX-License-Identifier: MIT */
/*
 * Fragments: tables smaller than their backing page.
 */
#ifndef TARRY_FRAGMENT_H
#define TARRY_FRAGMENT_H

#include "shared.h"

/* Do tables of this size share backing pages?  Under "whole" none does. */
tarry_inline bool tarry_fragment_wanted(const struct tarry_pool *pool,
					unsigned int lg2)
{
	return lg2 < pool->page_lg2 && pool->policy != TARRY_WHOLE;
}

/* With the pool's lock held. */
uint32_t tarry_fragment_alloc(struct tarry_pool *pool, unsigned int lg2);
void tarry_fragment_free(struct tarry_pool *pool, uint32_t id);

#endif
