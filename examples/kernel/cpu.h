/* SPDX-License-Identifier: MIT */
/*
 * What the example kernel wants of its CPU, in one instruction or a few.
 *
 *   cpu_number()         where the kernel keeps it: set up when a CPU starts
 *   cpu_irq_off()        returns the state before, for cpu_irq_restore()
 *   cpu_forget()         this CPU's translation caches forget everything
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#if defined(__x86_64__)

static inline unsigned int cpu_number(void)
{
	unsigned int n;

	__asm__ volatile("movl %%gs:0, %0" : "=r"(n));
	return n;
}

static inline unsigned long cpu_irq_off(void)
{
	unsigned long was;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(was)::"memory");
	return was;
}

static inline void cpu_irq_restore(unsigned long was)
{
	if (was & 0x200)
		__asm__ volatile("sti" ::: "memory");
}

static inline void cpu_forget(void)
{
	unsigned long root;

	/* Kernels with global pages toggle CR4.PGE in place of this. */
	__asm__ volatile("movq %%cr3, %0; movq %0, %%cr3"
			 : "=r"(root)::"memory");
}

#elif defined(__aarch64__)

static inline unsigned int cpu_number(void)
{
	unsigned long n;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(n));
	return (unsigned int)n;
}

static inline unsigned long cpu_irq_off(void)
{
	unsigned long was;

	__asm__ volatile("mrs %0, daif; msr daifset, #2" : "=r"(was)::"memory");
	return was;
}

static inline void cpu_irq_restore(unsigned long was)
{
	__asm__ volatile("msr daif, %0" ::"r"(was) : "memory");
}

static inline void cpu_forget(void)
{
	__asm__ volatile("dsb ishst; tlbi vmalle1; dsb ish; isb" ::: "memory");
}

#elif defined(__riscv)

static inline unsigned int cpu_number(void)
{
	unsigned long n;

	__asm__ volatile("mv %0, tp" : "=r"(n));
	return (unsigned int)n;
}

static inline unsigned long cpu_irq_off(void)
{
	unsigned long was;

	__asm__ volatile("csrrci %0, sstatus, 2" : "=r"(was)::"memory");
	return was & 2;
}

static inline void cpu_irq_restore(unsigned long was)
{
	__asm__ volatile("csrs sstatus, %0" ::"r"(was) : "memory");
}

static inline void cpu_forget(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

#elif defined(__powerpc64__)

static inline unsigned int cpu_number(void)
{
	unsigned long n;

	__asm__ volatile("mfsprg0 %0" : "=r"(n));
	return (unsigned int)n;
}

static inline unsigned long cpu_irq_off(void)
{
	unsigned long was;

	__asm__ volatile("mfmsr %0" : "=r"(was)::"memory");
	__asm__ volatile("mtmsrd %0, 1" ::"r"(was & ~0x8000ul) : "memory");
	return was;
}

static inline void cpu_irq_restore(unsigned long was)
{
	__asm__ volatile("mtmsrd %0, 1" ::"r"(was) : "memory");
}

static inline void cpu_forget(void)
{
	/* Radix, everything, walk caches too; all CPUs hear it. */
	__asm__ volatile(".machine push; .machine power9\n\t"
			 "ptesync; tlbie %0, %1, 2, 1, 1\n\t"
			 "eieio; tlbsync; ptesync\n\t"
			 ".machine pop" ::"r"(0xc00ul),
			 "r"(0ul)
			 : "memory");
}

#elif defined(__s390x__)

static inline unsigned int cpu_number(void)
{
	unsigned short n;

	__asm__ volatile("stap %0" : "=Q"(n));
	return n;
}

static inline unsigned long cpu_irq_off(void)
{
	unsigned char was;

	__asm__ volatile("stnsm %0, 0xfc" : "=Q"(was)::"memory");
	return was;
}

static inline void cpu_irq_restore(unsigned long was)
{
	unsigned char mask = (unsigned char)was;

	__asm__ volatile("ssm %0" ::"Q"(mask) : "memory");
}

static inline void cpu_forget(void)
{
	__asm__ volatile("ptlb" ::: "memory");
}

#endif
#endif
