"""What is known of a library that code is written for: what its functions are called, what stands before a function.

A formula calls a function by one name in all libraries.  It is a helper, which is written out where it is used, or has
another name, or it is the function of the library with that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.program.translating import Language


class Backend(NamedTuple):
    """A library of arrays.

    module      how its functions are reached: np, jnp, torch
    array       the type of an array in annotations
    imports     what a text with a certain word in it needs
    functions   names that differ
    helpers     functions of our own, by name without the underscore before it
    convert     the statement that makes an array of an argument {0}; empty where none is needed
    convert_all a helper that gives all such arguments one type of numbers, for programs that compute in place
    convert_scalar  the same of a scalar; {1} is the type of numbers of an array, or *default_type*
    like        keywords that give a new array the type of numbers of an array a; *unlike* where there is none
    scalar      the type of a scalar in annotations
    lifts       whether functions take no numbers of Python
    in_place    whether arrays may be changed
    expands     whether weighted squares of distances are multiplied out, which has to be tested for lost digits
    reuses      whether what is needed no longer gives its memory to what comes next
    halves      whether ZᵀZ is computed with half the work
    vectors_first  whether vᵀX takes less time than Xᵀv
    loop        how loops are written: into arrays in place, by a scan, or into a list
    language    how the source is translated, where it is no Python
    reserved    names that arguments cannot have
    kinds       what stands for factorisations that the library does not have
    """

    module: str
    array: str
    imports: Mapping[str, str]
    functions: Mapping[str, str]
    helpers: Mapping[str, str]
    convert: str = ""
    convert_all: str = ""
    convert_scalar: str = ""
    default_type: str = ""
    like: Mapping[str, str] = {}
    unlike: Mapping[str, str] = {}
    scalar: str = "float"
    lifts: bool = False
    in_place: bool = False
    expands: bool = False
    reuses: bool = False
    halves: bool = False
    vectors_first: bool = False
    loop: str = "in place"
    kinds: Mapping[str, str] = {}
    language: Language | None = None
    reserved: frozenset[str] = frozenset()
