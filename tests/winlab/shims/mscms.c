/* mscms.dll of the lab; never ship it. Qt6Gui asks Windows for the screen's colour profile, by functions of which Wine 8
 * lacks some, so that Qt6Gui does not load. Here all of them fail, as on a PC without a profile. */
#define FAILS(name) \
    __declspec(dllexport) int name(void) { return 0; }

FAILS(CloseColorProfile)
FAILS(GetColorDirectoryW)
FAILS(GetColorProfileFromHandle)
FAILS(GetStandardColorSpaceProfileW)
FAILS(OpenColorProfileW)
FAILS(WcsCreateIccProfile)
FAILS(WcsGetDefaultColorProfile)
FAILS(WcsGetDefaultColorProfileSize)
FAILS(WcsOpenColorProfileW)
