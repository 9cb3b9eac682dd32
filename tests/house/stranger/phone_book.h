/* SPDX-License-Identifier: MIT */
/*
 * A stranger's own header: it needs only the words, and the name of a space.
 */
#ifndef PHONE_BOOK_H
#define PHONE_BOOK_H

#include <tarry/types.h>

struct tarry_space;

tarry_oa phone_book_find(struct tarry_space *s, tarry_va va);

#endif
