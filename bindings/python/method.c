// Methods of components, as functions. Which arguments are right, and what is said about wrong ones, is core's.
#include "method.h"

#include "async.h"
#include "error.h"
#include "type.h"
#include "value.h"

#include <stddef.h>

typedef struct method_object {
    PyObject_HEAD vectorcallfunc vectorcall;
    const tri_method *method; // lives for ever; immutable, as all but `signature`
    PyObject *name;           // "hash_file"
    PyObject *module_name;
    PyObject *parameters; // tuple of interned names
    PyObject *signature;  // made when it is first asked for; guarded by the GIL, or the object's critical section
    PyObject *weak;
} method_object;

static Py_ssize_t find_parameter(method_object *self, PyObject *name)
{
    Py_ssize_t count = PyTuple_GET_SIZE(self->parameters);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyTuple_GET_ITEM(self->parameters, i) == name) {
            return i;
        }
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyUnicode_Compare(PyTuple_GET_ITEM(self->parameters, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

static HRESULT store(method_object *self, Py_ssize_t index, PyObject *value, char *block)
{
    const tri_param *param = &self->method->params[index];
    HRESULT hr = value_from_python(module_of(self), param->type, value, block + param->offset);
    if (TRI_FAILED(hr) && !PyErr_Occurred()) {
        (void)tri_method_blame(self->method, TRI_NAME_SNAKE, (uint32_t)index);
    }
    return hr;
}

static HRESULT store_named(method_object *self, PyObject *const *values, PyObject *names, size_t positional,
                           char *block)
{
    const tri_method *method = self->method;
    uint64_t given = (UINT64_C(1) << positional) - 1; // a method has 16 parameters at most
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        Py_ssize_t index = find_parameter(self, name);
        const char *text = PyUnicode_AsUTF8(name);
        if (!text) {
            return ERROR_RAISED;
        }
        if (index < 0) {
            return tri_method_unexpected(method, TRI_NAME_SNAKE, text);
        }
        if (given & (UINT64_C(1) << index)) {
            return tri_error_set(TRI_E_BAD_PARAM_COUNT, "%s() got multiple values for argument '%s'",
                                 PyUnicode_AsUTF8(self->name), text);
        }
        given |= UINT64_C(1) << index;
        HRESULT hr = store(self, index, values[i], block);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    for (uint32_t i = 0; i < method->param_count; i++) {
        if (!method->params[i].optional && !(given & (UINT64_C(1) << i))) {
            return tri_method_missing(method, TRI_NAME_SNAKE, i);
        }
    }
    return TRI_S_OK;
}

static HRESULT store_all(method_object *self, PyObject *const *values, size_t positional, PyObject *names, char *block)
{
    const tri_method *method = self->method;
    if (positional > method->param_count || (!names && positional < method->required_count)) {
        return tri_method_check_count(method, TRI_NAME_SNAKE, positional);
    }
    for (size_t i = 0; i < positional; i++) {
        HRESULT hr = store(self, (Py_ssize_t)i, values[i], block);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    return names ? store_named(self, values + positional, names, positional, block) : TRI_S_OK;
}

static PyObject *call_async(PyObject *callable, PyObject *const *values, size_t flags, PyObject *names)
{
    method_object *self = (method_object *)callable;
    module_state *state = module_of(self);
    tri_async *op = NULL;
    void *block = NULL;
    HRESULT hr = tri_method_prepare(self->method, &op, &block);
    if (TRI_FAILED(hr)) {
        return error_raise_blocking(state, hr);
    }
    hr = store_all(self, values, (size_t)PyVectorcall_NARGS(flags), names, block);
    if (TRI_SUCCEEDED(hr)) {
        hr = tri_async_start(op);
    }
    if (TRI_FAILED(hr)) {
        PyObject *raised = error_raise_blocking(state, hr);
        tri_async_release(op);
        return raised;
    }
    return operation_new(state, op, self->name);
}

static PyObject *call_with_blocks(method_object *self, PyObject *const *values, size_t flags, PyObject *names,
                                  void *block, void *result)
{
    const tri_method *method = self->method;
    module_state *state = module_of(self);
    HRESULT hr = tri_method_args_init(method, block);
    if (TRI_FAILED(hr)) {
        return error_raise_blocking(state, hr);
    }
    hr = store_all(self, values, (size_t)PyVectorcall_NARGS(flags), names, block);
    if (TRI_SUCCEEDED(hr)) {
        Py_BEGIN_ALLOW_THREADS hr = tri_method_call(method, block, result);
        Py_END_ALLOW_THREADS
    }
    PyObject *object;
    if (TRI_FAILED(hr)) {
        object = error_raise_blocking(state, hr);
    } else {
        object = value_to_python(state, method->result, result);
        tri_value_clear(method->result, result);
    }
    tri_method_args_clear(method, block);
    return object;
}

static PyObject *call_sync(PyObject *callable, PyObject *const *values, size_t flags, PyObject *names)
{
    method_object *self = (method_object *)callable;
    size_t align = sizeof(max_align_t);
    size_t args_room = (self->method->args_size + align - 1) / align * align;
    size_t size = args_room + self->method->result->size;
    union {
        max_align_t align;
        char bytes[512];
    } room;
    char *memory = size <= sizeof room ? room.bytes : PyMem_Malloc(size);
    if (!memory) {
        return PyErr_NoMemory();
    }
    memset(memory, 0, size);
    PyObject *object = call_with_blocks(self, values, flags, names, memory, memory + args_room);
    if (memory != room.bytes) {
        PyMem_Free(memory);
    }
    return object;
}

PyObject *method_new(module_state *state, const tri_method *method, PyObject *module)
{
    method_object *self = (method_object *)state->method_type->tp_alloc(state->method_type, 0);
    if (!self) {
        return NULL;
    }
    self->vectorcall = method->face == TRI_FACE_SYNC ? call_sync : call_async;
    self->method = method;
    self->module_name = Py_NewRef(module);
    self->name = module_name(TRI_NAME_SNAKE, method->short_name);
    self->parameters = PyTuple_New(method->param_count);
    bool made = self->name && self->parameters;
    for (uint32_t i = 0; made && i < method->param_count; i++) {
        PyObject *name = module_name(TRI_NAME_SNAKE, method->params[i].name);
        made = name != NULL;
        PyTuple_SET_ITEM(self->parameters, i, name);
    }
    if (!made) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

// ---- what inspect and help() see

// Operation[result, progress], or the result's own type.
static PyObject *return_annotation(module_state *state, const tri_method *method)
{
    PyObject *result = type_annotation(state, method->result);
    if (!result || method->face == TRI_FACE_SYNC) {
        return result;
    }
    PyObject *key;
    if (method->face == TRI_FACE_ACTION || method->face == TRI_FACE_OPERATION) {
        key = Py_NewRef(result);
    } else {
        PyObject *progress = type_annotation(state, method->progress);
        key = progress ? PyTuple_Pack(2, result, progress) : NULL;
        Py_XDECREF(progress);
    }
    Py_DECREF(result);
    PyObject *alias = key ? Py_GenericAlias((PyObject *)state->operation_type, key) : NULL;
    Py_XDECREF(key);
    return alias;
}

// (name, annotation) or (name, annotation, default) of each parameter.
static PyObject *parameter_list(method_object *self, module_state *state)
{
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list && i < self->method->param_count; i++) {
        const tri_param *param = &self->method->params[i];
        PyObject *annotation = type_annotation(state, param->type);
        PyObject *value =
            annotation && param->optional ? value_to_python(state, param->type, param->default_value) : NULL;
        PyObject *name = PyTuple_GET_ITEM(self->parameters, i);
        PyObject *item = NULL;
        if (value) {
            item = PyTuple_Pack(3, name, annotation, value);
        } else if (annotation && !param->optional) {
            item = PyTuple_Pack(2, name, annotation);
        }
        if (!item || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
        Py_XDECREF(value);
        Py_XDECREF(annotation);
    }
    return list;
}

static PyObject *method_get_signature(PyObject *object, void *Py_UNUSED(closure))
{
    method_object *self = (method_object *)object;
    module_state *state = module_of(self);
    PyObject *signature = NULL;
    TRI_BEGIN_SECTION(object)
    if (!self->signature) {
        PyObject *list = parameter_list(self, state);
        PyObject *returned = list ? return_annotation(state, self->method) : NULL;
        self->signature = returned ? PyObject_CallFunctionObjArgs(state->make_signature, list, returned, NULL) : NULL;
        Py_XDECREF(returned);
        Py_XDECREF(list);
    }
    signature = Py_XNewRef(self->signature);
    TRI_END_SECTION()
    return signature;
}

static PyObject *method_get_text_signature(PyObject *object, void *closure)
{
    PyObject *signature = method_get_signature(object, closure);
    PyObject *text = signature ? PyObject_CallOneArg(module_of(object)->signature_text, signature) : NULL;
    Py_XDECREF(signature);
    return text;
}

static PyObject *method_get_name(PyObject *object, void *Py_UNUSED(closure))
{
    return Py_NewRef(((method_object *)object)->name);
}

static PyObject *method_get_module(PyObject *object, void *Py_UNUSED(closure))
{
    return Py_NewRef(((method_object *)object)->module_name);
}

// The author's sentence, and the member as the author wrote it.
static PyObject *method_get_doc(PyObject *object, void *Py_UNUSED(closure))
{
    const tri_method *method = ((method_object *)object)->method;
    return PyUnicode_FromFormat("%s%s%s", method->doc, *method->doc ? "\n\n" : "", method->signature);
}

static PyObject *method_repr(PyObject *object)
{
    method_object *self = (method_object *)object;
    return PyUnicode_FromFormat("<function %U of %U>", self->name, self->module_name);
}

static PyObject *method_reduce(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    return Py_NewRef(((method_object *)object)->name); // by name, as a function of its module
}

// As an attribute of a class it is not bound, like a built-in function.
static PyObject *method_descr_get(PyObject *self, PyObject *Py_UNUSED(object), PyObject *Py_UNUSED(type))
{
    return Py_NewRef(self);
}

static int method_traverse(PyObject *object, visitproc visit, void *arg)
{
    method_object *self = (method_object *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->parameters);
    Py_VISIT(self->signature);
    return 0;
}

static int method_clear(PyObject *object)
{
    Py_CLEAR(((method_object *)object)->signature);
    return 0;
}

static void method_dealloc(PyObject *object)
{
    method_object *self = (method_object *)object;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weak) {
        PyObject_ClearWeakRefs(object);
    }
    Py_CLEAR(self->signature);
    Py_CLEAR(self->parameters);
    Py_CLEAR(self->name);
    Py_CLEAR(self->module_name);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef method_methods[] = {
    {"__reduce__", method_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef method_getset[] = {
    {"__name__", method_get_name, NULL, NULL, NULL},
    {"__qualname__", method_get_name, NULL, NULL, NULL},
    {"__module__", method_get_module, NULL, NULL, NULL},
    {"__doc__", method_get_doc, NULL, NULL, NULL},
    {"__signature__", method_get_signature, NULL, NULL, NULL},
    {"__text_signature__", method_get_text_signature, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef method_members[] = {
    {"__vectorcalloffset__", Py_T_PYSSIZET, offsetof(method_object, vectorcall), Py_READONLY, NULL},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(method_object, weak), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot method_slots[] = {
    {Py_tp_traverse, method_traverse}, {Py_tp_clear, method_clear},
    {Py_tp_dealloc, method_dealloc},   {Py_tp_repr, method_repr},
    {Py_tp_call, PyVectorcall_Call},   {Py_tp_descr_get, method_descr_get},
    {Py_tp_methods, method_methods},   {Py_tp_getset, method_getset},
    {Py_tp_members, method_members},   {0, NULL},
};

PyType_Spec method_spec = {
    .name = "trivium._native.Method",
    .basicsize = sizeof(method_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = method_slots,
};
