// Components, as modules: functions, enums and structs stand in them under their Python names.
#include "component.h"

#include "error.h"
#include "method.h"
#include "type.h"

// Puts it into the module and, if it is public, into __all__. Steals nothing; false with an exception, also when
// `value` is NULL.
static bool put(PyObject *dict, PyObject *all, PyObject *name, PyObject *value)
{
    return name && value && PyDict_SetItem(dict, name, value) == 0 && (!all || PyList_Append(all, name) == 0);
}

static bool put_text(PyObject *dict, const char *name, const char *text)
{
    PyObject *value = PyUnicode_DecodeFSDefault(text);
    bool done = value && PyDict_SetItemString(dict, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

static bool put_types(module_state *state, const tri_component *component, PyObject *dict, PyObject *all,
                      PyObject *name)
{
    bool done = true;
    for (uint32_t i = 0; done && i < component->type_count; i++) {
        const tri_type *type = component->types[i];
        PyObject *class = type_class(state, type, name);
        PyObject *class_name = class ? PyUnicode_InternFromString(type->name) : NULL;
        done = put(dict, all, class_name, class);
        Py_XDECREF(class_name);
        Py_XDECREF(class);
    }
    return done;
}

static bool put_methods(module_state *state, const tri_component *component, PyObject *dict, PyObject *all,
                        PyObject *name)
{
    bool done = true;
    for (uint32_t i = 0; done && i < component->method_count; i++) {
        PyObject *method = method_new(state, component->methods[i], name);
        PyObject *method_name = method ? module_name(TRI_NAME_SNAKE, component->methods[i]->short_name) : NULL;
        done = put(dict, all, method_name, method);
        Py_XDECREF(method_name);
        Py_XDECREF(method);
    }
    return done;
}

static PyObject *module_new(module_state *state, const tri_component *component)
{
    PyObject *name = PyUnicode_FromFormat("trivium.components.%s", component->name);
    PyObject *module = name ? PyModule_NewObject(name) : NULL;
    PyObject *all = module ? PyList_New(0) : NULL;
    PyObject *dict = all ? PyModule_GetDict(module) : NULL; // borrowed
    bool done = dict && put_types(state, component, dict, all, name) &&
                put_methods(state, component, dict, all, name) && PyDict_SetItemString(dict, "__all__", all) == 0 &&
                put_text(dict, "__version__", component->version) && put_text(dict, "__doc__", component->doc) &&
                put_text(dict, "__file__", component->path) && put_text(dict, "__namespace__", component->name_space);
    Py_XDECREF(all);
    Py_XDECREF(name);
    if (!done) {
        Py_CLEAR(module);
    }
    return module;
}

static PyObject *module_of_component(module_state *state, const tri_component *component)
{
    PyObject *key = PyLong_FromVoidPtr((void *)component);
    if (!key) {
        return NULL;
    }
    PyObject *module = PyDict_GetItemWithError(state->components, key);
    if (module || PyErr_Occurred()) {
        Py_DECREF(key);
        return Py_XNewRef(module);
    }
    PyObject *made = module_new(state, component);
    if (made) {
        // Another thread may have made it meanwhile; then that one is the module.
        module = Py_XNewRef(PyDict_SetDefault(state->components, key, made));
        Py_DECREF(made);
    }
    Py_DECREF(key);
    return module;
}

// The bytes of a name or path: what is no UTF-8 in a file name comes back as it was.
static PyObject *path_bytes(module_state *state, PyObject *name_or_path)
{
    PyObject *path = PyOS_FSPath(name_or_path);
    if (!path) {
        PyErr_Clear();
        return error_format(state, TRI_E_TYPE_MISMATCH, "load() argument 'name': expected a name or a path, got %s",
                            name_or_path == Py_None ? "None" : Py_TYPE(name_or_path)->tp_name);
    }
    if (PyUnicode_Check(path)) {
        Py_SETREF(path, PyUnicode_AsEncodedString(path, "utf-8", "surrogateescape"));
    }
    return path;
}

PyObject *component_load(PyObject *module, PyObject *name_or_path)
{
    module_state *state = PyModule_GetState(module);
    PyObject *path = path_bytes(state, name_or_path);
    if (!path) {
        return NULL;
    }
    const tri_component *component = NULL;
    HRESULT hr;
    Py_BEGIN_ALLOW_THREADS hr = tri_component_load(PyBytes_AS_STRING(path), (size_t)PyBytes_GET_SIZE(path), &component);
    Py_END_ALLOW_THREADS PyObject *loaded =
        TRI_FAILED(hr) ? error_raise_blocking(state, hr) : module_of_component(state, component);
    Py_DECREF(path);
    return loaded;
}
