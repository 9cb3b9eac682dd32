/* SPDX-License-Identifier: MIT */
/*
 * What compilers call by themselves, for a kernel that does not have it.  Slow
 * and small; leave this file out where there is better.
 */
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int c, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);

/* Or the compiler would know the loop, and call what it is in. */
#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

void *memset(void *to, int c, size_t n)
{
	char *p = to;

	while (n--) {
		*p++ = (char)c;
		KEEP_LOOP();
	}
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	const char *q = from;
	char *p = to;

	while (n--) {
		*p++ = *q++;
		KEEP_LOOP();
	}
	return to;
}

#ifdef __riscv
/* Bytes turned round, without Zbb: big-endian formats ask for it. */
uint64_t __bswapdi2(uint64_t v);

uint64_t __bswapdi2(uint64_t v)
{
	uint64_t turned = 0;

	for (int i = 0; i < 8; i++) {
		turned = turned << 8 | (v & 0xff);
		v >>= 8;
		KEEP_LOOP();
	}
	return turned;
}
#endif
