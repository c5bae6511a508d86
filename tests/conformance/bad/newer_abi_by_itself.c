// Finds by itself that the host is too old for it, as TRI_COMPONENT does.
#include <trivium/component.h>

HRESULT tri_component_main(const tri_host *host, const tri_component_def **out)
{
    *out = NULL;
    return host->abi_version < 99 ? TRI_E_REVISION_MISMATCH : TRI_E_FAIL;
}
