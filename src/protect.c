/* SPDX-License-Identifier: MIT */
/*
 * Protect and mark: what set.c writes, with their own checks.
 */
#include "set.h"

int tarry_protect(struct tarry_space *s, tarry_va va, uint64_t len,
		  tarry_rights rights, const struct tarry_how *how)
{
	const struct tarry_format *f = facts(tarry_body(s)->format);
	struct tarry_set set = {.kind = SET_RIGHTS, .rights = rights};
	int err = range_check(f, va, len);

	if (!err)
		err = rights_check(f, rights);
	return err ? err : tarry_set_range(s, va, len, &set, how);
}

int tarry_mark(struct tarry_space *s, tarry_va va, uint64_t len,
	       uint64_t payload, const struct tarry_how *how)
{
	const struct tarry_format *f = facts(tarry_body(s)->format);
	struct tarry_set set = {
		.kind = SET_MARK,
		.max = tarry_largest_leaf(f, 0, how ? how->levels : 0),
		.payload = payload,
	};
	int err = range_check(f, va, len);

	if (err)
		return err;
	if (f->payload_bits < 64 && payload >> f->payload_bits)
		return TARRY_EPAYLOAD;
	return tarry_set_range(s, va, len, &set, how);
}
