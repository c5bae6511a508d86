/* The classes of enums and structs. */
#ifndef TRIVIUM_PYTHON_TYPE_H
#define TRIVIUM_PYTHON_TYPE_H

#include "module.h"

/* The class of an enum or a struct, made when it is first asked for; a new reference, NULL with an exception.
 * `module_name` is that of the component's module; NULL if the class was surely made. */
PyObject *type_class(module_state *state, const tri_type *type, PyObject *module_name);
/* What stands in a signature for the type: a class, or list[...]; a new reference. */
PyObject *type_annotation(module_state *state, const tri_type *type);

PyObject *type_enum_to_python(module_state *state, const tri_type *type, int32_t value);
PyObject *type_struct_to_python(module_state *state, const tri_type *type, const void *value);
/* From an object of the class, or a mapping with the names of the fields. Failures as value_from_python. */
HRESULT type_struct_from_python(module_state *state, const tri_type *type, PyObject *object, void *to);

#endif
