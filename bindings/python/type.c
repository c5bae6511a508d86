// The classes of enums and structs. They are made by trivium/_types.py, once for each type and interpreter.
#include "type.h"

#include "error.h"
#include "value.h"

// A borrowed reference, or NULL without an exception if it was not made yet.
static PyObject *class_find(module_state *state, const tri_type *type)
{
    PyObject *key = PyLong_FromVoidPtr((void *)type);
    if (!key) {
        return NULL;
    }
    PyObject *found = PyDict_GetItemWithError(state->types, key);
    Py_DECREF(key);
    return found;
}

static PyObject *enum_pairs(const tri_type *type)
{
    PyObject *pairs = PyList_New(0);
    for (uint32_t i = 0; pairs && i < type->enumerator_count; i++) {
        PyObject *name = module_name(TRI_NAME_UPPER, type->enumerators[i].name);
        PyObject *pair = name ? Py_BuildValue("(Oi)", name, type->enumerators[i].value) : NULL;
        Py_XDECREF(name);
        if (!pair || PyList_Append(pairs, pair) < 0) {
            Py_CLEAR(pairs);
        }
        Py_XDECREF(pair);
    }
    return pairs;
}

static PyObject *struct_fields(module_state *state, const tri_type *type, PyObject *module)
{
    PyObject *fields = PyList_New(0);
    for (uint32_t i = 0; fields && i < type->field_count; i++) {
        const tri_type *of = type->fields[i].type;
        PyObject *made = of->kind == TRI_KIND_ENUM || of->kind == TRI_KIND_STRUCT ? type_class(state, of, module)
                                                                                  : Py_NewRef(Py_None);
        PyObject *annotation = made ? type_annotation(state, of) : NULL;
        PyObject *name = annotation ? module_name(TRI_NAME_SNAKE, type->fields[i].name) : NULL;
        PyObject *pair = name ? PyTuple_Pack(2, name, annotation) : NULL;
        if (!pair || PyList_Append(fields, pair) < 0) {
            Py_CLEAR(fields);
        }
        Py_XDECREF(pair);
        Py_XDECREF(name);
        Py_XDECREF(annotation);
        Py_XDECREF(made);
    }
    return fields;
}

PyObject *type_class(module_state *state, const tri_type *type, PyObject *module)
{
    PyObject *made = class_find(state, type);
    if (made || PyErr_Occurred()) {
        return Py_XNewRef(made);
    }
    bool is_enum = type->kind == TRI_KIND_ENUM;
    PyObject *content = is_enum ? enum_pairs(type) : struct_fields(state, type, module);
    if (!content) {
        return NULL;
    }
    made = PyObject_CallFunction(is_enum ? state->make_enum : state->make_struct, "sOsO", type->name,
                                 module ? module : Py_None, type->doc, content);
    Py_DECREF(content);
    PyObject *key = made ? PyLong_FromVoidPtr((void *)type) : NULL;
    if (!key) {
        Py_XDECREF(made);
        return NULL;
    }
    // Another thread may have made it meanwhile; then that one is the class.
    PyObject *kept = PyDict_SetDefault(state->types, key, made);
    Py_XINCREF(kept);
    Py_DECREF(key);
    Py_DECREF(made);
    return kept;
}

PyObject *type_annotation(module_state *state, const tri_type *type)
{
    switch (type->kind) {
    case TRI_KIND_VOID:
        Py_RETURN_NONE;
    case TRI_KIND_BOOLEAN:
        return Py_NewRef((PyObject *)&PyBool_Type);
    case TRI_KIND_SINGLE:
    case TRI_KIND_DOUBLE:
        return Py_NewRef((PyObject *)&PyFloat_Type);
    case TRI_KIND_STRING:
        return Py_NewRef((PyObject *)&PyUnicode_Type);
    case TRI_KIND_BUFFER:
        return Py_NewRef((PyObject *)&PyMemoryView_Type);
    case TRI_KIND_TIMESPAN:
        return Py_NewRef(state->timedelta);
    case TRI_KIND_ENUM:
    case TRI_KIND_STRUCT:
        return type_class(state, type, NULL);
    case TRI_KIND_ARRAY: {
        if (type->element->kind == TRI_KIND_UINT8) {
            return Py_NewRef((PyObject *)&PyBytes_Type);
        }
        PyObject *element = type_annotation(state, type->element);
        PyObject *list = element ? Py_GenericAlias((PyObject *)&PyList_Type, element) : NULL;
        Py_XDECREF(element);
        return list;
    }
    default:
        return Py_NewRef((PyObject *)&PyLong_Type);
    }
}

PyObject *type_enum_to_python(module_state *state, const tri_type *type, int32_t value)
{
    PyObject *class = type_class(state, type, NULL);
    PyObject *number = class ? PyLong_FromLong(value) : NULL;
    PyObject *member = NULL;
    if (number && tri_enum_find(type, value)) {
        member = PyObject_CallOneArg(class, number);
    } else {
        member = Py_XNewRef(number); // a number that has no name
    }
    Py_XDECREF(number);
    Py_XDECREF(class);
    return member;
}

PyObject *type_struct_to_python(module_state *state, const tri_type *type, const void *value)
{
    PyObject *class = type_class(state, type, NULL);
    PyObject *object = class ? ((PyTypeObject *)class)->tp_alloc((PyTypeObject *)class, 0) : NULL;
    Py_XDECREF(class);
    for (uint32_t i = 0; object && i < type->field_count; i++) {
        PyObject *name = module_name(TRI_NAME_SNAKE, type->fields[i].name);
        PyObject *field =
            name ? value_to_python(state, type->fields[i].type, (const char *)value + type->fields[i].offset) : NULL;
        // The class is frozen: its own __setattr__ would refuse.
        if (!field || PyObject_GenericSetAttr(object, name, field) < 0) {
            Py_CLEAR(object);
        }
        Py_XDECREF(field);
        Py_XDECREF(name);
    }
    return object;
}

// A new reference; NULL without an exception where there is no such field.
static PyObject *field_get(PyObject *object, bool is_instance, PyObject *name)
{
    PyObject *field = is_instance ? PyObject_GetAttr(object, name) : PyObject_GetItem(object, name);
    if (!field && PyErr_ExceptionMatches(is_instance ? PyExc_AttributeError : PyExc_KeyError)) {
        PyErr_Clear();
    }
    return field;
}

static bool has_field(const tri_type *type, PyObject *key)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        char name[256];
        if (tri_name_project(TRI_NAME_SNAKE, type->fields[i].name, name, sizeof name) != 0 && PyUnicode_Check(key) &&
            PyUnicode_CompareWithASCIIString(key, name) == 0) {
            return true;
        }
    }
    return false;
}

// Names the key of a mapping that no field has.
static HRESULT refuse_unexpected(const tri_type *type, PyObject *mapping)
{
    PyObject *keys = PyMapping_Keys(mapping);
    HRESULT hr = keys ? TRI_S_OK : ERROR_RAISED;
    for (Py_ssize_t i = 0; hr == TRI_S_OK && i < PyList_GET_SIZE(keys); i++) {
        PyObject *key = PyList_GET_ITEM(keys, i);
        if (!has_field(type, key)) {
            PyObject *text = PyUnicode_Check(key) ? Py_NewRef(key) : PyObject_Repr(key);
            const char *name = text ? PyUnicode_AsUTF8(text) : NULL;
            hr = name ? tri_struct_unexpected(type, TRI_NAME_SNAKE, name) : ERROR_RAISED;
            Py_XDECREF(text);
        }
    }
    Py_XDECREF(keys);
    return hr; // TRI_S_OK if its length was wrong, and its keys are right
}

HRESULT type_struct_from_python(module_state *state, const tri_type *type, PyObject *object, void *to)
{
    PyObject *class = type_class(state, type, NULL);
    int is_instance = class ? PyObject_IsInstance(object, class) : -1;
    Py_XDECREF(class);
    if (is_instance < 0) {
        return ERROR_RAISED;
    }
    if (!is_instance && !PyDict_Check(object) && !PyObject_HasAttrString(object, "keys")) {
        return tri_value_mismatch(type, object == Py_None ? "None" : Py_TYPE(object)->tp_name);
    }
    Py_ssize_t used = 0;
    HRESULT hr = TRI_S_OK;
    for (uint32_t i = 0; i < type->field_count && TRI_SUCCEEDED(hr); i++) {
        PyObject *name = module_name(TRI_NAME_SNAKE, type->fields[i].name);
        PyObject *field = name ? field_get(object, is_instance, name) : NULL;
        if (field) {
            used++;
            hr = value_from_python(state, type->fields[i].type, field, (char *)to + type->fields[i].offset);
            if (TRI_FAILED(hr) && !PyErr_Occurred()) {
                hr = tri_error_prefix("field '%s': ", PyUnicode_AsUTF8(name));
            }
            Py_DECREF(field);
        } else {
            hr = PyErr_Occurred() ? ERROR_RAISED : tri_struct_missing(type, TRI_NAME_SNAKE, i);
        }
        Py_XDECREF(name);
    }
    if (TRI_SUCCEEDED(hr) && !is_instance) {
        Py_ssize_t given = PyMapping_Size(object);
        if (given < 0) {
            return ERROR_RAISED;
        }
        if (given != used) {
            return refuse_unexpected(type, object);
        }
    }
    return hr;
}
