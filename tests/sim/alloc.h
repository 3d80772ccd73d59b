/* cJSON's memory in the simulator: an arena as in the module that ships, and a way to fail. */
#ifndef SIM_ALLOC_H
#define SIM_ALLOC_H

/* The next `skip` allocations work, the `count` after them fail. */
void alloc_fail(unsigned skip, unsigned count);

#endif
