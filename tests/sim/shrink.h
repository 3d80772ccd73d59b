/* Makes a failing life small: delta debugging over its events and settings. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "life.h"

/* Leaves out whatever is not needed for the failure named `rule`. */
void shrink_life(life *life, const char *rule);

#endif
