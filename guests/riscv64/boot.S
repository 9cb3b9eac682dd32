/* SPDX-License-Identifier: MIT */
/*
 * The start of a riscv64 guest: with no firmware, every hart begins here in
 * machine mode.  All memory and all page faults are given to supervisor mode;
 * hart 0 runs the guest there, hart 1 waits until it is started.
 */
	.section .text.start, "ax"
	.globl	start
start:
	li	t0, -1
	csrw	pmpaddr0, t0
	li	t0, 0x1f		/* NAPOT, R W X: all there is */
	csrw	pmpcfg0, t0
	li	t0, 0xf000		/* page faults: 12, 13, 15 */
	csrw	medeleg, t0
	csrw	mideleg, zero
	csrw	mie, zero
	csrw	satp, zero
	li	t0, 7			/* the clocks */
	csrw	mcounteren, t0
	la	t0, machine_mode
	csrw	mtvec, t0
	la	t0, fault_entry
	csrw	stvec, t0
	li	t0, 3 << 11
	csrc	mstatus, t0
	li	t0, 1 << 11		/* MPP: supervisor */
	csrs	mstatus, t0
	la	t0, 1f
	csrw	mepc, t0
	mret
1:	bnez	a0, 3f
	la	sp, boot_stack
	la	t0, bss_from
	la	t1, bss_to
2:	sd	zero, 0(t0)
	addi	t0, t0, 8
	bltu	t0, t1, 2b
	call	machine_main
3:	li	t0, 1
	bne	a0, t0, 5f
	la	sp, other_stack
	la	t1, other_go		/* in .data: set by machine_start() */
4:	lwu	t0, 0(t1)
	fence	r, rw
	beqz	t0, 4b
	call	machine_other
5:	wfi
	j	5b

	/* What supervisor mode does not take: the end. */
	.align	2
machine_mode:
	la	sp, other_stack
	csrr	a0, mcause
	csrr	a1, mepc
	csrr	a2, mtval
	call	guest_trap

	/*
	 * A page fault: a0 is still the frame of the access, and says where to go
	 * on.  The layout is that of struct touch in machine.c.
	 *
	 * It is of an access if it was in touch_*(), or if who it was would have
	 * returned there; else the frame is none.
	 */
	.align	2
	.globl	fault_entry
fault_entry:
	csrr	t0, sepc
	la	t1, touch_read
	bltu	t0, t1, 1f
	la	t1, touch_end
	bltu	t0, t1, 2f
1:	la	t1, touch_executed
	bne	ra, t1, trap_entry
2:	li	t0, 1
	sd	t0, 0(a0)
	csrr	t0, scause
	sd	t0, 8(a0)
	csrr	t0, stval
	sd	t0, 16(a0)
	ld	sp, 24(a0)
	ld	ra, 32(a0)
	csrw	sepc, ra
	sret
trap_entry:
	csrr	a0, scause
	csrr	a1, sepc
	csrr	a2, stval
	call	guest_trap

	.globl	touch_read, touch_write, touch_execute
touch_read:
	sd	sp, 24(a0)
	sd	ra, 32(a0)
	ld	t0, 0(a1)
	sd	t0, 0(a2)
	ret
touch_write:
	sd	sp, 24(a0)
	sd	ra, 32(a0)
	ld	t0, 0(a2)
	sd	t0, 0(a1)
	ret
touch_execute:
	addi	sp, sp, -16
	sd	ra, 0(sp)
	sd	sp, 24(a0)
	la	t0, touch_executed
	sd	t0, 32(a0)
	jalr	a1
touch_executed:
	ld	ra, 0(sp)
	addi	sp, sp, 16
	ret
touch_end:

	.align	2
	.globl	return_code, return_code_end
return_code:
	ret
return_code_end:

	.data
	.align	3
	.globl	other_go
other_go:
	.dword	0

	.section .stacks, "aw", @nobits
	.align	4
	.skip	32768
	.globl	boot_stack
boot_stack:
	.skip	32768
other_stack:

	.section .note.GNU-stack, "", @progbits
