"""Byte code in place of source: Python in a browser begins anew with every visit, and has no time to compile.

Pyodide runs this file as it stands, for the byte code of another Python would not do; *site* is where it has the
folder of the page.
"""

import ast
import sys
import zipfile
from importlib.machinery import SOURCE_SUFFIXES
from importlib.util import MAGIC_NUMBER
from marshal import dumps
from types import CodeType

UNASKED = (  # what no page asks of the standard library: mail, servers, tests, other processes, terminals, old codes …
    *("email/", "http/", "xmlrpc/", "wsgiref/", "mailbox.py", "imaplib.py", "smtplib.py", "ftplib.py", "poplib.py"),
    *("unittest/", "doctest.py", "pydoc.py", "pdb.py", "bdb.py", "multiprocessing/", "_pyrepl/", "tarfile.py"),
    *("socketserver.py", "logging/handlers.py", "logging/config.py", "netrc.py", "cmd.py", "optparse.py"),
    *("profile.py", "cProfile.py", "pstats.py", "trace.py", "timeit.py", "symtable.py", "pickletools.py"),
    *("modulefinder.py", "compileall.py", "pyclbr.py", "tabnanny.py", "zipapp.py", "fileinput.py"),
    *("xml/dom/", "xml/sax/", "plistlib.py", "wave.py", "statistics.py"),
    *(f"encodings/cp{k}" for k in (0, 1, 2, 42, 5, 7, 8, 9)),  # cp437 is that of the names in archives
    *("encodings/iso", "encodings/mac", "encodings/koi", "encodings/hp", "encodings/tis", "encodings/kz"),
)
UNCHECKED = (1).to_bytes(4, "little") + bytes(8)  # there is no source whose time or hash could differ


def compiled(archive: str, optimize: int = 0) -> None:
    """Compiles the modules of an archive, which is written anew."""
    with zipfile.ZipFile(archive) as packed:
        found = {n: packed.read(n) for n in packed.namelist() if not n.endswith("/") and not n.startswith(UNASKED)}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in found.items():
            if name.endswith(tuple(SOURCE_SUFFIXES)):
                code = compile(undescribed(content), name, "exec", dont_inherit=True, optimize=optimize)
                packed.writestr(f"{name}c", MAGIC_NUMBER + UNCHECKED + dumps(without_lines(code)))
            else:
                packed.writestr(name, content)


def undescribed(source: bytes) -> ast.Module:
    """A module whose functions are not described, which no page shows either."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Expr):
            told = node.body[0].value
            if isinstance(told, ast.Constant) and isinstance(told.value, str):
                told.value = ""
    return tree


def without_lines(code: CodeType) -> CodeType:
    """The code without the numbers of its lines, which are a third of it, and which no page shows."""
    inner = (without_lines(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=tuple(inner))


if sys.platform == "emscripten":
    compiled("/site/packages.zip")
    compiled("/site/python/python_stdlib.zip", optimize=2)
