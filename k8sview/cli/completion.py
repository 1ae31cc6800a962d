"""Completion scripts for bash, zsh and fish, written from the table of commands. Pressing Tab runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from k8sview.cli.options import GENERAL, NEVER, Option
from k8sview.cli.table import APP, COMMANDS, GROUPS, SHELLS, Command
from k8sview.model.status import Layer, Severity
from k8sview.reports.formats import FORMATS

PROGRAMS = ("k8sview", "kubectl-k8sview")

_VALUES: dict[str, tuple[str, ...]] = {
    "--layer": tuple(map(str, Layer)),
    "--fail-on": (*map(str, Severity), NEVER),
    "SHELL": SHELLS,
}


def values_of(command: Command, option: Option) -> tuple[str, ...]:
    """The words that a value can be, where they are known beforehand."""
    metavar = str(option.settings.get("metavar", ""))
    if "|" in metavar:
        return tuple(metavar.split("|"))
    if command.name == "check" and "--output" in option.flags:
        return tuple(FORMATS)
    return next((_VALUES[flag] for flag in option.flags if flag in _VALUES), ())


def _options(command: Command) -> tuple[Option, ...]:
    return (*command.options, *GENERAL)


def _first_words() -> tuple[str, ...]:
    return tuple(dict.fromkeys(command.name.partition(" ")[0] for command in COMMANDS))


def _second_words(group: str) -> tuple[str, ...]:
    return tuple(command.name.partition(" ")[2] for command in COMMANDS if command.name.startswith(f"{group} "))


def bash() -> str:
    """For ``source <(k8sview completion bash)``."""
    lines = ["# bash completion for k8sview", "_k8sview() {"]
    lines += ['  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command="" word']
    lines += ["  local index", "  for ((index = 1; index < COMP_CWORD; index++)); do", "    word=${COMP_WORDS[index]}"]
    lines += ['    case "$command $word" in']
    lines += [f"      {_bash_words('', _first_words())}) command=$word ;;"]
    lines += [f'      {_bash_words(group, _second_words(group))}) command="{group} $word" ;;' for group in GROUPS]
    lines += ["    esac", "  done", "  COMPREPLY=()", '  case "$command:$previous" in']
    for command in (APP, *COMMANDS):
        lines += _bash_values(command)
    lines += ["  esac", '  case "$command" in']
    for command in (APP, *COMMANDS):
        flags = [flag for option in _options(command) if not option.positional for flag in option.flags]
        words = [*flags, "--help", *([*_first_words(), "--version"] if command is APP else [])]
        arguments = [option for option in command.options if option.positional]
        words += [value for option in arguments for value in values_of(command, option)]
        lines.append(f'    "{command.name}") COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$current")) ;;')
    for group in GROUPS:
        lines.append(f'    "{group}") COMPREPLY=($(compgen -W "{" ".join(_second_words(group))}" -- "$current")) ;;')
    takers = [one.name for one in COMMANDS if any(option.positional and option.completes for option in one.options)]
    pattern = "|".join(f'"{name}"' for name in takers)
    lines += [
        "  esac",
        '  case "$command" in',
        f'    {pattern}) [[ $current == -* ]] || COMPREPLY=($(compgen -f -- "$current")) ;;',
    ]
    lines += ["  esac", "}", f"complete -o filenames -F _k8sview {' '.join(PROGRAMS)}"]
    return "\n".join(lines) + "\n"


def _bash_words(before: str, words: Iterable[str]) -> str:
    return "|".join(f'"{before} {word}"' for word in words)


def _bash_values(command: Command) -> Iterable[str]:
    for option in _options(command):
        if option.positional or not option.takes_value:
            continue
        pattern = "|".join(f'"{command.name}:{flag}"' for flag in option.flags)
        values = values_of(command, option)
        if values:
            yield f'    {pattern}) COMPREPLY=($(compgen -W "{" ".join(values)}" -- "$current")); return ;;'
        elif option.completes:
            kind = "-d" if option.completes == "directory" else "-f"
            yield f'    {pattern}) COMPREPLY=($(compgen {kind} -- "$current")); return ;;'
        else:
            yield f"    {pattern}) return ;;"


def zsh() -> str:
    """For a file ``_k8sview`` on ``$fpath``, or ``source <(k8sview completion zsh)``."""
    lines = [f"#compdef {' '.join(PROGRAMS)}", "_k8sview() {", "  local command=$words[2] skip=1"]
    lines += [
        "  case $words[2] in",
        *(f'    {group}) command="$words[2] $words[3]"; skip=2 ;;' for group in GROUPS),
        "  esac",
    ]
    first = " ".join(_zsh_quoted(f"{word}:{_help_of(word)}") for word in _first_words())
    lines += ["  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then", f"    local -a commands=({first})"]
    lines += ["    _describe command commands", "    return", "  fi"]
    for group in GROUPS:
        second = " ".join(_zsh_quoted(f"{word}:{_help_of(f'{group} {word}')}") for word in _second_words(group))
        lines += [f"  if (( CURRENT == 3 )) && [[ $words[2] == {group} ]]; then", f"    local -a commands=({second})"]
        lines += ["    _describe command commands", "    return", "  fi"]
    lines += ['  case "$command" in']
    for command in COMMANDS:
        specs = " ".join(spec for option in _options(command) for spec in _zsh_specs(command, option))
        lines += [f'    "{command.name}") shift $skip words; (( CURRENT -= skip )); _arguments -s {specs} ;;']
    rest = " ".join(spec for option in _options(APP) for spec in _zsh_specs(APP, option))
    lines += [f"    *) _arguments -s {rest} ;;", "  esac", "}"]
    lines += [
        'if [[ $funcstack[1] == _k8sview ]]; then _k8sview "$@"; else compdef _k8sview ' + " ".join(PROGRAMS) + "; fi"
    ]
    return "\n".join(lines) + "\n"


def _zsh_specs(command: Command, option: Option) -> Iterable[str]:
    values = values_of(command, option)
    words = (
        f"({' '.join(values)})" if values else {"file": "_files", "directory": "_files -/"}.get(option.completes, "")
    )
    if option.positional:
        count = "*" if option.settings.get("nargs") == "*" else ""
        yield _zsh_quoted(f"{count}:{option.flags[0].lower()}:{words or ' '}")
        return
    for flag in option.flags:
        value = f":value:{words or ' '}" if option.takes_value else ""
        yield _zsh_quoted(f"*{flag}[{_zsh_words(option.help)}]{value}")


def _zsh_words(text: str) -> str:
    return text.replace("\\", "").replace("[", "(").replace("]", ")").replace(":", " -")


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _help_of(name: str) -> str:
    texts = {command.name: command.help for command in COMMANDS} | GROUPS
    return texts[name].replace(":", " -")


def fish() -> str:
    """For ``~/.config/fish/completions/k8sview.fish``."""
    lines = ["# fish completion for k8sview"]
    for program in PROGRAMS:
        lines.append(f"complete -c {program} -f")
        lines += [
            f"complete -c {program} -n __fish_use_subcommand -a {word} -d {_fish_quoted(_help_of(word))}"
            for word in _first_words()
        ]
        for group in GROUPS:
            seconds = _second_words(group)
            fresh = f"__fish_seen_subcommand_from {group}; and not __fish_seen_subcommand_from {' '.join(seconds)}"
            for word in seconds:
                words = _fish_quoted(_help_of(f"{group} {word}"))
                lines.append(f"complete -c {program} -n '{fresh}' -a {word} -d {words}")
        for command in (APP, *COMMANDS):
            seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.name.split())
            when = f"'{seen}'" if command.name else "__fish_use_subcommand"
            lines += [
                f"complete -c {program} -n {when}{one}"
                for option in _options(command)
                for one in _fish(command, option)
            ]
    return "\n".join(lines) + "\n"


def _fish(command: Command, option: Option) -> Iterable[str]:
    values = values_of(command, option)
    if option.positional:
        if values:
            yield f" -a {_fish_quoted(' '.join(values))}"
        elif option.completes:
            yield " -F"
        return
    flags = "".join(f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option.flags)
    value = ""
    if option.takes_value:
        value = f" -x -a {_fish_quoted(' '.join(values))}" if values else " -r -F" if option.completes else " -x"
    yield f"{flags}{value} -d {_fish_quoted(option.help)}"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: Mapping[str, Callable[[], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
