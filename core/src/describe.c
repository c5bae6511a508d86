// A component from its definition: header, types, members, short names.
#include "describe.h"
#include "value.h"

HRESULT tri__describe_copy(void *to, size_t size, size_t first_size, const void *from, const char *what)
{
    uint32_t given;
    memcpy(&given, from, sizeof given);
    if (given < first_size) {
        return tri_error_set(TRI_E_INVALID_DATA, "%s: expected a size of at least %zu bytes, got %u", what,
                             first_size, given);
    }
    memset(to, 0, size);
    memcpy(to, from, given < size ? given : size);
    return TRI_S_OK;
}

bool tri__describe_is_name(const char *text, bool dots)
{
    size_t length = 0;
    if (!text) {
        return false;
    }
    for (size_t i = 0;; i++, length++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool digit = c >= '0' && c <= '9';
        if (!c || (c == '.' && dots)) {
            if (!length || length > TRI__NAME_MAX) {
                return false;
            }
            if (!c) {
                return true;
            }
            length = (size_t)-1; // the loop adds one
        } else if (!letter && !(digit && length)) {
            return false;
        }
    }
}

HRESULT tri__describe_text(const char *text, const char *what, const char **out)
{
    *out = text ? text : "";
    size_t valid = tri__utf8_valid(*out, strlen(*out));
    if ((*out)[valid]) {
        tri__utf8_error(*out, valid);
        tri_error_prefix("%s: ", what);
        return TRI_E_INVALID_UTF8;
    }
    return TRI_S_OK;
}

static bool is_async_name(const tri_method *method, size_t *stem)
{
    *stem = strlen(method->name);
    if (method->face == TRI_FACE_SYNC || *stem <= 5 ||
        strcmp(method->name + *stem - 5, "Async") != 0) {
        return false;
    }
    *stem -= 5;
    return true;
}

// "HashFileAsync" is called HashFile. A synchronous method of that very name is called HashFileSync then.
static HRESULT describe_short_name(tri__describe *describe, tri__method *methods, uint32_t count,
                                   tri_method *method)
{
    size_t stem, sibling_stem;
    if (is_async_name(method, &stem)) {
        method->short_name = tri__arena_text(describe->arena, method->name, stem);
        return method->short_name ? TRI_S_OK : TRI_E_OUTOFMEMORY;
    }
    method->short_name = method->name;
    for (uint32_t i = 0; i < count; i++) {
        const tri_method *sibling = &methods[i].pub;
        if (method->face == TRI_FACE_SYNC && is_async_name(sibling, &sibling_stem) &&
            stem == sibling_stem && memcmp(method->name, sibling->name, stem) == 0) {
            char *name = tri__arena_alloc(describe->arena, stem + 5);
            if (!name) {
                return TRI_E_OUTOFMEMORY;
            }
            sprintf(name, "%sSync", method->name);
            method->short_name = name;
            break;
        }
    }
    return TRI_S_OK;
}

// Two methods must be two in every language.
static HRESULT describe_names(tri__describe *describe, tri__method *methods, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        HRESULT hr = describe_short_name(describe, methods, count, &methods[i].pub);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        char name[TRI__NAME_ROOM];
        size_t length = tri_name_project(TRI_NAME_SNAKE, methods[i].pub.short_name, name, sizeof name);
        for (uint32_t k = 0; k < i; k++) {
            if (tri__name_is(TRI_NAME_SNAKE, methods[k].pub.short_name, name, length)) {
                return tri_error_set(TRI_E_INVALID_DATA, "members '%s' and '%s' would both be called '%s'",
                                     methods[k].pub.name, methods[i].pub.name, name);
            }
        }
    }
    return TRI_S_OK;
}

static HRESULT describe_member(tri__describe *describe, const tri__component *component, uint32_t index,
                               tri__method *method)
{
    const tri_component_def *def = describe->def;
    const char *row = (const char *)def->members + (size_t)index * def->member_stride;
    size_t first_size = offsetof(tri_member_def, doc) + sizeof(const char *);
    tri_member_def member = {0};
    HRESULT hr = tri__describe_copy(&member, sizeof member, first_size, row, "tri_member_def");
    if (TRI_SUCCEEDED(hr) && member.size > def->member_stride) {
        hr = tri_error_set(TRI_E_INVALID_DATA, "expected a size of at most the stride %u, got %u",
                           def->member_stride, member.size);
    }
    if (TRI_SUCCEEDED(hr)) {
        method->pub.component = &component->pub;
        hr = tri__describe_method(describe, &member, method);
    }
    if (TRI_FAILED(hr) && hr != TRI_E_OUTOFMEMORY) {
        if (method->pub.name) {
            tri_error_prefix("member '%s': ", method->pub.name);
        } else {
            tri_error_prefix("member %u: ", index + 1);
        }
    }
    return hr;
}

static HRESULT describe_members(tri__describe *describe, tri__component *component)
{
    const tri_component_def *def = describe->def;
    size_t first_size = offsetof(tri_member_def, doc) + sizeof(const char *);
    if (!def->members || !def->member_count) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected a member, got none");
    }
    if (def->member_stride < first_size) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected a member_stride of at least %zu, got %u",
                             first_size, def->member_stride);
    }
    tri__method *methods = tri__arena_alloc(describe->arena, sizeof *methods * (size_t)def->member_count);
    const tri_method **pointers =
        tri__arena_alloc(describe->arena, sizeof *pointers * (size_t)def->member_count);
    if (!methods || !pointers) {
        return TRI_E_OUTOFMEMORY;
    }
    for (uint32_t i = 0; i < def->member_count; i++) {
        HRESULT hr = describe_member(describe, component, i, &methods[i]);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        pointers[i] = &methods[i].pub;
    }
    component->pub.methods = pointers;
    component->pub.method_count = def->member_count;
    return describe_names(describe, methods, def->member_count);
}

HRESULT tri__describe_component(tri__describe *describe, tri__component *component)
{
    const tri_component_def *def = describe->def;
    if (!tri__describe_is_name(def->name_space, true)) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected a namespace such as Contoso.Imaging, got '%s'",
                             def->name_space ? def->name_space : "");
    }
    component->def = def;
    component->pub.name_space = def->name_space;
    HRESULT hr = tri__describe_text(def->version, "version", &component->pub.version);
    if (TRI_SUCCEEDED(hr)) {
        hr = tri__describe_text(def->doc, "doc", &component->pub.doc);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = tri__describe_types(describe);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = describe_members(describe, component);
    }
    if (TRI_FAILED(hr)) {
        return hr;
    }
    const tri_type **types =
        tri__arena_alloc(describe->arena, sizeof *types * ((size_t)describe->type_count + 1));
    if (!types) {
        return TRI_E_OUTOFMEMORY;
    }
    for (uint32_t i = 0; i < describe->type_count; i++) {
        types[i] = &describe->types[i];
    }
    component->pub.types = types;
    component->pub.type_count = describe->type_count;
    return TRI_S_OK;
}
