// Progress reports of types that hold references.
#include "alloc.h"
#include "async.h"

#include <string.h>

tri__report *tri__report_new(const tri_type *type, void *value)
{
    tri__report *report = tri__alloc(sizeof *report + type->size);
    if (!report) {
        tri_value_clear(type, value);
        return NULL;
    }
    atomic_init(&report->refs, 1);
    report->type = type;
    memcpy(report->value, value, type->size);
    memset(value, 0, type->size);
    return report;
}

void tri__report_release(tri__report *report)
{
    if (report && atomic_fetch_sub(&report->refs, 1) == 1) {
        tri_value_clear(report->type, report->value);
        tri__free(report);
    }
}
