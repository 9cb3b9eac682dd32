/* SPDX-License-Identifier: MIT */
/*
 * Litmus tests of read-copy update: what a grace period orders, and what a
 * section does not.  After those of the Linux kernel memory model (Alglave,
 * Maranget, McKenney, Parri, Stern: "Frightening small children and
 * disconcerting grown-ups", ASPLOS 2018): a cycle is forbidden if it has at
 * least as many grace periods as sections.
 */
#include "litmus.h"

#define SECTION(...)             \
	tarry_port_read_begin(); \
	__VA_ARGS__;             \
	tarry_port_read_end()
#define GP()  tarry_port_synchronize()
#define TSO_W (CHECK_TSO | CHECK_RC11)

/* MP against a grace period: nothing of before is missed by who sees after. */
BODY(mp_section, SECTION(R(0, y, RLX); R(1, x, RLX)))
BODY(mp_gp, W(x, 1, RLX); GP(); W(y, 1, RLX))
OUTCOME(after_not_before, s.r[0] == 1 && s.r[1] == 0)
LITMUS(rcu_mp, FORBIDDEN, after_not_before, T(mp_section), T(mp_gp))

/* The other way: a section that saw the old world is over. */
BODY(sync_section, SECTION(R(0, x, RLX); R(1, y, RLX)))
OUTCOME(old_then_new, s.r[0] == 0 && s.r[1] == 1)
LITMUS(rcu_sync_read, FORBIDDEN, old_then_new, T(sync_section), T(mp_gp))

/* SB of a section with a grace period. */
BODY(sb_section, SECTION(W(x, 1, RLX); R(0, y, RLX)))
BODY(sb_gp, W(y, 1, RLX); GP(); R(1, x, RLX))
OUTCOME(both_zero, s.r[0] == 0 && s.r[1] == 0)
LITMUS(rcu_sb, FORBIDDEN, both_zero, T(sb_section), T(sb_gp))

/* Sections do not order anything between each other. */
BODY(sb_section2, SECTION(W(y, 1, RLX); R(1, x, RLX)))
LITMUS(rcu_sb_sections, ALLOWED(TSO_W), both_zero, T(sb_section),
       T(sb_section2))

/* Nor does the begin of one order what is before it and what is in it. */
BODY(sb_before, W(x, 1, RLX); SECTION(R(0, y, RLX)))
BODY(sb_before2, W(y, 1, RLX); SECTION(R(1, x, RLX)))
LITMUS(rcu_begin_is_no_fence, ALLOWED(TSO_W), both_zero, T(sb_before),
       T(sb_before2))

/* Two grace periods: each is a full fence to its caller. */
BODY(sb_gp2, W(x, 1, RLX); GP(); R(0, y, RLX))
LITMUS(rcu_two_gps, FORBIDDEN, both_zero, T(sb_gp), T(sb_gp2))

/* As many sections as grace periods in a cycle: forbidden; one more: not. */
BODY(c_s1, SECTION(W(x, 1, RLX); R(0, y, RLX)))
BODY(c_g1, W(y, 1, RLX); GP(); R(1, z, RLX))
BODY(c_s2, SECTION(W(z, 1, RLX); R(2, w, RLX)))
BODY(c_g2, W(w, 1, RLX); GP(); R(3, x, RLX))
OUTCOME(all_zero, !s.r[0] && !s.r[1] && !s.r[2] && !s.r[3])
LITMUS(rcu_cycle_2s_2g, FORBIDDEN, all_zero, T(c_s1), T(c_g1), T(c_s2), T(c_g2))
BODY(c_s3, SECTION(W(z, 1, RLX); R(2, x, RLX)))
OUTCOME(three_zero, !s.r[0] && !s.r[1] && !s.r[2])
LITMUS(rcu_cycle_2s_1g, ALLOWED(CHECK_ALL & ~CHECK_SC), three_zero, T(c_s1),
       T(c_g1), T(c_s3))

/* A deferred call comes after every section that was open. */
static void callback(void *arg)
{
	(void)arg;
	tarry_store(&s.y, 1, RLX);
}
BODY(defers, W(x, 1, RLX); check_defer(callback, NULL))
LITMUS(rcu_defer, FORBIDDEN, old_then_new, T(sync_section), T(defers))

/* Outside of a section nobody is waited for, */
BODY(mp_bare, R(0, y, RLX); R(1, x, RLX))
LITMUS(rcu_no_section, ALLOWED(CHECK_RC11), after_not_before, T(mp_bare),
       T(mp_gp))

/* nor across two of them; */
BODY(two_sections, SECTION(R(0, x, RLX)); SECTION(R(1, y, RLX)))
LITMUS(rcu_two_sections, ALLOWED(CHECK_ALL), old_then_new, T(two_sections),
       T(mp_gp))

/* but the end of an inner one ends nothing. */
BODY(nested, SECTION(SECTION(R(0, x, RLX)); R(1, y, RLX)))
LITMUS(rcu_nested, FORBIDDEN, old_then_new, T(nested), T(mp_gp))

/* The other side of one more section than grace periods: stores only. */
BODY(w_section, SECTION(W(x, 2, RLX); W(y, 1, RLX)))
BODY(w_gp, W(y, 2, RLX); GP(); W(x, 1, RLX))
OUTCOME(both_overwritten, s.x == 2 && s.y == 2)
LITMUS(rcu_2_2w, FORBIDDEN, both_overwritten, T(w_section), T(w_gp))

/* A deferred call may be in a section itself: who waits, waits for it. */
static void reads_in_section(void *arg)
{
	(void)arg;
	SECTION(R(0, x, RLX); R(1, y, RLX));
}
BODY(defers_reader, check_defer(reads_in_section, NULL))
CHECK_SCENARIO(litmus_rcu_call_section, FORBIDDEN,
	       .about = "a grace period waits for a section of a deferred call",
	       .shared = CHECK_OBJECT(s), .finish = old_then_new,
	       .calls_read = true, .threads = {T(defers_reader), T(mp_gp)})

/* Windows with interrupts off, and the round of kicks that waits for them. */
BODY(irq_window, unsigned long f = tarry_port_irq_off(); R(0, x, RLX);
     R(1, y, RLX); tarry_port_irq_restore(f))
BODY(kicks, W(x, 1, RLX); tarry_port_kick(); W(y, 1, RLX))
BODY(gp_only, W(x, 1, RLX); GP(); W(y, 1, RLX))
LITMUS(irq_kick, FORBIDDEN, old_then_new, T(irq_window), T(kicks))
LITMUS(irq_grace_period_does_not_wait, ALLOWED(CHECK_ALL), old_then_new,
       T(irq_window), T(gp_only))
