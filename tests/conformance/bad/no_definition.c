// Says that all is well, and gives nothing.
#include <trivium/component.h>

HRESULT tri_component_main(const tri_host *host, const tri_component_def **out)
{
    (void)host;
    (void)out;
    return TRI_S_OK;
}
