// The steps of a scenario that ask an operation, by the vtables of its interfaces, as a client of any make
// does. Each is true, or prints which expectation was not met.
#ifndef CONFORMANCE_RAW_H
#define CONFORMANCE_RAW_H

#include "stage.h"

bool raw_info(stage *s, const line *l); // status, id, error_code, cancel, close
bool raw_same_id(stage *s, const line *l);
bool raw_get_results(stage *s, const line *l);
bool raw_on_completed(stage *s, const line *l);
bool raw_completed_is(stage *s, const line *l);
bool raw_on_progress(stage *s, const line *l);
bool raw_fired(stage *s, const line *l);

#endif
