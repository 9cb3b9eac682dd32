/* SPDX-License-Identifier: MIT */
/*
 * The start of an x86-64 guest: the PVH entry (an ELF note of the loader's,
 * 32-bit protected mode, paging off), long mode on identity tables of 2M leaves
 * that cover the first 4 GiB, then C.  CPU 1 comes the same way from real mode.
 */
	.section .note.pvh, "a", @note
	.align	4
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start

	.set	CR0_ON, 0x80010033	/* PG, WP, NE, ET, MP, PE */
	.set	CR4_ON, 0x620		/* OSXMMEXCPT, OSFXSR, PAE */
	.set	EFER, 0xc0000080
	.set	EFER_ON, 0x900		/* NXE, LME */

	.text
	.code32
	.globl	start
start:
	cli
	cld
	movl	$boot_stack, %esp
	movl	$boot_root, %eax
	movl	%eax, %cr3
	movl	$CR4_ON, %eax
	movl	%eax, %cr4
	movl	$EFER, %ecx
	rdmsr
	orl	$EFER_ON, %eax
	wrmsr
	movl	$CR0_ON, %eax
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$0x08, $start_64
	.code64
start_64:
	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movq	$boot_stack, %rsp
	movq	$bss_from, %rdi
	movq	$bss_to, %rcx
	subq	%rdi, %rcx
	xorl	%eax, %eax
	rep stosb
	call	machine_main
1:	hlt
	jmp	1b

	/* Copied to 0x8000, where CPU 1 begins in real mode. */
	.globl	other_start, other_start_end
	.code16
	.align	16
other_start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	other_gdt - other_start + 0x8000
	movl	$boot_root, %eax
	movl	%eax, %cr3
	movl	$CR4_ON, %eax
	movl	%eax, %cr4
	movl	$EFER, %ecx
	rdmsr
	orl	$EFER_ON, %eax
	wrmsr
	movl	$CR0_ON, %eax
	movl	%eax, %cr0
	ljmpl	$0x08, $other_64
	.align	4
other_gdt:
	.word	gdt_end - gdt - 1
	.long	gdt
other_start_end:
	.code64
other_64:
	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movq	$other_stack, %rsp
	call	machine_other
1:	hlt
	jmp	1b

	/*
	 * machine_deeper(root): from 4 levels to 5.  CR4.LA57 changes only while
	 * paging is off, so by way of 32-bit code.  (SDM volume 3A, 4.1.1)
	 */
	.globl	machine_deeper
machine_deeper:
	pushq	%rbx
	movq	%rdi, %rbx
	pushq	$0x18
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
	.code32
1:	movl	%cr0, %eax
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	movl	%cr4, %eax
	orl	$0x1000, %eax
	movl	%eax, %cr4
	movl	%ebx, %cr3
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	ljmp	$0x08, $2f
	.code64
2:	popq	%rbx
	ret

	/*
	 * A page fault: what it was is kept for this CPU, and the access goes on
	 * where it said that it would.  %rdi is still the frame of the access.
	 *
	 * It is of an access if it was in touch_*(), or if who it was would have
	 * returned there; else the frame is none.
	 */
	.globl	fault_entry
fault_entry:
	pushq	%rax
	movq	16(%rsp), %rax
	cmpq	$touch_read, %rax
	jb	1f
	cmpq	$touch_end, %rax
	jb	2f
1:	movq	40(%rsp), %rax
	movq	(%rax), %rax
	cmpq	$touch_executed, %rax
	jne	3f
2:	movq	8(%rsp), %rax
	movq	%rax, 8(%rdi)		/* error code */
	movq	%cr2, %rax
	movq	%rax, 16(%rdi)		/* address */
	movq	$1, (%rdi)		/* it happened */
	movq	24(%rdi), %rsp		/* the stack of the access */
	ret
3:	movq	8(%rsp), %rdi
	movq	16(%rsp), %rsi
	movq	%cr2, %rdx
	call	guest_trap

	/* Anything else is the end.  The first word is an error code, and the
	 * second says where; or the first does, where there is no such code. */
	.globl	trap_entry
trap_entry:
	movq	(%rsp), %rdi
	movq	8(%rsp), %rsi
	xorl	%edx, %edx
	call	guest_trap

	/* touch_*(frame, va, value): see struct touch in machine.c. */
	.globl	touch_read, touch_write, touch_execute
touch_read:
	movq	%rsp, 24(%rdi)
	movq	(%rsi), %rax
	movq	%rax, (%rdx)
	ret
touch_write:
	movq	%rsp, 24(%rdi)
	movq	(%rdx), %rax
	movq	%rax, (%rsi)
	ret
touch_execute:
	movq	%rsp, 24(%rdi)
	call	*%rsi
touch_executed:
	ret
touch_end:

	.globl	return_code, return_code_end
return_code:
	ret
return_code_end:

	.data
	.align	16
gdt:	.quad	0
	.quad	0x00af9a000000ffff	/* 0x08: 64-bit code */
	.quad	0x00cf92000000ffff	/* 0x10: data */
	.quad	0x00cf9a000000ffff	/* 0x18: 32-bit code */
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.quad	gdt

	.align	4096
boot_root:
	.quad	boot_upper + 3
	.fill	511, 8, 0
boot_upper:
	.quad	boot_leaves + 3, boot_leaves + 0x1003
	.quad	boot_leaves + 0x2003, boot_leaves + 0x3003
	.fill	508, 8, 0
boot_leaves:
	.set	at, 0
	.rept	2048
	.quad	at + 0x83
	.set	at, at + 0x200000
	.endr

	.section .stacks, "aw", @nobits
	.align	4096
	.skip	32768
	.globl	boot_stack
boot_stack:
	.skip	32768
other_stack:

	.section .note.GNU-stack, "", @progbits
