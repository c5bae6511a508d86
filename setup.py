"""Builds the native module and the standard components; pyproject.toml says the rest.

Core is one source file here, core/trivium.c, which is the one list of its sources. A component is a plain shared
library, `trivium/components/<name>.so`, not an extension of Python.
"""

import sys
import tempfile
from glob import glob
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

COMPONENT_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
PACKAGE = "trivium.components"
C_FLAGS = ["-std=gnu11", "-O2", "-fvisibility=hidden", "-pthread", "-Wall", "-Wextra"]
HEADERS = sorted(glob("core/include/trivium/*.h"))


class Component(Extension):
    """A component, the header without which it cannot be built, and what to say then."""

    def __init__(self, name, header=None, missing=None, **options):
        super().__init__(
            f"{PACKAGE}.{name}",
            sources=sorted(glob(f"components/{name}/*.c")),
            include_dirs=["core/include"],
            depends=HEADERS,
            extra_compile_args=C_FLAGS,
            extra_link_args=["-pthread"],
            **options,
        )
        self.header = header
        self.missing = missing


class BuildExt(build_ext):
    def get_ext_filename(self, fullname):
        # setuptools asks by the full name and by its last part.
        name = fullname.rpartition(".")[2]
        if any(isinstance(e, Component) and e.name == f"{PACKAGE}.{name}" for e in self.extensions):
            return str(Path(*fullname.split("."))) + COMPONENT_SUFFIX
        return super().get_ext_filename(fullname)

    def get_export_symbols(self, ext):
        return [] if isinstance(ext, Component) else super().get_export_symbols(ext)

    def build_extension(self, ext):
        if not isinstance(ext, Component):
            super().build_extension(ext)
            return
        library = Path(self.get_ext_fullpath(ext.name))
        notice = library.with_suffix(".missing")
        notice.unlink(missing_ok=True)
        if ext.header is None or self.has_header(ext.header):
            super().build_extension(ext)
            return
        print(f"component {ext.name.rpartition('.')[2]} is skipped: {ext.missing}", file=sys.stderr)
        library.unlink(missing_ok=True)
        notice.parent.mkdir(parents=True, exist_ok=True)
        notice.write_text(ext.missing + "\n", encoding="utf-8")

    def get_outputs(self):
        # A skipped component has a notice in place of its library.
        outputs = [Path(output) for output in super().get_outputs()]
        return [str(o if o.exists() or not o.with_suffix(".missing").exists() else o.with_suffix(".missing")) for o in outputs]

    def has_header(self, header):
        with tempfile.TemporaryDirectory() as directory:
            probe = Path(directory, "probe.c")
            probe.write_text(f"#include <{header}>\n", encoding="utf-8")
            try:
                self.compiler.compile([str(probe)], output_dir=directory)
            except Exception:  # each compiler of distutils has an exception of its own
                return False
        return True


native = Extension(
    "trivium._native",
    sources=[*sorted(glob("bindings/python/*.c")), "core/trivium.c"],
    depends=[*sorted(glob("bindings/python/*.h")), *sorted(glob("core/src/*")), *HEADERS],
    include_dirs=["core/include"],
    extra_compile_args=C_FLAGS,
    extra_link_args=["-pthread"],
    libraries=["dl"] if sys.platform.startswith("linux") else [],
)

setup(
    ext_modules=[
        native,
        Component("timer"),
        Component(
            "hashing",
            header="openssl/evp.h",
            missing="OpenSSL's libcrypto was not found when Trivium was built (on Debian: apt install libssl-dev)",
            libraries=["crypto"],
        ),
    ],
    cmdclass={"build_ext": BuildExt},
)
