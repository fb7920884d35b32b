/* ucrtbase.dll of the lab; never ship it. Wine 8 exports C's complex functions as stubs that end the process, and NumPy
 * calls some while it is imported. Here they are mingw's; tests/winlab/build.py forwards every other name to Wine's own.
 * `own_` is in front of a name since the names themselves belong to the compiler.
 * Results may differ from Microsoft's in the last digits. */
#include <complex.h>

/* Structs as Windows passes them, which GCC's complex numbers are not. A long double is a double there. */
typedef struct { double re, im; } wide;
typedef struct { float re, im; } narrow;

static double complex from_wide(wide z) { return __builtin_complex(z.re, z.im); }
static float complex from_narrow(narrow z) { return __builtin_complex(z.re, z.im); }
static wide to_wide(double complex z) { return (wide){__real__ z, __imag__ z}; }
static narrow to_narrow(float complex z) { return (narrow){__real__ z, __imag__ z}; }

#define COMPLEX_OF_COMPLEX(name) \
    wide own_##name(wide z) { return to_wide(name(from_wide(z))); } \
    wide own_##name##l(wide z) { return to_wide(name(from_wide(z))); } \
    narrow own_##name##f(narrow z) { return to_narrow(name##f(from_narrow(z))); }

#define REAL_OF_COMPLEX(name) \
    double own_##name(wide z) { return name(from_wide(z)); } \
    double own_##name##l(wide z) { return name(from_wide(z)); } \
    float own_##name##f(narrow z) { return name##f(from_narrow(z)); }

COMPLEX_OF_COMPLEX(cacos)
COMPLEX_OF_COMPLEX(cacosh)
COMPLEX_OF_COMPLEX(casin)
COMPLEX_OF_COMPLEX(casinh)
COMPLEX_OF_COMPLEX(catan)
COMPLEX_OF_COMPLEX(catanh)
COMPLEX_OF_COMPLEX(ccos)
COMPLEX_OF_COMPLEX(ccosh)
COMPLEX_OF_COMPLEX(cexp)
COMPLEX_OF_COMPLEX(clog)
COMPLEX_OF_COMPLEX(conj)
COMPLEX_OF_COMPLEX(cproj)
COMPLEX_OF_COMPLEX(csin)
COMPLEX_OF_COMPLEX(csinh)
COMPLEX_OF_COMPLEX(csqrt)
COMPLEX_OF_COMPLEX(ctan)
COMPLEX_OF_COMPLEX(ctanh)

REAL_OF_COMPLEX(cabs)
REAL_OF_COMPLEX(carg)
REAL_OF_COMPLEX(cimag)
REAL_OF_COMPLEX(creal)

wide own_cpow(wide z, wide power) { return to_wide(cpow(from_wide(z), from_wide(power))); }
wide own_cpowl(wide z, wide power) { return own_cpow(z, power); }
narrow own_cpowf(narrow z, narrow power) { return to_narrow(cpowf(from_narrow(z), from_narrow(power))); }

double own_norm(wide z) { return z.re * z.re + z.im * z.im; }
double own_norml(wide z) { return own_norm(z); }
float own_normf(narrow z) { return z.re * z.re + z.im * z.im; }

/* What Microsoft's headers make of arithmetic: build, multiply by a complex, multiply by a real number. */
wide own__Cbuild(double re, double im) { return (wide){re, im}; }
wide own__LCbuild(double re, double im) { return (wide){re, im}; }
narrow own__FCbuild(float re, float im) { return (narrow){re, im}; }
wide own__Cmulcc(wide a, wide b) { return to_wide(from_wide(a) * from_wide(b)); }
wide own__LCmulcc(wide a, wide b) { return own__Cmulcc(a, b); }
narrow own__FCmulcc(narrow a, narrow b) { return to_narrow(from_narrow(a) * from_narrow(b)); }
wide own__Cmulcr(wide a, double b) { return (wide){a.re * b, a.im * b}; }
wide own__LCmulcr(wide a, double b) { return own__Cmulcr(a, b); }
narrow own__FCmulcr(narrow a, float b) { return (narrow){a.re * b, a.im * b}; }
