/* SPDX-License-Identifier: MIT */
/*
 * tarry: page tables that are walked without locks while they are mapped,
 * unmapped, collapsed, split and reclaimed, and freed when nobody can still be
 * inside.  This header is all of it.
 */
#ifndef TARRY_H
#define TARRY_H

#include "tarry/types.h"
#include "tarry/error.h"
#include "tarry/format.h"
#include "tarry/embed.h"
#include "tarry/port.h"
#include "tarry/thread.h"
#include "tarry/pool.h"
#include "tarry/space.h"
#include "tarry/read.h"
#include "tarry/listener.h"
#include "tarry/gather.h"
#include "tarry/change.h"
#include "tarry/companion.h"
#include "tarry/huge.h"
#include "tarry/reclaim.h"
#include "tarry/soft_tlb.h"

#endif
