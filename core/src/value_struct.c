// The messages about a struct whose fields a script has misnamed; the same in every language.
#include "method.h"

#include <stdio.h>

// "Point (x, y)", as the language spells it; cut where there is no room.
static const char *struct_signature(const tri_type *type, tri_name_style style, char *out, size_t size)
{
    int used = snprintf(out, size, "%s (", type->name);
    for (uint32_t i = 0; i < type->field_count && used > 0 && (size_t)used < size; i++) {
        char name[TRI__NAME_ROOM];
        (void)tri_name_project(style, type->fields[i].name, name, sizeof name);
        used += snprintf(out + used, size - (size_t)used, "%s%s", i ? ", " : "", name);
    }
    if (used > 0 && (size_t)used < size) {
        (void)snprintf(out + used, size - (size_t)used, ")");
    }
    return out;
}

HRESULT tri_struct_missing(const tri_type *type, tri_name_style style, uint32_t field)
{
    char expected[256], name[TRI__NAME_ROOM];
    (void)tri_name_project(style, type->fields[field].name, name, sizeof name);
    return tri_error_set(TRI_E_TYPE_MISMATCH, "expected %s, got one without the field '%s'",
                         struct_signature(type, style, expected, sizeof expected), name);
}

HRESULT tri_struct_unexpected(const tri_type *type, tri_name_style style, const char *name)
{
    char expected[256];
    return tri_error_set(TRI_E_TYPE_MISMATCH, "expected %s, got one with the field '%s'",
                         struct_signature(type, style, expected, sizeof expected), name);
}
