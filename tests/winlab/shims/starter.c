/* python.exe of the lab; never ship it. The wheel that brings python311.dll brings no program, so this starts it. */
#include <wchar.h>

__declspec(dllimport) int Py_Main(int count, wchar_t **arguments);

int wmain(int count, wchar_t **arguments) { return Py_Main(count, arguments); }
