"""Scripts that complete the commands and options in a shell, from the table of commands."""

from __future__ import annotations

from argparse import Action
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from matdiff.cli.parser import Parser, parser

if TYPE_CHECKING:
    from matdiff.cli.commands import Command

BASH = """# eval "$(matdiff completion bash)"
_matdiff() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}}
    local key=$command/$before
    local -A options=(
{options}
    )
    local -A choices=(
{choices}
    )
    if [[ $COMP_CWORD == 1 ]]; then
        COMPREPLY=($(compgen -W "{commands} --help --version --batch" -- "$word"))
    elif [[ -n "${{choices[$key]-}}" ]]; then
        COMPREPLY=($(compgen -W "${{choices[$key]}}" -- "$word"))
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "${{options[$command]-}}" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}}
complete -o filenames -F _matdiff matdiff
"""
ZSH = """# eval "$(matdiff completion zsh)"
autoload -U +X bashcompinit && bashcompinit
"""


def script(shell: str, table: Mapping[str, Command]) -> str:
    """What a shell has to be told, as in ``eval "$(matdiff completion bash)"``."""
    return "\n".join(_fish(table)) + "\n" if shell == "fish" else ZSH * (shell == "zsh") + _bash(table)


def _commands(table: Mapping[str, Command]) -> Iterator[tuple[str, str, list[Action]]]:
    """Each command with its help and its options."""
    for name, command in table.items():
        own = Parser(add_help=True)
        command.arguments(own)
        yield name, command.help, list(own.options())


def _bash(table: Mapping[str, Command]) -> str:
    """The script for bash, which zsh understands as well."""
    options, choices = [], []
    for name, _, actions in _commands(table):
        given = " ".join(s for a in actions for s in a.option_strings)
        options.append(f'        [{name}]="{given}"')
        for action in actions:
            words = " ".join(map(str, action.choices or ()))
            before = action.option_strings[-1:] or [name]
            choices += [f'        [{name}/{before[0]}]="{words}"'] * bool(words)
    return BASH.format(options="\n".join(options), choices="\n".join(choices), commands=" ".join(table))


def _fish(table: Mapping[str, Command]) -> Iterator[str]:
    """The lines of the script for fish."""
    yield "# matdiff completion fish | source"
    for action in parser(table).options():
        for option in action.option_strings:
            if option.startswith("--"):
                yield f"complete -c matdiff -n __fish_use_subcommand -l {option[2:]} -d {_quoted(action.help or '')}"
    for name, meaning, actions in _commands(table):
        yield f"complete -c matdiff -n __fish_use_subcommand -a {name} -d {_quoted(meaning)}"
        for action in actions:
            words = " ".join(map(str, action.choices or ()))
            option = "".join(f" -l {s[2:]}" for s in action.option_strings if s.startswith("--"))
            takes = f" -x -a {_quoted(words)}" if words else " -r" * (bool(option) and action.nargs != 0)
            if option or words:
                seen = f"-n '__fish_seen_subcommand_from {name}'"
                yield f"complete -c matdiff {seen}{option}{takes} -d {_quoted(action.help or '')}"


def _quoted(words: str) -> str:
    """Words as one for a shell."""
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"
