// The state table of async_states.def, as C.
#include "async.h"

static const struct {
    tri_async_status status;
    bool outcome;
    bool stopped;
} state_facts[TRI__STATE_COUNT] = {
#define TRI_STATE(name, status, outcome, stopped) [TRI__##name] = {status, outcome, stopped},
#include "async_states.def"
#undef TRI_STATE
};

static const struct {
    uint8_t next;
    HRESULT hr;
} state_transitions[TRI__EVENT_COUNT][TRI__STATE_COUNT] = {
#define TRI_TRANSITION(event, from, to, hr) [TRI__EVENT_##event][TRI__##from] = {TRI__##to, hr},
#include "async_states.def"
#undef TRI_TRANSITION
};

#define RULE_OK TRI_S_OK
#define RULE_ILLEGAL TRI_E_ILLEGAL_METHOD_CALL
#define RULE_NOT_STARTED TRI_E_ASYNC_OPERATION_NOT_STARTED
#define RULE_RESULT TRI_S_FALSE

// By what a client sees: index is the AsyncStatus, Created (-1) comes first.
static const HRESULT state_rules[TRI__RULE_COUNT][6] = {
#define TRI_RULE(method, created, started, completed, canceled, error, closed)                     \
    [TRI__RULE_##method] = {RULE_##created,  RULE_##started, RULE_##completed,                     \
                            RULE_##canceled, RULE_##error,   RULE_##closed},
#include "async_states.def"
#undef TRI_RULE
};

tri_async_status tri__state_status(tri__state state)
{
    return state_facts[state].status;
}

bool tri__state_has_outcome(tri__state state)
{
    return state_facts[state].outcome;
}

bool tri__state_is_stopped(tri__state state)
{
    return state_facts[state].stopped;
}

const char *tri__state_name(tri__state state)
{
    static const char *const names[] = {"Created",  "Started", "Completed",
                                        "Canceled", "Error",   "Closed"};
    return names[state_facts[state].status + 1];
}

tri__state tri__state_next(tri__event event, tri__state from, HRESULT *hr)
{
    *hr = state_transitions[event][from].hr;
    return (tri__state)state_transitions[event][from].next;
}

HRESULT tri__state_rule(tri__rule rule, tri__state state)
{
    return state_rules[rule][state_facts[state].status + 1];
}
