// Rows: lines that are a case of their own.
#ifndef CONFORMANCE_ROWS_H
#define CONFORMANCE_ROWS_H

#include "text.h"

// Is it a row, and not a step?
bool rows_is(const line *l);

// Runs it: how many cases there were, and in *failed how many of them failed, which was printed.
int rows_run(const line *l, const char *path, int *failed);

#endif
