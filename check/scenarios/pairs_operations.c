/* SPDX-License-Identifier: MIT */
/*
 * Operations against operations.  Written by scripts/pairs.
 */
#include "pairs.h"

CHECK_SCENARIO(pair_map__map, .about = "map against map", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"map", map}})

CHECK_SCENARIO(pair_map__unmap, .about = "map against unmap",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"unmap", unmap}})

CHECK_SCENARIO(pair_map__unmap_all, .about = "map against unmap_all",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"unmap_all", unmap_all}})

CHECK_SCENARIO(pair_map__protect, .about = "map against protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"protect", protect}})

CHECK_SCENARIO(pair_map__mark, .about = "map against mark",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"mark", mark}})

CHECK_SCENARIO(pair_map__move, .about = "map against move",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"move", move}})

CHECK_SCENARIO(pair_map__clone, .about = "map against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"clone", clone}})

CHECK_SCENARIO(pair_map__harvest, .about = "map against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"harvest", harvest}})

CHECK_SCENARIO(pair_map__reclaim, .about = "map against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_map__collapse, .about = "map against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"collapse", collapse}})

CHECK_SCENARIO(pair_map__collapse_copy, .about = "map against collapse_copy",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_map__retract, .about = "map against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"retract", retract}})

CHECK_SCENARIO(pair_map__split, .about = "map against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"map", map}, {"split", split}})

CHECK_SCENARIO(pair_map__gather, .about = "map against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"map", map}, {"gather", gather}})

CHECK_SCENARIO(pair_unmap__unmap, .about = "unmap against unmap",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"unmap", unmap}})

CHECK_SCENARIO(pair_unmap__unmap_all, .about = "unmap against unmap_all",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"unmap_all", unmap_all}})

CHECK_SCENARIO(pair_unmap__protect, .about = "unmap against protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"protect", protect}})

CHECK_SCENARIO(pair_unmap__mark, .about = "unmap against mark",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"mark", mark}})

CHECK_SCENARIO(pair_unmap__move, .about = "unmap against move",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"move", move}})

CHECK_SCENARIO(pair_unmap__clone, .about = "unmap against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"clone", clone}})

CHECK_SCENARIO(pair_unmap__harvest, .about = "unmap against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"harvest", harvest}})

CHECK_SCENARIO(pair_unmap__reclaim, .about = "unmap against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_unmap__collapse, .about = "unmap against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"collapse", collapse}})

CHECK_SCENARIO(pair_unmap__collapse_copy,
	       .about = "unmap against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_unmap__retract, .about = "unmap against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"retract", retract}})

CHECK_SCENARIO(pair_unmap__split, .about = "unmap against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"split", split}})

CHECK_SCENARIO(pair_unmap__gather, .about = "unmap against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap", unmap}, {"gather", gather}})

CHECK_SCENARIO(pair_unmap_all__unmap_all,
	       .about = "unmap_all against unmap_all", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"unmap_all", unmap_all}})

CHECK_SCENARIO(pair_unmap_all__protect, .about = "unmap_all against protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"protect", protect}})

CHECK_SCENARIO(pair_unmap_all__mark, .about = "unmap_all against mark",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"mark", mark}})

CHECK_SCENARIO(pair_unmap_all__move, .about = "unmap_all against move",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"move", move}})

CHECK_SCENARIO(pair_unmap_all__clone, .about = "unmap_all against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"clone", clone}})

CHECK_SCENARIO(pair_unmap_all__harvest, .about = "unmap_all against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"harvest", harvest}})

CHECK_SCENARIO(pair_unmap_all__reclaim, .about = "unmap_all against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_unmap_all__collapse, .about = "unmap_all against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"collapse", collapse}})

CHECK_SCENARIO(pair_unmap_all__collapse_copy,
	       .about = "unmap_all against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all},
			   {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_unmap_all__retract, .about = "unmap_all against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"retract", retract}})

CHECK_SCENARIO(pair_unmap_all__split, .about = "unmap_all against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"split", split}})

CHECK_SCENARIO(pair_unmap_all__gather, .about = "unmap_all against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"unmap_all", unmap_all}, {"gather", gather}})

CHECK_SCENARIO(pair_protect__protect, .about = "protect against protect",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"protect", protect}})

CHECK_SCENARIO(pair_protect__mark, .about = "protect against mark",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"mark", mark}})

CHECK_SCENARIO(pair_protect__move, .about = "protect against move",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"move", move}})

CHECK_SCENARIO(pair_protect__clone, .about = "protect against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"clone", clone}})

CHECK_SCENARIO(pair_protect__harvest, .about = "protect against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"harvest", harvest}})

CHECK_SCENARIO(pair_protect__reclaim, .about = "protect against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_protect__collapse, .about = "protect against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"collapse", collapse}})

CHECK_SCENARIO(pair_protect__collapse_copy,
	       .about = "protect against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect},
			   {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_protect__retract, .about = "protect against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"retract", retract}})

CHECK_SCENARIO(pair_protect__split, .about = "protect against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"protect", protect}, {"split", split}})

CHECK_SCENARIO(pair_protect__gather, .about = "protect against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"protect", protect}, {"gather", gather}})

CHECK_SCENARIO(pair_mark__mark, .about = "mark against mark",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"mark", mark}})

CHECK_SCENARIO(pair_mark__move, .about = "mark against move",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"move", move}})

CHECK_SCENARIO(pair_mark__clone, .about = "mark against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"clone", clone}})

CHECK_SCENARIO(pair_mark__harvest, .about = "mark against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"harvest", harvest}})

CHECK_SCENARIO(pair_mark__reclaim, .about = "mark against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_mark__collapse, .about = "mark against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"collapse", collapse}})

CHECK_SCENARIO(pair_mark__collapse_copy, .about = "mark against collapse_copy",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_mark__retract, .about = "mark against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"retract", retract}})

CHECK_SCENARIO(pair_mark__split, .about = "mark against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"mark", mark}, {"split", split}})

CHECK_SCENARIO(pair_mark__gather, .about = "mark against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"mark", mark}, {"gather", gather}})

CHECK_SCENARIO(pair_move__move, .about = "move against move",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"move", move}})

CHECK_SCENARIO(pair_move__clone, .about = "move against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"clone", clone}})

CHECK_SCENARIO(pair_move__harvest, .about = "move against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"harvest", harvest}})

CHECK_SCENARIO(pair_move__reclaim, .about = "move against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_move__collapse, .about = "move against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"collapse", collapse}})

CHECK_SCENARIO(pair_move__collapse_copy, .about = "move against collapse_copy",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_move__retract, .about = "move against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"retract", retract}})

CHECK_SCENARIO(pair_move__split, .about = "move against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"move", move}, {"split", split}})

CHECK_SCENARIO(pair_move__gather, .about = "move against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"move", move}, {"gather", gather}})

CHECK_SCENARIO(pair_clone__clone, .about = "clone against clone",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"clone", clone}})

CHECK_SCENARIO(pair_clone__harvest, .about = "clone against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"harvest", harvest}})

CHECK_SCENARIO(pair_clone__reclaim, .about = "clone against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_clone__collapse, .about = "clone against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"collapse", collapse}})

CHECK_SCENARIO(pair_clone__collapse_copy,
	       .about = "clone against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_clone__retract, .about = "clone against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"retract", retract}})

CHECK_SCENARIO(pair_clone__split, .about = "clone against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"clone", clone}, {"split", split}})

CHECK_SCENARIO(pair_clone__gather, .about = "clone against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"clone", clone}, {"gather", gather}})

CHECK_SCENARIO(pair_harvest__harvest, .about = "harvest against harvest",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"harvest", harvest}})

CHECK_SCENARIO(pair_harvest__reclaim, .about = "harvest against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_harvest__collapse, .about = "harvest against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"collapse", collapse}})

CHECK_SCENARIO(pair_harvest__collapse_copy,
	       .about = "harvest against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest},
			   {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_harvest__retract, .about = "harvest against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"retract", retract}})

CHECK_SCENARIO(pair_harvest__split, .about = "harvest against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"split", split}})

CHECK_SCENARIO(pair_harvest__gather, .about = "harvest against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"harvest", harvest}, {"gather", gather}})

CHECK_SCENARIO(pair_reclaim__reclaim, .about = "reclaim against reclaim",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"reclaim", reclaim}})

CHECK_SCENARIO(pair_reclaim__collapse, .about = "reclaim against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"collapse", collapse}})

CHECK_SCENARIO(pair_reclaim__collapse_copy,
	       .about = "reclaim against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim},
			   {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_reclaim__retract, .about = "reclaim against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"retract", retract}})

CHECK_SCENARIO(pair_reclaim__split, .about = "reclaim against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"split", split}})

CHECK_SCENARIO(pair_reclaim__gather, .about = "reclaim against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"reclaim", reclaim}, {"gather", gather}})

CHECK_SCENARIO(pair_collapse__collapse, .about = "collapse against collapse",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"collapse", collapse}})

CHECK_SCENARIO(pair_collapse__collapse_copy,
	       .about = "collapse against collapse_copy", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse},
			   {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_collapse__retract, .about = "collapse against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"retract", retract}})

CHECK_SCENARIO(pair_collapse__split, .about = "collapse against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"split", split}})

CHECK_SCENARIO(pair_collapse__gather, .about = "collapse against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse", collapse}, {"gather", gather}})

CHECK_SCENARIO(pair_collapse_copy__collapse_copy,
	       .about = "collapse_copy against collapse_copy",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"collapse_copy", collapse_copy}})

CHECK_SCENARIO(pair_collapse_copy__retract,
	       .about = "collapse_copy against retract", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"retract", retract}})

CHECK_SCENARIO(pair_collapse_copy__split,
	       .about = "collapse_copy against split", .shared = BED_SHARED,
	       .setup = setup_huge, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy}, {"split", split}})

CHECK_SCENARIO(pair_collapse_copy__gather,
	       .about = "collapse_copy against gather", .shared = BED_SHARED,
	       .setup = setup_small, .finish = bed_close,
	       .threads = {{"collapse_copy", collapse_copy},
			   {"gather", gather}})

CHECK_SCENARIO(pair_retract__retract, .about = "retract against retract",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"retract", retract}})

CHECK_SCENARIO(pair_retract__split, .about = "retract against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"retract", retract}, {"split", split}})

CHECK_SCENARIO(pair_retract__gather, .about = "retract against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"retract", retract}, {"gather", gather}})

CHECK_SCENARIO(pair_split__split, .about = "split against split",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"split", split}})

CHECK_SCENARIO(pair_split__gather, .about = "split against gather",
	       .shared = BED_SHARED, .setup = setup_huge, .finish = bed_close,
	       .threads = {{"split", split}, {"gather", gather}})

CHECK_SCENARIO(pair_gather__gather, .about = "gather against gather",
	       .shared = BED_SHARED, .setup = setup_small, .finish = bed_close,
	       .threads = {{"gather", gather}, {"gather", gather}})
