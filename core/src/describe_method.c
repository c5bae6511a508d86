// A method, from its member string, compared with what the C compiler says of its function.
#include "describe.h"
#include "runtime.h"
#include "value.h"

typedef struct async_interface {
    const char *name;
    tri_face face;
    uint32_t arguments;
    bool has_result;
    bool has_progress;
} async_interface;

static const async_interface async_interfaces[] = {
    {"IAsyncAction", TRI_FACE_ACTION, 0, false, false},
    {"IAsyncActionWithProgress", TRI_FACE_ACTION_WITH_PROGRESS, 1, false, true},
    {"IAsyncOperation", TRI_FACE_OPERATION, 1, true, false},
    {"IAsyncOperationWithProgress", TRI_FACE_OPERATION_WITH_PROGRESS, 2, true, true},
};

static const char *face_name(uint32_t face)
{
    return face >= TRI_FACE_ACTION && face <= TRI_FACE_OPERATION_WITH_PROGRESS
               ? async_interfaces[face - TRI_FACE_ACTION].name
               : "synchronous";
}

static const async_interface *find_async_interface(const char *name)
{
    static const char space[] = "Windows.Foundation.";
    if (strncmp(name, space, sizeof space - 1) == 0) {
        name += sizeof space - 1;
    }
    for (size_t i = 0; i < sizeof async_interfaces / sizeof async_interfaces[0]; i++) {
        if (strcmp(async_interfaces[i].name, name) == 0) {
            return &async_interfaces[i];
        }
    }
    return NULL;
}

static bool ends_with_async(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, "Async") == 0;
}

HRESULT tri__describe_return(tri__describe *describe, const tri__midl_member *tree, tri_method *method)
{
    const tri__midl_type *type = tree->type;
    const async_interface *found = find_async_interface(type->name);
    method->result = method->progress = tri_type_builtin(TRI_KIND_VOID);
    method->face = TRI_FACE_SYNC;
    if (!found) {
        // A coroutine type of another language is the usual slip.
        if (ends_with_async(tree->name) || strcmp(type->name, "Task") == 0 ||
            strcmp(type->name, "Promise") == 0 || strcmp(type->name, "Future") == 0) {
            return tri__midl_error(tree->source, type->position,
                                   "'%s' is asynchronous: expected IAsyncAction, IAsyncActionWithProgress<P>, "
                                   "IAsyncOperation<R> or IAsyncOperationWithProgress<R, P>, got '%s'",
                                   tree->name, type->name);
        }
        return tri__describe_resolve(describe, tree, type, true, &method->result);
    }
    if (type->argument_count != found->arguments || type->is_array) {
        return tri__midl_error(tree->source, type->position, "expected %s with %u type argument%s, got %u%s",
                               found->name, found->arguments, found->arguments == 1 ? "" : "s",
                               type->argument_count, type->is_array ? " and '[]'" : "");
    }
    method->face = found->face;
    const tri__midl_type *argument = type->arguments;
    HRESULT hr = TRI_S_OK;
    if (found->has_result) {
        hr = tri__describe_resolve(describe, tree, argument, false, &method->result);
        argument = argument->next;
    }
    if (TRI_SUCCEEDED(hr) && found->has_progress) {
        hr = tri__describe_resolve(describe, tree, argument, false, &method->progress);
    }
    return hr;
}

static HRESULT compare_type(tri__describe *describe, const tri_type *type, const char *c_name,
                            uint32_t size, const char *function, const char *what)
{
    const tri_type *c_type = NULL;
    HRESULT hr = tri__describe_find_c(describe, c_name ? c_name : "", &c_type);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    if (c_type != type) {
        return tri_error_set(TRI_E_INVALID_DATA, "%s is '%s' but the C function '%s' has '%s'", what,
                             type->name, function, c_type ? c_type->name : c_name ? c_name : "");
    }
    if (size != type->size) {
        return tri_error_set(TRI_E_INVALID_DATA, "%s is '%s' of %u bytes but the C function '%s' has %u",
                             what, type->name, type->size, function, size);
    }
    return TRI_S_OK;
}

static HRESULT compare_face(tri__describe *describe, const tri_method *method, const tri_shape *shape)
{
    if (shape->face != (uint32_t)method->face) {
        return tri_error_set(TRI_E_INVALID_DATA, "returns '%s' but the C function '%s' is '%s'",
                             method->face == TRI_FACE_SYNC ? method->result->name : face_name(method->face),
                             shape->name, face_name(shape->face));
    }
    if (method->face == TRI_FACE_SYNC ? !shape->call : !shape->start) {
        return tri_error_set(TRI_E_INVALID_DATA, "the C function '%s' is NULL", shape->name);
    }
    HRESULT hr = compare_type(describe, method->result, shape->result, shape->result_size, shape->name,
                              "the result");
    if (TRI_SUCCEEDED(hr)) {
        hr = compare_type(describe, method->progress, shape->progress, shape->progress_size, shape->name,
                          "the progress");
    }
    return hr;
}

// One parameter with the field of the C struct at its place.
static HRESULT compare_param(tri__describe *describe, const tri_param *param, uint32_t index,
                             const tri_layout *layout)
{
    const tri_field *field = &layout->fields[index];
    const tri_type *c_type = NULL;
    const char *c_name = field->type ? field->type : "";
    HRESULT hr = tri__describe_find_c(describe, c_name, &c_type);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    if (c_type != param->type || !field->name || strcmp(field->name, param->name) != 0) {
        return tri_error_set(TRI_E_INVALID_DATA,
                             "parameter %u is '%s %s' but the C struct '%s' has '%s %s'", index + 1,
                             param->type->name, param->name, layout->name, c_type ? c_type->name : c_name,
                             field->name ? field->name : "");
    }
    uint32_t after = index ? layout->fields[index - 1].offset + layout->fields[index - 1].size : 0;
    if (field->size != param->type->size || field->offset < after || field->offset > layout->size ||
        layout->size - field->offset < field->size) {
        return tri_error_set(TRI_E_INVALID_DATA,
                             "parameter %u is '%s %s' of %u bytes but the C struct '%s' of %u bytes has "
                             "%u bytes at %u",
                             index + 1, param->type->name, param->name, param->type->size, layout->name,
                             layout->size, field->size, field->offset);
    }
    if (field->offset % tri__type_alignment(param->type) != 0) {
        return tri_error_set(TRI_E_INVALID_DATA,
                             "parameter %u is '%s %s' but the C struct '%s' has it unaligned at %u", index + 1,
                             param->type->name, param->name, layout->name, field->offset);
    }
    return TRI_S_OK;
}

static HRESULT compare_count(const tri_method *method, const tri_layout *layout)
{
    uint32_t count = method->param_count;
    if (count > layout->count) {
        const tri_param *param = &method->params[layout->count];
        return tri_error_set(TRI_E_INVALID_DATA,
                             "parameter %u is '%s %s' but the C struct '%s' has only %u", layout->count + 1,
                             param->type->name, param->name, layout->name, layout->count);
    }
    if (count < layout->count) {
        const tri_field *field = &layout->fields[count];
        return tri_error_set(TRI_E_INVALID_DATA,
                             "it has %u parameter%s but the C struct '%s' has '%s %s' too", count,
                             count == 1 ? "" : "s", layout->name, field->type ? field->type : "",
                             field->name ? field->name : "");
    }
    return TRI_S_OK;
}

static HRESULT describe_param(tri__describe *describe, const tri__midl_member *tree,
                              const tri__midl_param *from, tri_method *method, tri_param *param)
{
    HRESULT hr = tri__describe_resolve(describe, tree, from->type, false, &param->type);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    param->name = tri__arena_text(describe->arena, from->name, strlen(from->name));
    if (!param->name) {
        return TRI_E_OUTOFMEMORY;
    }
    for (const tri__midl_param *before = tree->params; before != from; before = before->next) {
        if (tri__name_clashes(before->name, from->name)) {
            return tri__midl_error(tree->source, from->position,
                                   "expected a name that differs from '%s' in a script too, got '%s'",
                                   before->name, from->name);
        }
    }
    if (from->value) {
        param->optional = true;
        return tri__describe_default(describe, tree, from->value, param->type, &param->default_value);
    }
    if (method->required_count != method->param_count) {
        return tri__midl_error(tree->source, from->position,
                               "expected a default for '%s', because the parameter before it has one",
                               from->name);
    }
    method->required_count++;
    return TRI_S_OK;
}

static HRESULT describe_params(tri__describe *describe, const tri__midl_member *tree,
                               const tri_shape *shape, tri__method *method)
{
    const tri_layout *layout = shape->args;
    tri_param *params = tri__arena_alloc(describe->arena, sizeof *params * (tree->param_count + 1u));
    if (!params) {
        return TRI_E_OUTOFMEMORY;
    }
    method->pub.params = params;
    method->pub.args_size = layout->size;
    method->args_plain = true;
    for (const tri__midl_param *from = tree->params; from; from = from->next) {
        uint32_t index = method->pub.param_count;
        HRESULT hr = describe_param(describe, tree, from, &method->pub, &params[index]);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        method->pub.param_count++;
        method->args_plain = method->args_plain && params[index].type->plain;
    }
    for (uint32_t i = 0; i < method->pub.param_count && i < layout->count; i++) {
        HRESULT hr = compare_param(describe, &params[i], i, layout);
        if (TRI_FAILED(hr)) {
            return hr;
        }
        params[i].offset = layout->fields[i].offset;
    }
    return compare_count(&method->pub, layout);
}

static HRESULT describe_shape(const tri_member_def *member, tri__method *method,
                              tri_shape *shape)
{
    if (!member->shape) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected the shape of a C function, got NULL");
    }
    HRESULT hr = tri__describe_copy(shape, sizeof *shape,
                                    offsetof(tri_shape, call) + sizeof shape->call, member->shape,
                                    "tri_shape");
    if (TRI_FAILED(hr)) {
        return hr;
    }
    if (!shape->name || !shape->args || !shape->args->name || !shape->args->size ||
        (shape->args->count && !shape->args->fields)) {
        return tri_error_set(TRI_E_INVALID_DATA, "the shape of the C function '%s' is incomplete",
                             shape->name ? shape->name : "");
    }
    if (shape->args->size > TRI__LAYOUT_MAX) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected at most %u bytes in the C struct '%s', got %u",
                             TRI__LAYOUT_MAX, shape->args->name, shape->args->size);
    }
    if (member->options & ~(uint32_t)(TRI_INLINE | TRI_BLOCKING)) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected options that ABI %u knows, got 0x%x",
                             TRI_ABI_VERSION, member->options);
    }
    method->shape = shape;
    method->options = member->options;
    return tri__describe_text(member->doc, "doc of a member", &method->pub.doc);
}

HRESULT tri__describe_method(tri__describe *describe, const tri_member_def *member, tri__method *method)
{
    tri__midl_member *tree = NULL;
    if (!member->signature) {
        return tri_error_set(TRI_E_INVALID_DATA, "expected a member in MIDL 3.0, got NULL");
    }
    HRESULT hr = tri__midl_parse(describe->scratch, member->signature, &tree);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    tri_shape *shape = tri__arena_alloc(describe->arena, sizeof *shape);
    method->pub.name = tri__arena_text(describe->arena, tree->name, strlen(tree->name));
    method->pub.signature = member->signature;
    if (!shape || !method->pub.name) {
        return TRI_E_OUTOFMEMORY;
    }
    hr = tri__describe_return(describe, tree, &method->pub);
    if (TRI_SUCCEEDED(hr)) {
        hr = describe_shape(member, method, shape);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = compare_face(describe, &method->pub, shape);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = describe_params(describe, tree, shape, method);
    }
    return hr;
}
