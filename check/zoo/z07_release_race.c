/* SPDX-License-Identifier: MIT */
/*
 * Z07.  Two 2K halves of a page, with a byte: AA (allocated), PP (on its way
 * out) for each (s390, c2c224932fd0, 2021).
 *
 *	byte 0x03.  C0: gather-free(lower): 0x03 -> 0x12
 *	C1: frees the upper half at once, only clears its AA: 0x12 -> 0x10,
 *	    decides to unlink the page
 *	C0: final step(lower): 0x10 -> 0x00: frees the page
 *	C1: unlinks a freed page
 *
 * Mended: the same atomic that clears AA sets PP; it is dropped after the lock.
 */
#include "zoo.h"

struct page {
	uint64_t byte, linked;
};

static struct {
	struct page *page;
} s;

static void setup(void)
{
	s.page = check_alloc(sizeof(struct page), "page");
	s.page->byte = 0x12; /* the lower half is in a gather already */
}

static void final_step(uint64_t half)
{
	uint64_t old = tarry_fetch_and(&s.page->byte, ~(half << 4), SEQ);

	if (!(old & ~(half << 4)))
		check_free(s.page);
}

static void lower_final(void)
{
	final_step(1);
}

static void free_upper(void)
{
	uint64_t old = tarry_fetch_and(&s.page->byte, ~2ull, SEQ);

	if (!(old & 1)) /* nobody allocated: off the list */
		tarry_store(&s.page->linked, 0, RLX);
	if (!(old & ~2ull))
		check_free(s.page);
}

static void free_upper_mended(void)
{
	/* AA off and PP on in one step: the page stays. */
	tarry_fetch_add(&s.page->byte, 0x20 - 0x02, SEQ);
	tarry_store(&s.page->linked, 0, RLX);
	final_step(2);
}

ZOO(07, broken, .about = "a page is unlinked after it was freed",
    .rule = "one-link-one-state", .ids = "c2c224932fd0", FINDS(USE_AFTER_FREE),
    .setup = setup, .threads = {CPU(lower_final), CPU(free_upper)})
ZOO(07, mended, .about = "a half inside a free path pins the page", CLEAN,
    .rule = "one-link-one-state", .setup = setup,
    .threads = {CPU(lower_final), CPU(free_upper_mended)})
