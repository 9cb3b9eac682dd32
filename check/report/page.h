/* SPDX-License-Identifier: MIT */
/*
 * page.html, as embed.py writes it into the program.
 */
#ifndef CHECK_PAGE_H
#define CHECK_PAGE_H

extern const char report_page[];

#endif
