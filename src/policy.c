/* SPDX-License-Identifier: MIT */
/*
 * The fragment policies, by name and by number.
 */
#include "name.h"
#include "tarry/pool.h"

static const char *const policies[] = {
	[TARRY_RECYCLE] = "recycle",
	[TARRY_STICKY] = "sticky",
	[TARRY_WHOLE] = "whole",
};

const char *tarry_policy_name(unsigned int policy)
{
	return policy < sizeof(policies) / sizeof(policies[0])
		       ? policies[policy]
		       : NULL;
}

int tarry_policy_by_name(const char *name)
{
	for (unsigned int i = 0; tarry_policy_name(i); i++)
		if (same_name(policies[i], name))
			return (int)i;
	return TARRY_EINVAL;
}
