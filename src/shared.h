/* SPDX-License-Identifier: MIT */
/*
 * Everything that two threads can touch.
 *
 * Key letters of fields.  Two letters: either one to read, both to write.
 *   C  constant after publication
 *   T  this table's lock
 *   A  atomic; order stated where it is used
 *   O  whoever owns the table now: its state says who
 *   P  the pool's lock
 *   S  the shard's lock
 *   L  the space's listener lock
 *
 * Entries themselves are in entry.h; hardware may write those at any time.
 */
#ifndef TARRY_SHARED_H
#define TARRY_SHARED_H

#include "tarry/embed.h"
#include "tarry/format.h"
#include "tarry/gather.h"
#include "tarry/listener.h"
#include "tarry/pool.h"
#include "tarry/port.h"
#include "tarry/space.h"

#ifdef __OPTIMIZE_SIZE__
#define tarry_inline static inline
#else
#define tarry_inline static inline __attribute__((always_inline))
#endif
#define tarry_noinline	   __attribute__((noinline))
#define tarry_likely(x)	   __builtin_expect(!!(x), 1)
#define tarry_unlikely(x)  __builtin_expect(!!(x), 0)
#define TARRY_CACHE_LINE   64
#define tarry_line_aligned __attribute__((aligned(TARRY_CACHE_LINE)))

/* What a space, a pool or an operation says is its format.  In a build that
 * has one it is a constant, and all geometry folds. */
#ifdef TARRY_ONLY_FORMAT
#include "formats.h"
#define TARRY_FACTS(name) &tarry_format_##name
#define facts(f)	  ((void)(f), TARRY_FORMATS(TARRY_FACTS))
#else
#define facts(f) (f)
#endif

/* An invariant of tarry's own; what callers do wrong is an error code. */
#if TARRY_PORT_DEBUG
#define tarry_assert(x) \
	((x) ? (void)0 : tarry_port_panic(#x, __FILE__, __LINE__))
#else
#define tarry_assert(x) ((void)sizeof(x))
#endif

/*
 * Lock order, outer first.  A lock is taken only while no lock of a higher
 * rank is held; of the same rank only table after table, which goes down the
 * tree or to a higher va (lock.h asserts the ranks).
 */
enum tarry_rank {
	TARRY_RANK_LISTENERS,
	TARRY_RANK_TABLE,
	TARRY_RANK_SHARD,
	TARRY_RANK_POOL,
	TARRY_RANKS
};

/*
 * The life of a table.  The link belongs to the list that the state names
 * (rule: one-link-one-state).  state.h has the same steps as data, and debug
 * builds assert them.
 *
 *   from       to         who                        the link is
 *   FREE       PRIVATE    pool, to who allocates     -
 *   PRIVATE    ATTACHED   who publishes it           head of its spares
 *   PRIVATE    STOCKED    who reserves or deposits   stock or spare chain
 *   STOCKED    PRIVATE    who takes it from there    -
 *   ATTACHED   MOVING     tarry_move()               head of its spares
 *   MOVING     ATTACHED   it, a grace period later   head of its spares
 *   ATTACHED   DETACHED   who unlinked it            gather, then batch
 *   ATTACHED   DOOMED     the same; its leaves are   gather, then batch
 *                         to be released
 *   DETACHED,  FREE       the pool, after the grace  free chain of its chunk
 *   DOOMED                period                     or of its page
 *   PRIVATE,   FREE       who did not need it        the same
 *   STOCKED
 */
enum tarry_state {
	TARRY_STATE_FREE,
	TARRY_STATE_PRIVATE,
	TARRY_STATE_STOCKED,
	TARRY_STATE_ATTACHED,
	TARRY_STATE_MOVING,
	TARRY_STATE_DETACHED,
	TARRY_STATE_DOOMED,
	TARRY_STATES
};

/* The "level" of the page that a space itself lives in. */
#define TARRY_LEVEL_BODY 7

/*
 * The descriptor of a table: 16 bytes, never inside the table, type-stable
 * while the pool lives (rule: descriptor-outlives).  A late writer may lock it
 * after the table was detached; it then reads the last word only, which is
 * written under the lock, and never the link.  From the end of the table's
 * grace period to its next life nobody but the pool touches it, which may give
 * its memory back.
 */
struct tarry_table {
	struct tarry_port_lock lock; /* A */
	uint32_t link;		     /* O  table id, 0 ends */
	uint64_t index : 44;	     /* T  va / bytes under the table */
	uint64_t live : 14;	     /* T  slots that are not empty */
	uint64_t level : 3;	     /* T */
	uint64_t state : 3;	     /* T  enum tarry_state */
};

/*
 * The life of a backing page: which words of its descriptor count.  The words
 * of one table and those of a page in fragments are the same ones (rule:
 * one-link-one-state; state.h has the steps, debug builds assert them).
 *
 *   from            to      who                                words
 *   FRESH HOT COLD  WHOLE   allocation of a block              table
 *   WHOLE           CUT     fragments: a page for them         cut
 *   WHOLE           ARRAY   fragments: descriptors, for good   -
 *   CUT             WHOLE   fragments: the last one came back  table
 *   WHOLE           HOT     free of a block                    table.link: the
 *   HOT             COLD    trim: the system has its memory    chunk's chain
 *   FRESH           COLD    trim of a whole chunk, in which    -
 *                           blocks begin elsewhere
 */
enum tarry_use {
	TARRY_USE_FRESH,
	TARRY_USE_HOT,
	TARRY_USE_COLD,
	TARRY_USE_WHOLE,
	TARRY_USE_CUT,
	TARRY_USE_ARRAY,
	TARRY_USES
};

/*
 * The descriptor of a backing page, or tarry's part of the kernel's (embed.h).
 * Ids and page indices, not pointers, wherever the way to a table is not hot.
 */
struct tarry_page {
	union {
		struct tarry_table table; /* WHOLE, HOT, COLD */
		struct {
			struct tarry_table *fragments; /* P  array */
			uint32_t next, prev; /* P  pages of one size with a
					      *    free fragment; page index,
					      *    0 ends */
		} cut;			     /* P  CUT */
	};
	uint32_t free_first;  /* P  id of a free fragment, 0: none */
	uint16_t n_free;      /* P  fragments */
	uint16_t n_live;      /* P  fragments */
	uint8_t fragment_lg2; /* P  bytes; 0: the page is not cut */
	uint8_t order;	      /* P  lg2 of pages of the block */
	uint8_t use;	      /* P  enum tarry_use */
};

_Static_assert(sizeof(struct tarry_page) == TARRY_EMBEDDED_BYTES &&
		       _Alignof(struct tarry_page) == TARRY_EMBEDDED_ALIGN,
	       "what embed.h promises to kernels");

/*
 * From one descriptor to the next.  Of a cache line each: two tables' locks
 * never share one.  In an array of the kernel's that holds where its
 * descriptors are as large and as aligned.
 */
#ifdef TARRY_EMBED_SIZE
#define TARRY_PAGE_STRIDE (TARRY_EMBED_SIZE)
#define TARRY_PAGE_OFFSET (TARRY_EMBED_OFFSET)
#else
#define TARRY_PAGE_STRIDE TARRY_CACHE_LINE
#define TARRY_PAGE_OFFSET 0
#endif

_Static_assert(TARRY_PAGE_STRIDE % TARRY_EMBEDDED_ALIGN == 0 &&
		       TARRY_PAGE_OFFSET % TARRY_EMBEDDED_ALIGN == 0 &&
		       TARRY_PAGE_OFFSET + TARRY_EMBEDDED_BYTES <=
			       TARRY_PAGE_STRIDE,
	       "tarry's part lies in the page's descriptor, aligned");

/* A piece of a region in which all blocks have one size. */
struct tarry_chunk {
	uint32_t hot, cold;   /* P  first free block by page index, 0: none */
	uint32_t fresh;	      /* P  next block that was never handed out */
	uint32_t first, end;  /* P  page indices; set on first use */
	uint32_t n_hot, used; /* P  blocks */
	uint32_t next, prev;  /* P  chunks with free blocks; index + 1 */
	uint8_t order;	      /* P */
	bool committed;	      /* P */
	bool listed;	      /* P */
	bool idle;	      /* P  given back; in chunks_empty */
	bool described;	      /* P  has memory for its descriptors */
};

struct tarry_region {
	tarry_oa oa;		    /* C */
	uint64_t len;		    /* C */
	uint32_t first;		    /* C  page index of its first page */
	uint32_t n_pages;	    /* C */
	char *pages;		    /* C  array; see page_in() */
	uint32_t first_chunk;	    /* C */
	uint32_t n_chunks;	    /* C */
	struct tarry_chunk *chunks; /* C  array; contents: P */
};

/* The descriptor of a region's page number @at. */
tarry_inline struct tarry_page *page_in(const struct tarry_region *r,
					uint64_t at)
{
	return (struct tarry_page *)(void *)(r->pages + at * TARRY_PAGE_STRIDE +
					     TARRY_PAGE_OFFSET);
}

#define TARRY_REGIONS 8
/* lg2 of bytes of a chunk: what the system gives and takes at once; smaller in
 * memory of the caller's, so that a small region has some for blocks of each
 * size. */
#ifndef TARRY_CHUNK_LG2
#define TARRY_CHUNK_LG2 21
#endif
#define TARRY_SMALL_CHUNK_LG2 18
/* A multiple of the page of every system that a hosted port may find. */
#ifndef TARRY_SYSTEM_PAGE_LG2
#define TARRY_SYSTEM_PAGE_LG2 16
#endif
/* Orders of blocks: of the largest table and its companions, in the smallest
 * pages (4K). */
#define TARRY_ORDERS (TARRY_MAX_TABLE_LG2 + 1 - 12 + 1)
/* Data page runs that one batch can hold; then writers help. */
#ifndef TARRY_BATCH_RUNS
#define TARRY_BATCH_RUNS 128
#endif

/* What waits for one grace period. */
struct tarry_batch {
	struct tarry_chain detached; /* S O */
	uint32_t n_runs;	     /* S O */
	uint64_t data_bytes;	     /* S */
	struct tarry_run runs[TARRY_BATCH_RUNS];
};

/*
 * A retire queue.  One batch is open; at most one is with the port's deferred
 * call; one more may be with a writer that helps.
 */
struct tarry_shard {
	struct tarry_port_lock lock;
	bool sent;		 /* S  a batch is with the deferred call */
	uint32_t helping;	 /* S A  a batch is with a helper */
	struct tarry_pool *pool; /* C */
	struct tarry_port_defer defer;	 /* owned by the port while sent */
	struct tarry_batch *open;	 /* S */
	struct tarry_batch *with_defer;	 /* S; its content O while sent */
	struct tarry_batch *with_helper; /* S; its content O while helping */
	uint64_t retired, released;	 /* S  statistics */
	uint64_t grace_periods, helped;	 /* S */
	struct tarry_batch batches[3];
} tarry_line_aligned;

struct tarry_pool {
	uintptr_t window; /* C  address of a table = window + oa */
	const struct tarry_format *format; /* C */
	struct tarry_owner owner;	   /* C */
	uint64_t table_waiting_limit;	   /* C  bytes in one shard */
	uint64_t data_waiting_limit;	   /* C  bytes in one shard */
	uint64_t limit;			   /* C  bytes of tables */
	enum tarry_policy policy;	   /* C */
	bool companions;		   /* C  see companion.h */
	bool keep;			   /* C */
	bool reserved;			   /* C  the region is the port's */
	uint8_t page_lg2;		   /* C */
	uint8_t chunk_lg2;		   /* C */
	uint8_t fragment_shift; /* C  lg2 of the most fragments of a page */
	uint32_t n_regions;	/* A  grows; release */
	struct tarry_region regions[TARRY_REGIONS]; /* C once counted */

	struct tarry_port_lock lock tarry_line_aligned;
	uint32_t chunks_head[TARRY_ORDERS]; /* P  chunk number + 1 */
	uint32_t chunks_free;  /* P  first chunk that never had blocks */
	uint32_t chunks_empty; /* P  given back; number + 1, chained */
	uint32_t partial[24];  /* P  pages with free fragments, by lg2 */
	uint64_t *descriptor_arrays[24];   /* P  free ones, by lg2 of bytes */
	uint64_t tables[TARRY_MAX_LEVELS]; /* P */
	uint64_t table_bytes;		   /* P */
	uint64_t committed, descriptor_committed; /* P  bytes */
	uint64_t hot_pages;			  /* P */
	uint64_t table_pages;	   /* P  in blocks that hold a table */
	uint64_t returned, failed; /* P */
	uint64_t spaces;	   /* P */
	uint64_t kept, kept_bytes, lost_bytes; /* P */

	struct tarry_shard shards[TARRY_PORT_SHARDS];
	/* Pages used by pool and spaces themselves. */
	uint64_t own_len; /* C  bytes of the first region taken at creation */
};

/* Data page runs that a space can keep. */
#ifndef TARRY_KEPT_RUNS
#define TARRY_KEPT_RUNS 64
#endif

/* What was taken away while a cache did not answer; see keep.c. */
struct tarry_kept {
	uint32_t gathers;	     /* L  how many; in open_gathers as well */
	struct tarry_chain detached; /* L */
	uint32_t n_runs;	     /* A L */
	struct tarry_run runs[TARRY_KEPT_RUNS]; /* L */
};

/* A space; begins with its public face. */
struct tarry_body {
	/* calls: C; root: A; window: C, the pool's */
	struct tarry_space face;
	const struct tarry_format *format; /* C */
	struct tarry_pool *pool;	   /* C */
	unsigned int flags;		   /* C */
	/* Listeners, newest first; release to publish. */
	struct tarry_listener *listeners; /* A L */
	struct tarry_port_lock listener_lock;
	uint32_t open_gathers; /* A  that callers have open, or were kept */
	uint32_t moves;	       /* A  moves whose tables wait for readers */
	uint64_t generation;   /* A  of what resting listeners were not told */
	struct tarry_kept kept;
};

#define TARRY_ROOT_LEVELS 15ull

static inline struct tarry_body *tarry_body(struct tarry_space *s)
{
	return (struct tarry_body *)s;
}

#endif
