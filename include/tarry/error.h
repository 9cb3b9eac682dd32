/* SPDX-License-Identifier: MIT */
/*
 * Every error that tarry returns: name, value, sentence.  The values are
 * negative already: "return TARRY_ENOMEM;", test "err < 0".
 */
#ifndef TARRY_ERROR_H
#define TARRY_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define TARRY_ERRORS(X)                                                      \
	X(EALIGN, 1, "an address or length is not a multiple of the page")   \
	X(ELENGTH, 2, "the length is zero")                                  \
	X(ERANGE, 3, "the range wraps, or is not an address of the format")  \
	X(EOUTPUT, 4, "the output address is beyond the format's")           \
	X(ERIGHTS, 5, "the format cannot say these rights")                  \
	X(ELEVEL, 6, "the format has no leaf at this level")                 \
	X(EEXIST, 7, "something is mapped or marked in the range already")   \
	X(ENOENT, 8, "nothing is mapped here")                               \
	X(EMARK, 9, "a mark stands here: not mapped, payload in the answer") \
	X(EACCES, 10, "mapped, but not with these rights")                   \
	X(EAGAIN, 11, "a change was under way: try again")                   \
	X(ENOMEM, 12, "no memory for a table")                               \
	X(EHOLES, 13, "the range is not fully mapped")                       \
	X(EMIXED, 14, "the leaves are not consecutive or not of one kind")   \
	X(EBUSY, 15, "the owner refused: the pages are held")                \
	X(ELEAF, 16, "a leaf or mark stands where a table was expected")     \
	X(EPAYLOAD, 17, "the payload does not fit a mark of this format")    \
	X(EFORMAT, 18, "the format does not fit the pool, or is not known")  \
	X(EREGION, 19,                                                       \
	  "the region is misaligned, overlaps, or cannot be used")           \
	X(EOVERLAP, 20, "source and destination overlap")                    \
	X(ELISTENER, 21, "a listener did not answer in time")                \
	X(EINVAL, 22, "an argument has no meaning here")

#define TARRY_ERROR_ENUM(name, value, sentence) TARRY_##name = -(value),
enum tarry_error { TARRY_ERRORS(TARRY_ERROR_ENUM) TARRY_OK = 0 };
#undef TARRY_ERROR_ENUM

/**
 * tarry_error_name() - "TARRY_ENOMEM" for TARRY_ENOMEM
 * @err: value returned by a tarry function
 *
 * Context: any; sleeps: never; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   none.
 * Return:  a constant string; "TARRY_OK" for 0 and above, "unknown" otherwise.
 */
const char *tarry_error_name(int err);

/**
 * tarry_error_sentence() - what went wrong, without capital or full stop
 * @err: value returned by a tarry function
 *
 * Context: any; sleeps: never; interrupts: yes.
 * Locks:   none.
 * Ref:     none.
 * Rules:   none.
 * Return:  a constant string; "no error" for 0 and above.
 */
const char *tarry_error_sentence(int err);

#ifdef __cplusplus
}
#endif
#endif
