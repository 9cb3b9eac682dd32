/* SPDX-License-Identifier: MIT */
/*
 * Z12.  The words of a page descriptor are a list node while half of the page
 * is free, and a callback head while it waits (s390 and powerpc, 2023).
 *
 *	the page is on the list of its mm; its neighbour too
 *	C0: defers: writes the callback over the list node
 *	C1: takes the neighbour off the list: follows a function pointer
 *
 * Mended: the page leaves the list, under its lock, before the words are used
 * for anything else; a state says what they are.
 */
#include "zoo.h"

struct page {
	struct page *prev, *next; /* or: function, argument */
};

static struct {
	struct tarry_port_lock lock;
	struct page head, a, b;
	uint64_t freed;
} s;

static void setup(void)
{
	s.head.next = &s.a;
	s.a.prev = &s.head;
	s.a.next = &s.b;
	s.b.prev = &s.a;
	s.b.next = &s.head;
	s.head.prev = &s.b;
}

static void list_del(struct page *p)
{
	if (p->prev->next != p || p->next->prev != p)
		check_violation(CHECK_USE_AFTER_REUSE,
				"a list node is a callback by now");
	p->prev->next = p->next;
	p->next->prev = p->prev;
}

static void callback(void *page)
{
	(void)page;
	tarry_store(&s.freed, 1, RLX);
}

/* call_rcu(): next and function. */
static void queue(struct page *p)
{
	p->prev = NULL;
	p->next = NULL;
	check_defer(callback, p);
}

static void defer_a(void)
{
	tarry_port_lock(&s.lock);
	queue(&s.a);
	tarry_port_unlock(&s.lock);
}

static void defer_a_mended(void)
{
	tarry_port_lock(&s.lock);
	list_del(&s.a);
	queue(&s.a);
	tarry_port_unlock(&s.lock);
}

static void take_b(void)
{
	tarry_port_lock(&s.lock);
	list_del(&s.b);
	tarry_port_unlock(&s.lock);
}

ZOO(12, broken, .about = "a list node is used as a callback head",
    .rule = "one-link-one-state", .ids = "s390 and powerpc, 2023",
    FINDS(USE_AFTER_REUSE), .also = 1 << CHECK_WILD, .setup = setup,
    .threads = {CPU(defer_a), CPU(take_b)})
ZOO(12, mended, .about = "off the list before it is queued", CLEAN,
    .rule = "one-link-one-state", .setup = setup,
    .threads = {CPU(defer_a_mended), CPU(take_b)})
