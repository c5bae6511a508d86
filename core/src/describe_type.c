// The types of a component: enums and structs as its macros describe them, and arrays of them.
#include "describe.h"
#include "value.h"

struct describe_array {
    tri_type type; // first
    struct describe_array *next;
};

const tri_type *tri__describe_find(const tri__describe *describe, const char *name, size_t length)
{
    for (uint32_t i = 0; i < describe->type_count; i++) {
        const tri_type *type = &describe->types[i];
        if ((strlen(type->name) == length && memcmp(type->name, name, length) == 0) ||
            (strlen(type->full_name) == length && memcmp(type->full_name, name, length) == 0)) {
            return type;
        }
    }
    return tri__type_find(name, length);
}

HRESULT tri__describe_array(tri__describe *describe, const tri_type *element, const tri_type **out)
{
    *out = NULL;
    if (element->kind < TRI_KIND_ENUM) {
        *out = tri__type_array(element->kind);
        return TRI_S_OK;
    }
    if (element->kind == TRI_KIND_ARRAY) {
        return TRI_S_OK;
    }
    for (const struct describe_array *a = describe->arrays; a; a = a->next) {
        if (a->type.element == element) {
            *out = &a->type;
            return TRI_S_OK;
        }
    }
    struct describe_array *made = tri__arena_alloc(describe->arena, sizeof *made);
    char *name = tri__arena_alloc(describe->arena, strlen(element->name) + 3);
    char *full_name = tri__arena_alloc(describe->arena, strlen(element->full_name) + 3);
    if (!made || !name || !full_name) {
        return TRI_E_OUTOFMEMORY;
    }
    sprintf(name, "%s[]", element->name);
    sprintf(full_name, "%s[]", element->full_name);
    made->type = (tri_type){.kind = TRI_KIND_ARRAY,
                            .size = sizeof(tri__array),
                            .name = name,
                            .full_name = full_name,
                            .doc = "",
                            .element = element,
                            .invoke = tri__invoke_pointer};
    made->next = describe->arrays;
    describe->arrays = made;
    *out = &made->type;
    return TRI_S_OK;
}

HRESULT tri__describe_find_c(tri__describe *describe, const char *name, const tri_type **out)
{
    size_t length = strlen(name);
    *out = tri__describe_find(describe, name, length);
    if (!*out && length > 5 && strcmp(name + length - 5, "Array") == 0) {
        const tri_type *element = tri__describe_find(describe, name, length - 5);
        return element ? tri__describe_array(describe, element, out) : TRI_S_OK;
    }
    return TRI_S_OK;
}

HRESULT tri__describe_resolve(tri__describe *describe, const tri__midl_member *member,
                              const tri__midl_type *tree, bool may_be_void, const tri_type **out)
{
    const tri_type *type = tri__describe_find(describe, tree->name, strlen(tree->name));
    if (!type) {
        return tri__midl_error(member->source, tree->position,
                               "expected a type, got the unknown name '%s'", tree->name);
    }
    if (tree->argument_count) {
        return tri__midl_error(member->source, tree->position, "expected a type, got '%s' with '<', "
                               "which takes no type arguments", tree->name);
    }
    if (tree->is_array) {
        const tri_type *array = NULL;
        HRESULT hr = tri__describe_array(describe, type, &array);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        if (!array) {
            return tri__midl_error(member->source, tree->position, "expected a type, got '%s[]', "
                                   "which cannot be", tree->name);
        }
        type = array;
    }
    if (type->kind == TRI_KIND_VOID && !may_be_void) {
        return tri__midl_error(member->source, tree->position, "expected a type that has a value, got '%s'",
                               tree->name);
    }
    *out = type;
    return TRI_S_OK;
}

static HRESULT type_of_enum(tri__describe *describe, const tri_type_def *def, tri_type *type)
{
    if (!def->enumerators || !def->enumerator_count) {
        return tri_error_set(TRI_E_INVALID_DATA, "enum '%s': expected an enumerator, got none", def->name);
    }
    tri_enumerator *copy =
        tri__arena_alloc(describe->arena, sizeof *copy * (size_t)def->enumerator_count);
    if (!copy) {
        return TRI_E_OUTOFMEMORY;
    }
    for (uint32_t i = 0; i < def->enumerator_count; i++) {
        copy[i] = def->enumerators[i];
        if (!tri__describe_is_name(copy[i].name, false)) {
            return tri_error_set(TRI_E_INVALID_DATA, "enum '%s': enumerator %u: expected a name, got '%s'",
                                 def->name, i + 1, copy[i].name ? copy[i].name : "");
        }
        for (uint32_t k = 0; k < i; k++) {
            if (tri__name_clashes(copy[k].name, copy[i].name)) {
                return tri_error_set(TRI_E_INVALID_DATA, "enum '%s': enumerators '%s' and '%s' would have the "
                                     "same name in a script", def->name, copy[k].name, copy[i].name);
            }
        }
    }
    type->kind = TRI_KIND_ENUM;
    type->size = sizeof(int32_t);
    type->plain = true;
    type->enumerators = copy;
    type->enumerator_count = def->enumerator_count;
    type->invoke = tri__invoke_enum;
    return TRI_S_OK;
}

// The part of a struct that needs no other type.
static HRESULT type_of_struct(const tri_type_def *def, tri_type *type)
{
    if (!def->layout || !def->layout->count || !def->layout->fields) {
        return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': expected a field, got none", def->name);
    }
    if (!def->invoke) {
        return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': expected a function 'invoke', got NULL",
                             def->name);
    }
    if (def->layout->size > TRI__LAYOUT_MAX) {
        return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': expected at most %u bytes, got %u", def->name,
                             TRI__LAYOUT_MAX, def->layout->size);
    }
    type->kind = TRI_KIND_STRUCT;
    type->size = def->layout->size;
    type->invoke = def->invoke;
    return TRI_S_OK;
}

static HRESULT type_begin(tri__describe *describe, const tri_type_def *def, tri_type *type)
{
    if (!tri__describe_is_name(def->name, false)) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected the name of a type, got '%s'",
                             def->name ? def->name : "");
    }
    if (tri__describe_find(describe, def->name, strlen(def->name))) {
        return tri_error_set(TRI_E_INVALID_DATA, "two types are '%s'", def->name);
    }
    size_t space = strlen(describe->def->name_space);
    char *full_name = tri__arena_alloc(describe->arena, space + strlen(def->name) + 2);
    if (!full_name) {
        return TRI_E_OUTOFMEMORY;
    }
    sprintf(full_name, "%s.%s", describe->def->name_space, def->name);
    HRESULT hr = tri__describe_text(def->doc, "doc of a type", &type->doc);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    type->full_name = full_name;
    type->name = full_name + space + 1;
    switch (def->kind) {
    case TRI_TYPE_DEF_ENUM:
        return type_of_enum(describe, def, type);
    case TRI_TYPE_DEF_STRUCT:
        return type_of_struct(def, type);
    default:
        return tri_error_set(TRI_E_INVALID_DATA, "type '%s': expected an enum or a struct, got kind %u",
                             def->name, def->kind);
    }
}

// One field of a struct. *ready is false while the type of the field is itself unfinished.
static HRESULT type_field(tri__describe *describe, const tri_type *owner, const tri_layout *layout,
                          uint32_t index, tri_type_field *field, bool *ready)
{
    const tri_field *from = &layout->fields[index];
    if (!tri__describe_is_name(from->name, false) || !from->type) {
        return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': field %u: expected a name and a type",
                             owner->name, index + 1);
    }
    HRESULT hr = tri__describe_find_c(describe, from->type, &field->type);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    if (!field->type || field->type->kind == TRI_KIND_VOID) {
        return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': field '%s' has the unknown type '%s'",
                             owner->name, from->name, from->type);
    }
    uint32_t after = index ? layout->fields[index - 1].offset + layout->fields[index - 1].size : 0;
    if (from->size != field->type->size || from->offset < after || from->offset > owner->size ||
        owner->size - from->offset < from->size) {
        return tri_error_set(TRI_E_INVALID_DATA,
                             "struct '%s': field '%s' of %u bytes at %u is no '%s' of %u bytes after %u",
                             owner->name, from->name, from->size, from->offset, field->type->name,
                             field->type->size, after);
    }
    for (uint32_t i = 0; i < index; i++) {
        if (tri__name_clashes(layout->fields[i].name, from->name)) {
            return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': fields '%s' and '%s' would have the same name "
                                 "in a script", owner->name, layout->fields[i].name, from->name);
        }
    }
    field->name = from->name;
    field->offset = from->offset;
    if (from->offset % tri__type_alignment(field->type) != 0) {
        return tri_error_set(TRI_E_INVALID_DATA, "struct '%s': field '%s' at %u is not aligned for a '%s'",
                             owner->name, from->name, from->offset, field->type->name);
    }
    *ready = *ready && (field->type->kind != TRI_KIND_STRUCT || field->type->fields);
    return TRI_S_OK;
}

// The fields of a struct; *done tells whether the types of all were finished.
static HRESULT type_fields(tri__describe *describe, const tri_layout *layout, tri_type *type, bool *done)
{
    tri_type_field *fields = tri__arena_alloc(describe->arena, sizeof *fields * (size_t)layout->count);
    if (!fields) {
        return TRI_E_OUTOFMEMORY;
    }
    bool ready = true, plain = true;
    for (uint32_t i = 0; i < layout->count; i++) {
        HRESULT hr = type_field(describe, type, layout, i, &fields[i], &ready);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        plain = plain && fields[i].type->plain;
    }
    if (ready) {
        type->fields = fields;
        type->field_count = layout->count;
        type->plain = plain;
        *done = true;
    }
    return TRI_S_OK;
}

HRESULT tri__describe_types(tri__describe *describe)
{
    const tri_component_def *def = describe->def;
    HRESULT hr = TRI_S_OK;
    const tri_layout **layouts = NULL;
    if (!def->types || !def->type_count) {
        return TRI_S_OK;
    }
    describe->types = tri__arena_alloc(describe->arena, sizeof(tri_type) * (size_t)def->type_count);
    layouts = tri__arena_alloc(describe->scratch, sizeof *layouts * (size_t)def->type_count);
    if (!describe->types || !layouts) {
        return TRI_E_OUTOFMEMORY;
    }
    for (uint32_t i = 0; i < def->type_count; i++) {
        tri_type_def type = {0};
        if (!def->types[i]) {
            continue; // TRI_NO_TYPES
        }
        hr = tri__describe_copy(&type, sizeof type,
                                offsetof(tri_type_def, enumerator_count) + sizeof type.enumerator_count,
                                def->types[i], "tri_type_def");
        if (TRI_SUCCEEDED(hr)) {
            hr = type_begin(describe, &type, &describe->types[describe->type_count]);
        }
        if (TRI_FAILED(hr)) {
            return hr;
        }
        layouts[describe->type_count++] = type.layout;
    }
    // A struct may contain one that stands after it: in each round those are finished whose fields are.
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t i = 0; i < describe->type_count; i++) {
            tri_type *type = &describe->types[i];
            if (type->kind == TRI_KIND_STRUCT && !type->fields) {
                hr = type_fields(describe, layouts[i], type, &moved);
                if (TRI_FAILED(hr)) {
                    return hr;
                }
            }
        }
    }
    for (uint32_t i = 0; i < describe->type_count; i++) {
        if (describe->types[i].kind == TRI_KIND_STRUCT && !describe->types[i].fields) {
            return tri_error_set(TRI_E_INVALID_DATA, "struct '%s' contains itself", describe->types[i].name);
        }
    }
    return TRI_S_OK;
}
