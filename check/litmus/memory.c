/* SPDX-License-Identifier: MIT */
/*
 * The classic litmus tests, with and without fences: what each model shows.
 * Load buffering is shown by none (RC11 forbids it; see docs/checking.md).
 */
#include "litmus.h"

#define WEAK  CHECK_RC11
#define TSO_W (CHECK_TSO | CHECK_RC11)

/* SB: each stores, then loads what the other stores. */
BODY(sb_a, W(x, 1, RLX); R(0, y, RLX))
BODY(sb_b, W(y, 1, RLX); R(1, x, RLX))
BODY(sb_a_ra, W(x, 1, REL); R(0, y, ACQ))
BODY(sb_b_ra, W(y, 1, REL); R(1, x, ACQ))
BODY(sb_a_f, W(x, 1, RLX); F(); R(0, y, RLX))
BODY(sb_b_f, W(y, 1, RLX); F(); R(1, x, RLX))
BODY(sb_a_sc, W(x, 1, SC); R(0, y, SC))
BODY(sb_b_sc, W(y, 1, SC); R(1, x, SC))
BODY(sb_a_xchg, tarry_exchange(&s.x, 1, SC); R(0, y, SC))
BODY(sb_b_xchg, tarry_exchange(&s.y, 1, SC); R(1, x, SC))
OUTCOME(both_zero, s.r[0] == 0 && s.r[1] == 0)
LITMUS(sb, ALLOWED(TSO_W), both_zero, T(sb_a), T(sb_b))
LITMUS(sb_rel_acq, ALLOWED(TSO_W), both_zero, T(sb_a_ra), T(sb_b_ra))
LITMUS(sb_one_fence, ALLOWED(TSO_W), both_zero, T(sb_a_f), T(sb_b))
LITMUS(sb_fences, FORBIDDEN, both_zero, T(sb_a_f), T(sb_b_f))
LITMUS(sb_sc, FORBIDDEN, both_zero, T(sb_a_sc), T(sb_b_sc))
LITMUS(sb_exchange, FORBIDDEN, both_zero, T(sb_a_xchg), T(sb_b_xchg))
LITMUS(sb_fence_and_sc, FORBIDDEN, both_zero, T(sb_a_f), T(sb_b_sc))

/* MP: fill, then publish. */
BODY(mp_w, W(x, 1, RLX); W(y, 1, RLX))
BODY(mp_w_rel, W(x, 1, RLX); W(y, 1, REL))
BODY(mp_w_f, W(x, 1, RLX); tarry_fence(REL); W(y, 1, RLX))
BODY(mp_r, R(0, y, RLX); R(1, x, RLX))
BODY(mp_r_acq, R(0, y, ACQ); R(1, x, RLX))
BODY(mp_r_f, R(0, y, RLX); tarry_fence(ACQ); R(1, x, RLX))
OUTCOME(flag_no_data, s.r[0] == 1 && s.r[1] == 0)
LITMUS(mp, ALLOWED(WEAK), flag_no_data, T(mp_w), T(mp_r))
LITMUS(mp_release_only, ALLOWED(WEAK), flag_no_data, T(mp_w_rel), T(mp_r))
LITMUS(mp_acquire_only, ALLOWED(WEAK), flag_no_data, T(mp_w), T(mp_r_acq))
LITMUS(mp_rel_acq, FORBIDDEN, flag_no_data, T(mp_w_rel), T(mp_r_acq))
LITMUS(mp_fences, FORBIDDEN, flag_no_data, T(mp_w_f), T(mp_r_f))
LITMUS(mp_fence_acq, FORBIDDEN, flag_no_data, T(mp_w_f), T(mp_r_acq))

/* A release sequence goes on through an RMW of another thread, and not through
 * a plain store of the same one. */
BODY(mp_add, tarry_fetch_add(&s.y, 1, RLX))
BODY(mp_r2, R(0, y, ACQ); R(1, x, RLX))
OUTCOME(sequence_broken, s.r[0] == 2 && s.r[1] == 0)
LITMUS(mp_through_rmw, FORBIDDEN, sequence_broken, T(mp_w_rel), T(mp_add),
       T(mp_r2))
BODY(mp_w_twice, W(x, 1, RLX); W(y, 1, REL); W(y, 2, RLX))
LITMUS(mp_overwritten, ALLOWED(WEAK), sequence_broken, T(mp_w_twice), T(mp_r2))

/* LB: each loads, then stores what the other loads. */
BODY(lb_a, R(0, x, RLX); W(y, 1, RLX))
BODY(lb_b, R(1, y, RLX); W(x, 1, RLX))
OUTCOME(both_one, s.r[0] == 1 && s.r[1] == 1)
LITMUS(lb, FORBIDDEN, both_one, T(lb_a), T(lb_b))
BODY(lb_a_f, R(0, x, RLX); F(); W(y, 1, RLX))
BODY(lb_b_f, R(1, y, RLX); F(); W(x, 1, RLX))
LITMUS(lb_fences, FORBIDDEN, both_one, T(lb_a_f), T(lb_b_f))

/* IRIW: do two readers agree on the order of independent stores? */
BODY(iriw_w1, W(x, 1, RLX))
BODY(iriw_w2, W(y, 1, RLX))
BODY(iriw_r1, R(0, x, ACQ); R(1, y, ACQ))
BODY(iriw_r2, R(2, y, ACQ); R(3, x, ACQ))
BODY(iriw_r1_rlx, R(0, x, RLX); R(1, y, RLX))
BODY(iriw_r2_rlx, R(2, y, RLX); R(3, x, RLX))
BODY(iriw_r1_f, R(0, x, RLX); F(); R(1, y, RLX))
BODY(iriw_r2_f, R(2, y, RLX); F(); R(3, x, RLX))
BODY(iriw_w1_sc, W(x, 1, SC))
BODY(iriw_w2_sc, W(y, 1, SC))
BODY(iriw_r1_sc, R(0, x, SC); R(1, y, SC))
BODY(iriw_r2_sc, R(2, y, SC); R(3, x, SC))
OUTCOME(disagree, s.r[0] == 1 && s.r[1] == 0 && s.r[2] == 1 && s.r[3] == 0)
LITMUS(iriw, ALLOWED(WEAK), disagree, T(iriw_w1), T(iriw_w2), T(iriw_r1_rlx),
       T(iriw_r2_rlx))
LITMUS(iriw_acq, ALLOWED(WEAK), disagree, T(iriw_w1), T(iriw_w2), T(iriw_r1),
       T(iriw_r2))
LITMUS(iriw_fences, FORBIDDEN, disagree, T(iriw_w1), T(iriw_w2), T(iriw_r1_f),
       T(iriw_r2_f))
LITMUS(iriw_sc, FORBIDDEN, disagree, T(iriw_w1_sc), T(iriw_w2_sc),
       T(iriw_r1_sc), T(iriw_r2_sc))

/* 2+2W: can both first stores win? */
BODY(ww_a, W(x, 1, RLX); W(y, 2, RLX))
BODY(ww_b, W(y, 1, RLX); W(x, 2, RLX))
BODY(ww_a_rel, W(x, 1, REL); W(y, 2, REL))
BODY(ww_b_rel, W(y, 1, REL); W(x, 2, REL))
BODY(ww_a_sc, W(x, 1, SC); W(y, 2, SC))
BODY(ww_b_sc, W(y, 1, SC); W(x, 2, SC))
BODY(ww_a_f, W(x, 1, RLX); F(); W(y, 2, RLX))
BODY(ww_b_f, W(y, 1, RLX); F(); W(x, 2, RLX))
OUTCOME(first_ones_last, s.x == 1 && s.y == 1)
LITMUS(2_2w, ALLOWED(WEAK), first_ones_last, T(ww_a), T(ww_b))
LITMUS(2_2w_rel, ALLOWED(WEAK), first_ones_last, T(ww_a_rel), T(ww_b_rel))
LITMUS(2_2w_sc, FORBIDDEN, first_ones_last, T(ww_a_sc), T(ww_b_sc))
LITMUS(2_2w_fences, FORBIDDEN, first_ones_last, T(ww_a_f), T(ww_b_f))

/* S: a store after a load of what was stored later than another. */
BODY(s_a, W(x, 2, RLX); W(y, 1, RLX))
BODY(s_a_rel, W(x, 2, RLX); W(y, 1, REL))
BODY(s_b, R(0, y, RLX); W(x, 1, RLX))
BODY(s_b_acq, R(0, y, ACQ); W(x, 1, RLX))
OUTCOME(overtaken, s.r[0] == 1 && s.x == 2)
LITMUS(s, ALLOWED(WEAK), overtaken, T(s_a), T(s_b))
LITMUS(s_rel_acq, FORBIDDEN, overtaken, T(s_a_rel), T(s_b_acq))
BODY(s_a_f, W(x, 2, RLX); F(); W(y, 1, RLX))
BODY(s_b_f, R(0, y, RLX); F(); W(x, 1, RLX))
LITMUS(s_fences, FORBIDDEN, overtaken, T(s_a_f), T(s_b_f))

/* R: two stores of one word, and a load of the other. */
BODY(r_a, W(x, 1, RLX); W(y, 1, RLX))
BODY(r_b, W(y, 2, RLX); R(0, x, RLX))
BODY(r_a_f, W(x, 1, RLX); F(); W(y, 1, RLX))
BODY(r_b_f, W(y, 2, RLX); F(); R(0, x, RLX))
OUTCOME(late_and_blind, s.y == 2 && s.r[0] == 0)
LITMUS(r, ALLOWED(TSO_W), late_and_blind, T(r_a), T(r_b))
LITMUS(r_fences, FORBIDDEN, late_and_blind, T(r_a_f), T(r_b_f))

/* Coherence: one word is never seen going back. */
BODY(co_w, W(x, 1, RLX); W(x, 2, RLX))
BODY(co_r, R(0, x, RLX); R(1, x, RLX))
BODY(co_w1, W(x, 1, RLX))
BODY(co_w2, W(x, 2, RLX))
BODY(co_r2, R(2, x, RLX); R(3, x, RLX))
OUTCOME(goes_back, s.r[0] == 2 && s.r[1] == 1)
OUTCOME(two_orders, s.r[0] == 1 && s.r[1] == 2 && s.r[2] == 2 && s.r[3] == 1)
LITMUS(corr, FORBIDDEN, goes_back, T(co_w), T(co_r))
LITMUS(corr_two_readers, FORBIDDEN, two_orders, T(co_w1), T(co_w2), T(co_r),
       T(co_r2))

/* WRC: a store seen is passed on. */
BODY(wrc_b, R(0, x, RLX); W(y, 1, RLX))
BODY(wrc_b_ra, R(0, x, ACQ); W(y, 1, REL))
BODY(wrc_c, R(1, y, RLX); R(2, x, RLX))
BODY(wrc_c_acq, R(1, y, ACQ); R(2, x, RLX))
OUTCOME(not_passed_on, s.r[0] == 1 && s.r[1] == 1 && s.r[2] == 0)
LITMUS(wrc, ALLOWED(WEAK), not_passed_on, T(co_w1), T(wrc_b), T(wrc_c))
LITMUS(wrc_ra, FORBIDDEN, not_passed_on, T(co_w1), T(wrc_b_ra), T(wrc_c_acq))

/* ISA2: over a third thread, each with release and acquire. */
BODY(isa2_a, W(x, 1, RLX); W(y, 1, REL))
BODY(isa2_b, R(0, y, ACQ); W(z, 1, REL))
BODY(isa2_b_rlx, R(0, y, RLX); W(z, 1, RLX))
BODY(isa2_c, R(1, z, ACQ); R(2, x, RLX))
LITMUS(isa2, FORBIDDEN, not_passed_on, T(isa2_a), T(isa2_b), T(isa2_c))
LITMUS(isa2_rlx, ALLOWED(WEAK), not_passed_on, T(isa2_a), T(isa2_b_rlx),
       T(isa2_c))

/* Z6.0: coherence is no release and acquire; a full fence each is enough. */
BODY(z6_b, W(y, 2, RLX); W(z, 1, REL))
BODY(z6_b_f, W(y, 2, RLX); F(); W(z, 1, RLX))
BODY(z6_a_f, W(x, 1, RLX); F(); W(y, 1, RLX))
BODY(z6_c_f, R(1, z, RLX); F(); R(2, x, RLX))
OUTCOME(z6_seen, s.y == 2 && s.r[1] == 1 && s.r[2] == 0)
LITMUS(z6, ALLOWED(WEAK), z6_seen, T(isa2_a), T(z6_b), T(isa2_c))
LITMUS(z6_fences, FORBIDDEN, z6_seen, T(z6_a_f), T(z6_b_f), T(z6_c_f))

/* MP under a lock: what was done in one hold is seen in the next. */
static struct tarry_port_lock l;
BODY(lock_a, tarry_port_lock(&l); W(x, 1, RLX); W(y, 1, RLX);
     tarry_port_unlock(&l))
BODY(lock_b, tarry_port_lock(&l); R(0, y, RLX); R(1, x, RLX);
     tarry_port_unlock(&l))
CHECK_SCENARIO(litmus_mp_locked, FORBIDDEN, .about = "litmus test mp_locked",
	       .shared = {{&s, sizeof(s), "s"}, {&l, sizeof(l), "l"}},
	       .finish = flag_no_data, .threads = {T(lock_a), T(lock_b)})

/* An RMW is atomic in every model. */
BODY(inc, tarry_fetch_add(&s.x, 1, RLX))
OUTCOME(lost_update, s.x != 2)
LITMUS(rmw_atomic, FORBIDDEN, lost_update, T(inc), T(inc))
BODY(inc_torn, uint64_t v = tarry_load(&s.x, SC); tarry_store(&s.x, v + 1, SC))
LITMUS(load_store_torn, ALLOWED(CHECK_ALL), lost_update, T(inc_torn),
       T(inc_torn))
