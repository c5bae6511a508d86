// Built for a later ABI than there is. Its definition is longer than any host knows.
#include <trivium/component.h>

HRESULT tri_component_main(const tri_host *host, const tri_component_def **out)
{
    static const tri_component_def component = {
        .size = sizeof component,
        .abi_version = 99,
        .name_space = "Trivium.Bad.NewerAbi",
        .version = "1.0",
        .doc = "",
    };
    (void)host;
    *out = &component;
    return TRI_S_OK;
}
