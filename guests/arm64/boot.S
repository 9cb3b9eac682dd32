/* SPDX-License-Identifier: MIT */
/*
 * The start of an arm64 guest: EL1, translation off; CPU 1 comes by PSCI.
 */
	.section .text.start, "ax"
	.globl	start
start:
	ldr	x0, =boot_stack
	mov	sp, x0
	ldr	x0, =vectors
	msr	vbar_el1, x0
	ldr	x0, =bss_from
	ldr	x1, =bss_to
1:	str	xzr, [x0], #8
	cmp	x0, x1
	b.lo	1b
	isb
	bl	machine_main
2:	wfi
	b	2b

	.globl	other_start
other_start:
	ldr	x0, =other_stack
	mov	sp, x0
	ldr	x0, =vectors
	msr	vbar_el1, x0
	isb
	bl	machine_other
3:	wfi
	b	3b

	/*
	 * An abort of this level (ESR_EL1.EC 0x21, 0x25): x0 is still the frame of
	 * the access, and says where to go on.  The layout is that of struct touch
	 * in machine.c.  (Arm DDI 0487J.a, D17.2.37)
	 *
	 * It is of an access if it was in touch_*(), or if who it was would have
	 * returned there; else the frame is none.
	 */
fault_entry:
	mrs	x1, esr_el1
	lsr	x2, x1, #26
	cmp	x2, #0x21
	b.eq	1f
	cmp	x2, #0x25
	b.ne	trap_entry
1:	mrs	x2, elr_el1
	ldr	x3, =touch_read
	cmp	x2, x3
	b.lo	2f
	ldr	x3, =touch_end
	cmp	x2, x3
	b.lo	3f
2:	ldr	x3, =touch_executed
	cmp	x30, x3
	b.ne	trap_entry
3:	mov	x2, #1
	str	x2, [x0]
	str	x1, [x0, #8]
	mrs	x1, far_el1
	str	x1, [x0, #16]
	ldr	x1, [x0, #24]
	mov	sp, x1
	ldr	x30, [x0, #32]
	msr	elr_el1, x30
	eret
trap_entry:
	mrs	x0, esr_el1
	mrs	x1, elr_el1
	mrs	x2, far_el1
	bl	guest_trap

	.align	11
vectors:
	.rept	4
	b	trap_entry
	.align	7
	.endr
	b	fault_entry
	.align	7
	.rept	11
	b	trap_entry
	.align	7
	.endr

	.globl	touch_read, touch_write, touch_execute
touch_read:
	mov	x3, sp
	str	x3, [x0, #24]
	str	x30, [x0, #32]
	ldr	x3, [x1]
	str	x3, [x2]
	ret
touch_write:
	mov	x3, sp
	str	x3, [x0, #24]
	str	x30, [x0, #32]
	ldr	x3, [x2]
	str	x3, [x1]
	ret
touch_execute:
	str	x30, [sp, #-16]!
	mov	x3, sp
	str	x3, [x0, #24]
	adr	x3, touch_executed
	str	x3, [x0, #32]
	blr	x1
touch_executed:
	ldr	x30, [sp], #16
	ret
touch_end:

	.globl	return_code, return_code_end
return_code:
	ret
return_code_end:

	.section .stacks, "aw", @nobits
	.align	4
	.skip	32768
	.globl	boot_stack
boot_stack:
	.skip	32768
other_stack:

	.section .note.GNU-stack, "", @progbits
