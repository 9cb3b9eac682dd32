/* SPDX-License-Identifier: MIT */
/*
 * Epoch readers, for a kernel that has no RCU, explored as ordinary code:
 * nothing of the checker's own grace periods is used.
 *
 * A reader writes the epoch that it found into its slot; a wait begins a new
 * epoch and waits until every slot is empty or of that one.  The reader's store
 * must be seen before its walk begins, and the writer's unlink before it looks
 * at the slots: a full fence on each side, and one without the other is
 * nothing.
 */
#include "check.h"

#define READERS 2

static struct {
	uint64_t epoch;
	uint64_t slots[READERS]; /* epoch + 1 of who is inside, or 0 */
	uint64_t *table;
} s;

static void setup(void)
{
	s.epoch = 1;
	s.table = check_alloc(16, "table");
}

static void begin(unsigned int me)
{
	tarry_store(&s.slots[me], tarry_load(&s.epoch, TARRY_RELAXED) + 1,
		    TARRY_RELAXED);
	tarry_fence(TARRY_SEQ_CST);
}

static void begin_without_fence(unsigned int me)
{
	tarry_store(&s.slots[me], tarry_load(&s.epoch, TARRY_RELAXED) + 1,
		    TARRY_RELAXED);
}

static void end(unsigned int me)
{
	tarry_store(&s.slots[me], 0, TARRY_RELEASE);
}

static void end_relaxed(unsigned int me)
{
	tarry_store(&s.slots[me], 0, TARRY_RELAXED);
}

static void wait_for_readers(bool fence)
{
	uint64_t now;

	if (fence)
		tarry_fence(TARRY_SEQ_CST);
	now = tarry_fetch_add(&s.epoch, 1, TARRY_ACQ_REL) + 1;
	for (unsigned int i = 0; i < READERS; i++)
		for (;;) {
			uint64_t slot = tarry_load(&s.slots[i], TARRY_ACQUIRE);

			if (!slot || slot - 1 >= now)
				break;
			tarry_port_relax();
		}
}

static void visit(void)
{
	uint64_t *table = tarry_load(&s.table, TARRY_ACQUIRE);

	if (table)
		(void)tarry_load(&table[0], TARRY_RELAXED);
}

static void reader_0(void)
{
	begin(0);
	visit();
	end(0);
}

static void reader_1(void)
{
	begin(1);
	visit();
	end(1);
}

static void reader_without_fence(void)
{
	begin_without_fence(0);
	visit();
	end(0);
}

static void reader_ends_relaxed(void)
{
	begin(0);
	visit();
	end_relaxed(0);
}

static void unlink_and_free(bool fence)
{
	uint64_t *table = tarry_load(&s.table, TARRY_RELAXED);

	tarry_store(&s.table, NULL, TARRY_RELEASE);
	wait_for_readers(fence);
	check_free(table);
}

static void writer(void)
{
	unlink_and_free(true);
}

static void writer_without_fence(void)
{
	unlink_and_free(false);
}

CHECK_SCENARIO(epoch_readers, .about = "epoch readers keep a table",
	       .rule = "every-walker-class", .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader 0", reader_0},
			   {"reader 1", reader_1},
			   {"writer", writer}})
CHECK_SCENARIO(epoch_reader_without_fence,
	       .about = "the slot is seen after the walk began",
	       .rule = "every-walker-class", .expect = CHECK_USE_AFTER_FREE,
	       .models = CHECK_TSO | CHECK_RC11, .shared = CHECK_OBJECT(s),
	       .setup = setup,
	       .threads = {{"reader 0", reader_without_fence},
			   {"writer", writer}})
CHECK_SCENARIO(epoch_writer_without_fence,
	       .about = "the slots are looked at before the unlink is seen",
	       .rule = "every-walker-class", .expect = CHECK_USE_AFTER_FREE,
	       .models = CHECK_RC11, .shared = CHECK_OBJECT(s), .setup = setup,
	       .threads = {{"reader 0", reader_0},
			   {"writer", writer_without_fence}})
CHECK_SCENARIO(epoch_end_relaxed,
	       .about = "the end of a section does not publish its reads",
	       .rule = "every-walker-class", .expect = CHECK_USE_AFTER_FREE,
	       .shared = CHECK_OBJECT(s), .setup = setup,
	       .threads = {{"reader 0", reader_ends_relaxed},
			   {"writer", writer}})
