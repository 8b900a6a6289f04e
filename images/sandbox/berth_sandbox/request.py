"""What shall be run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from berth_web import Mistake, invalid, mistake

FIELDS = ("command", "language", "code", "stdin", "env")
# How a language's code is run, and what its file is called.
LANGUAGES = {"python": ("python3", ".py"), "bash": ("bash", ".sh"), "node": ("node", ".js")}
MAX_ARGUMENTS_BYTES = 100_000


@dataclass(frozen=True)
class RunRequest:
    """A command, or code of a language."""

    command: list[str]
    """Without the file of the code, if there is one."""
    code: str | None = None
    suffix: str = ""
    """Of the code's file."""
    stdin: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


def parse_run(body: Mapping[str, object]) -> RunRequest:
    """What a request asks for; raises a `Problem` naming each wrong field."""
    mistakes = [*_wrong_choice(body), *_wrong_command(body), *_wrong_texts(body), *_wrong_env(body)]
    if mistakes:
        raise invalid(*mistakes)
    stdin, env, language = body.get("stdin", ""), body.get("env", {}), body.get("language")
    assert isinstance(stdin, str) and isinstance(env, dict)
    if isinstance(language, str):
        program, suffix = LANGUAGES[language]
        code = body.get("code", "")
        assert isinstance(code, str)
        return RunRequest([program], code, suffix, stdin, env)
    command = body["command"]
    assert isinstance(command, list)
    return RunRequest(command, None, "", stdin, env)


def _wrong_choice(body: Mapping[str, object]) -> list[Mistake]:
    has_command, has_code = "command" in body, "language" in body or "code" in body
    if has_command == has_code:
        both = {name: body[name] for name in ("command", "language", "code") if name in body}
        return [mistake("command", both, "Send either a command, or a language and its code.")]
    if not has_code:
        return []
    language = body.get("language")
    if not isinstance(language, str) or language not in LANGUAGES:
        return [mistake("language", language, f"Choose one of: {', '.join(LANGUAGES)}.")]
    if not isinstance(body.get("code"), str):
        return [mistake("code", body.get("code"), "Write the code as a text.")]
    return []


def _wrong_command(body: Mapping[str, object]) -> list[Mistake]:
    command = body.get("command", ["true"])
    if not isinstance(command, list) or not command or command[0] == "" or not all(map(_is_argument, command)):
        return [mistake("command", command, 'Write a list of texts, the program first: ["ls", "-l"].')]
    if sum(len(word.encode()) + 1 for word in command) > MAX_ARGUMENTS_BYTES:
        fix = f"Keep it below {MAX_ARGUMENTS_BYTES} bytes: send what is long as stdin or file."
        return [mistake("command", command, fix)]
    return []


def _wrong_texts(body: Mapping[str, object]) -> list[Mistake]:
    stdin = body.get("stdin", "")
    return [] if _is_text(stdin) else [mistake("stdin", stdin, "Write the input as a text.")]


def _wrong_env(body: Mapping[str, object]) -> list[Mistake]:
    env = body.get("env", {})
    if not isinstance(env, dict):
        return [mistake("env", env, 'Write an object of texts: {"NAME": "value"}.')]
    wrong = [
        name
        for name, value in env.items()
        if not name or "=" in name or not _is_argument(name) or not _is_argument(value)
    ]
    if wrong:
        return [mistake(f"env.{name}", env[name], "Write a name without '=' and a text without NUL.") for name in wrong]
    if sum(len(name.encode()) + len(value.encode()) + 2 for name, value in env.items()) > MAX_ARGUMENTS_BYTES:
        return [mistake("env", "…", f"Keep it below {MAX_ARGUMENTS_BYTES} bytes.")]
    return []


def _is_text(value: object) -> bool:
    """A text that can be written: half of a surrogate pair cannot."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _is_argument(value: object) -> bool:
    return _is_text(value) and isinstance(value, str) and "\0" not in value
