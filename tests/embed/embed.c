/* SPDX-License-Identifier: MIT */
/*
 * Tarry's part in a kernel's descriptor of a page.  white-box: that a wrong
 * step of a table's or page's life panics is shown by making one, which no
 * caller can.
 */
#define EMBED_ITSELF
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/block.h"
#include "../../src/state.h"
#include "bed.h"
#include "kernel.h"

/* ---- wrong steps ---- */

/* Runs @fn in a child, and returns what it said before it panicked; NULL: it
 * came back. */
static const char *panics(void (*fn)(void *), void *arg)
{
	static char said[256];
	int ends[2], status;
	ssize_t n, len = 0;
	pid_t child;

	fflush(NULL);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		signal(SIGABRT, SIG_DFL); /* cmocka's comes back here else */
		dup2(ends[1], 2);
		fn(arg);
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], said + len, sizeof(said) - 1 - (size_t)len)) >
	       0)
		len += n;
	close(ends[0]);
	said[len] = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? NULL : said;
}

struct step {
	unsigned int from, to;
};

static void table_step(void *arg)
{
	struct step *step = arg;
	struct tarry_table t = {.state = (uint8_t)step->from & 7};

	table_becomes(&t, (enum tarry_state)step->to);
}

static void page_step(void *arg)
{
	struct step *step = arg;
	struct tarry_page page = {.use = (uint8_t)step->from};

	page_becomes(&page, (enum tarry_use)step->to);
}

/* Tries all, of a life with @n stages whose @steps are right: the others panic,
 * with words that name what they are not in.  Returns how many were right. */
static unsigned int right_steps(void (*step)(void *), const uint8_t *steps,
				unsigned int n, const char *name)
{
	unsigned int right = 0;
	struct step s;

	for (s.from = 0; s.from < n; s.from++)
		for (s.to = 0; s.to < n; s.to++) {
			const char *said = panics(step, &s);

			if (steps[s.from] & TARRY_BIT(s.to)) {
				assert_null(said);
				right++;
			} else {
				assert_non_null(said);
				assert_non_null(strstr(said, name));
			}
		}
	return right;
}

/* rule: one-link-one-state; as many as docs/embedding.md has rows */
static void one_link_one_state_wrong_steps_of_a_table_panic(void **state)
{
	(void)state;
	assert_int_equal(right_steps(table_step, tarry_table_steps,
				     TARRY_STATES, "table_steps"),
			 12);
}

static void one_link_one_state_wrong_steps_of_a_page_panic(void **state)
{
	(void)state;
	assert_int_equal(right_steps(page_step, tarry_page_steps, TARRY_USES,
				     "page_steps"),
			 10);
}

static void free_a_block_twice(void *arg)
{
	struct tarry_pool *pool = arg;
	uint32_t index;
	bool zero;

	index = tarry_block_alloc(pool, 0, &zero);
	if (!index)
		return;
	tarry_block_free(pool, index);
	tarry_block_free(pool, index);
}

static void one_link_one_state_a_page_freed_twice_panics(void **state)
{
	struct tarry_pool_config c = {.format =
					      tarry_format_by_name("x86_64-4")};
	struct tarry_pool *pool;
	const char *said;

	(void)state;
	assert_int_equal(tarry_pool_create(&c, &pool), 0);
	said = panics(free_a_block_twice, pool);
	assert_non_null(said);
	assert_non_null(strstr(said, "page_steps"));
	assert_int_equal(tarry_pool_destroy(pool), 0);
}

/* ---- whose bytes are whose ---- */

static struct tarry_pool *pool_of(uint64_t first, uint64_t n,
				  const char *format)
{
	struct tarry_pool_config c = {
		.format = tarry_format_by_name(format),
		.base = kernel_ram(first),
		.oa = KERNEL_OA + first * K4,
		.len = n * K4,
		.descriptors = kernel_mem_map(first),
	};
	struct tarry_pool *pool;

	assert_int_equal(tarry_pool_create(&c, &pool), 0);
	return pool;
}

static void fill_and_empty(struct tarry_pool *pool, const char *format)
{
	struct tarry_space *s;

	assert_int_equal(
		tarry_space_create(pool, tarry_format_by_name(format), 0, &s),
		0);
	for (uint64_t i = 0; i < 64; i++)
		assert_int_equal(tarry_map(s, i * G1, G1, 2 * K4, RW, NULL), 0);
	assert_sound(s);
	assert_int_equal(tarry_unmap(s, 0, 32 * G1, NULL), 0);
	assert_sound(s);
	assert_int_equal(tarry_space_destroy(s), 0);
}

/* Not even the first bytes of a descriptor outside the region are touched, and
 * of those inside only tarry's part. */
static void only_the_part_of_pages_that_were_given_is_touched(void **state)
{
	static const unsigned char rubbish[TARRY_EMBEDDED_BYTES] = {
		[0 ... TARRY_EMBEDDED_BYTES - 1] = 0xa5};
	struct kernel_seen seen;
	uint64_t touched = 0;
	struct tarry_pool *pool;

	(void)state;
	kernel_up(12);
	pool = pool_of(100, 1000, "x86_64-4");
	fill_and_empty(pool, "x86_64-4");
	assert_int_equal(tarry_pool_destroy(pool), 0);
	for (uint64_t i = 0; i < kernel_pages(); i++) {
		bool same = !memcmp(&kernel_mem_map(i)->tarry, rubbish,
				    sizeof(rubbish));

		if (i < 100 || i >= 1100)
			assert_true(same);
		touched += !same;
	}
	assert_true(touched > 64);
	assert_true(kernel_down(&seen));
	assert_true(seen.raised > 0);
}

/* Taken back, the kernel writes what it likes into the part, and the next pool
 * begins anew: of another format, whose pages are cut. */
static void pages_taken_back_are_given_again(void **state)
{
	struct kernel_seen seen;
	struct tarry_pool *pool;

	(void)state;
	kernel_up(12);
	for (unsigned int i = 0; i < 3; i++) {
		const char *format = i == 1 ? "s390x-4" : "x86_64-4";

		pool = pool_of(100, 1000, format);
		fill_and_empty(pool, format);
		assert_int_equal(tarry_pool_destroy(pool), 0);
		for (uint64_t p = 100; p < 1100; p++)
			memset(&kernel_mem_map(p)->tarry, 0x11 << i,
			       sizeof(struct tarry_embedded));
	}
	assert_true(kernel_down(&seen));
}

/* A table is where its page's descriptor says, by arithmetic from the array,
 * in both regions. */
static void descriptors_are_found_in_the_kernels_array(void **state)
{
	struct kernel_seen seen;
	struct tarry_pool *pool;
	unsigned int found[2] = {0};
	bool zero;

	(void)state;
	kernel_up(12);
	pool = pool_of(0, 40, "x86_64-4");
	assert_int_equal(tarry_pool_add_described(pool, kernel_ram(50),
						  KERNEL_OA + 50 * K4, 20 * K4,
						  kernel_mem_map(50)),
			 0);
	for (uint32_t i; (i = tarry_block_alloc(pool, 0, &zero));) {
		uint64_t page = (page_oa(pool, i) - KERNEL_OA) / K4;

		assert_ptr_equal(page_at(pool, i),
				 &kernel_mem_map(page)->tarry);
		found[page >= 50]++;
	}
	/* Nothing but the pool itself is taken from them. */
	assert_true(found[0] > 10);
	assert_int_equal(found[1], 19);
	assert_int_equal(tarry_pool_destroy(pool), 0);
	assert_true(kernel_down(&seen));
}

/* A region without descriptors has them beside, as large as the kernel's. */
static void a_region_without_descriptors_keeps_its_own(void **state)
{
	struct tarry_pool_stats stats;
	struct bed b;

	(void)state;
	bed_open(&b, "x86_64-4", 0);
	assert_int_equal(tarry_map(b.space, 0, G1, 5 * K4, RW, NULL), 0);
	assert_maps_to(b.space, K4, G1 + K4);
	tarry_pool_stats(b.pool, &stats);
	assert_int_equal(stats.descriptor_bytes,
			 stats.committed_bytes / K4 *
				 sizeof(struct kernel_page));
	bed_close(&b);
}

static void wrong_descriptors_are_refused(void **state)
{
	struct tarry_pool_config c = {
		.format = tarry_format_by_name("x86_64-4"),
	};
	struct kernel_seen seen;
	struct tarry_pool *pool;

	(void)state;
	kernel_up(12);
	c.descriptors = kernel_mem_map(0); /* of no region */
	assert_int_equal(tarry_pool_create(&c, &pool), TARRY_EREGION);
	c.base = kernel_ram(0);
	c.oa = KERNEL_OA;
	c.len = 100 * K4;
	c.descriptors = (char *)kernel_mem_map(0) + 4;
	assert_int_equal(tarry_pool_create(&c, &pool), TARRY_EREGION);
	pool = pool_of(0, 100, "x86_64-4");
	assert_int_equal(tarry_pool_add_described(
				 pool, kernel_ram(200), KERNEL_OA + 200 * K4,
				 100 * K4, (char *)kernel_mem_map(200) + 4),
			 TARRY_EREGION);
	assert_int_equal(tarry_pool_destroy(pool), 0);
	assert_true(kernel_down(&seen));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(one_link_one_state_wrong_steps_of_a_table_panic),
	cmocka_unit_test(one_link_one_state_wrong_steps_of_a_page_panic),
	cmocka_unit_test(one_link_one_state_a_page_freed_twice_panics),
	cmocka_unit_test(only_the_part_of_pages_that_were_given_is_touched),
	cmocka_unit_test(pages_taken_back_are_given_again),
	cmocka_unit_test(descriptors_are_found_in_the_kernels_array),
	cmocka_unit_test(a_region_without_descriptors_keeps_its_own),
	cmocka_unit_test(wrong_descriptors_are_refused),
};

BED_MAIN(tests)
