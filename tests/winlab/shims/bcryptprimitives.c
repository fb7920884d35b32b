/* bcryptprimitives.dll of the lab; never ship it. What is written in Rust (cryptography, argon2's kin) takes its random
 * numbers from ProcessPrng, and Wine 8 has no such library. */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *into, SIZE_T bytes) {
    while (bytes > 0) {
        ULONG part = bytes > MAXLONG ? MAXLONG : (ULONG)bytes;
        if (!RtlGenRandom(into, part)) return FALSE;
        into += part;
        bytes -= part;
    }
    return TRUE;
}
