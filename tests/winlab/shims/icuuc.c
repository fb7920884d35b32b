/* icuuc.dll of the lab; never ship it. Qt6Core takes converters of rare text encodings from Windows 10's ICU, which Wine 8
 * does not have. Here none can be opened; Qt then has UTF-8, UTF-16, Latin-1 and the system's code page, as without ICU. */
#define MISSING_RESOURCE 2

__declspec(dllexport) void *ucnv_open(const char *name, int *problem) {
    (void)name;
    if (problem) *problem = MISSING_RESOURCE;
    return 0;
}

/* Only asked of a converter that was opened, so never. */
#define UNUSED(name) \
    __declspec(dllexport) void *name(void) { return 0; }

UNUSED(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
UNUSED(UCNV_TO_U_CALLBACK_SUBSTITUTE)
UNUSED(ucnv_cbToUWriteUChars)
UNUSED(ucnv_close)
UNUSED(ucnv_countAvailable)
UNUSED(ucnv_fromUCountPending)
UNUSED(ucnv_fromUnicode)
UNUSED(ucnv_getAvailableName)
UNUSED(ucnv_getFromUCallBack)
UNUSED(ucnv_getMaxCharSize)
UNUSED(ucnv_getName)
UNUSED(ucnv_getStandardName)
UNUSED(ucnv_getToUCallBack)
UNUSED(ucnv_reset)
UNUSED(ucnv_setFromUCallBack)
UNUSED(ucnv_setToUCallBack)
UNUSED(ucnv_toUCountPending)
UNUSED(ucnv_toUnicode)
