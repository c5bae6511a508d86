// Calling a method: its block of arguments, and the messages about arguments, which are the same in
// every language.
#include "method.h"
#include "value.h"

void tri_method_args_clear(const tri_method *method, void *args)
{
    if (!((const tri__method *)method)->args_plain) {
        for (uint32_t i = 0; i < method->param_count; i++) {
            tri_value_clear(method->params[i].type, (char *)args + method->params[i].offset);
        }
    }
    memset(args, 0, method->args_size);
}

HRESULT tri_method_args_init(const tri_method *method, void *args)
{
    memset(args, 0, method->args_size);
    for (uint32_t i = method->required_count; i < method->param_count; i++) {
        const tri_param *param = &method->params[i];
        HRESULT hr = tri_value_copy(param->type, (char *)args + param->offset, param->default_value);
        if (TRI_FAILED(hr)) {
            tri_method_args_clear(method, args);
            return hr;
        }
    }
    return TRI_S_OK;
}

// The name as the language spells it; as it stands if that does not fit, which cannot be for a name that
// the loader has let in.
static const char *method_spell(tri_name_style style, const char *name, char out[TRI__NAME_ROOM])
{
    return tri_name_project(style, name, out, TRI__NAME_ROOM) ? out : name;
}

HRESULT tri_method_check_count(const tri_method *method, tri_name_style style, size_t given)
{
    char name[TRI__NAME_ROOM];
    uint32_t least = method->required_count;
    uint32_t most = method->param_count;
    if (given >= least && given <= most) {
        return TRI_S_OK;
    }
    const char *spelled = method_spell(style, method->short_name, name);
    if (most == 0) {
        return tri_error_set(TRI_E_BAD_PARAM_COUNT, "%s() takes no arguments, got %zu", spelled, given);
    }
    if (least != most) {
        return tri_error_set(TRI_E_BAD_PARAM_COUNT, "%s() takes %u to %u arguments, got %zu", spelled,
                             least, most, given);
    }
    return tri_error_set(TRI_E_BAD_PARAM_COUNT, "%s() takes %u argument%s, got %zu", spelled, most,
                         most == 1 ? "" : "s", given);
}

HRESULT tri_method_missing(const tri_method *method, tri_name_style style, uint32_t param)
{
    char name[TRI__NAME_ROOM], argument[TRI__NAME_ROOM];
    return tri_error_set(TRI_E_BAD_PARAM_COUNT, "%s() argument '%s': expected %s, got nothing",
                         method_spell(style, method->short_name, name),
                         method_spell(style, method->params[param].name, argument),
                         method->params[param].type->name);
}

HRESULT tri_method_unexpected(const tri_method *method, tri_name_style style, const char *name)
{
    char spelled[TRI__NAME_ROOM], argument[TRI__NAME_ROOM], known[256];
    size_t used = 0;
    known[0] = '\0';
    for (uint32_t i = 0; i < method->param_count && used < sizeof known - 1; i++) {
        int more = snprintf(known + used, sizeof known - used, "%s'%s'", i ? ", " : "",
                            method_spell(style, method->params[i].name, argument));
        used += more > 0 ? (size_t)more : 0;
    }
    return tri_error_set(TRI_E_BAD_PARAM_COUNT, "%s() has no argument '%.*s'; it takes %s",
                         method_spell(style, method->short_name, spelled),
                         (int)tri__utf8_cut(name, strlen(name), TRI__NAME_MAX), name,
                         method->param_count ? known : "none");
}

HRESULT tri_method_blame(const tri_method *method, tri_name_style style, uint32_t param)
{
    char name[TRI__NAME_ROOM], argument[TRI__NAME_ROOM];
    return tri_error_prefix("%s() argument '%s': ", method_spell(style, method->short_name, name),
                            method_spell(style, method->params[param].name, argument));
}
