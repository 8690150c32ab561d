"""CWE-78: a stranger's text becomes part of a command that a shell reads."""

import re

from domainlab.review.rule import BUILT, LOCAL, REMOTE, Call, Hit, Rule, Sink, confidence_of
from domainlab.review.values import Value
from domainlab.review.vocabulary import SQL

SHELL = (
    "os.system", "os.popen", "os.popen2", "os.popen3", "os.popen4", "commands.getoutput", "commands.getstatusoutput",
    "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "popen2.popen3",
    "pexpect.run", "pexpect.spawn", "fabric.api.run", "fabric.api.local", "fabric.api.sudo", "invoke.run",
    "asyncio.subprocess.create_subprocess_shell",
)  # fmt: skip
PROCESS = (
    "subprocess.run", "subprocess.call", "subprocess.Popen", "subprocess.check_call", "subprocess.check_output",
    "asyncio.create_subprocess_exec",
)  # fmt: skip
REPLACING = ("os.execl", "os.execle", "os.execlp", "os.execv", "os.execve", "os.execvp", "os.spawnl", "os.spawnv",
             "os.spawnlp", "os.spawnvp", "os.startfile", "pty.spawn", "os.posix_spawn")  # fmt: skip
REMOTE_SHELL = re.compile(r"(?i)^_?(exec_?command|(run|exec|execute|send|do)_?(ssh|cmd|cli|shell|command|adb_cmd)|"
                          r"(ssh|cli|shell|cmd)_?(run|exec|execute|cmd|command|call)|exec_run|_?exec_adb_cmd|"
                          r"sh_run)$")  # fmt: skip
TABLE = re.compile(r"(?i)(^|\.)(cmd|shell|ssh|command|host)\.(run|exec|call|system|check_output|shell|popen)\w*$")
NAMED, STARTS = re.compile(r"(?i)(cmd|command)$"), re.compile(r"(?i)(exec|run|call|shell|output)")
SPLIT = re.compile(r"\.split\(\)$|^shlex\.split\(\)$|^split\(\)$")
SHELLS = re.compile(r"(^|/)(ba|z|da|k|c)?sh$|cmd(\.exe)?$|powershell(\.exe)?$")


def through_shell(call: Call) -> bool:
    """Whether a process is started through a shell."""
    shell = call.keywords.get("shell")
    return shell is not None and not (shell.known and not shell.const)


def check(call: Call) -> Hit | None:
    """A program chosen by a stranger, `sh -c text`, or text for a shell on another machine."""
    if call.name in PROCESS and not through_shell(call):
        return _listed(call)
    if call.name in REPLACING:
        taint = call.args[0].reaching("command", REMOTE | {"input"}) if call.args else None
        return Hit(call.node, source=taint, confidence="high") if taint else None
    named = call.node.args and NAMED.search(getattr(call.node.args[0], "id", "")) and STARTS.search(call.last)
    if call.name in SHELL or (call.name in PROCESS and through_shell(call)):
        return _of_unknown_parts(call)
    if REMOTE_SHELL.match(call.last) or named or TABLE.search(call.name) or _is_task(call):
        for value in call.args[:1]:
            taint = value.reaching("command", BUILT | {"database"}) if value.built and not value.listed else None
            text = value.text.replace("\0", " ")
            if taint and re.search(r"\w", text) and not SQL.search(text):
                return Hit(call.node, source=taint, confidence="medium")
    return None


def _is_task(call: Call) -> bool:
    """Whether a runner of tasks hands its text to a shell (Fabric, Invoke)."""
    return call.last in ("run", "sudo", "local") and call.scope.module.imports("fabric", "invoke")


def _of_unknown_parts(call: Call) -> Hit | None:
    """Text for a shell that is put together from what nobody can see here: a shell forgives nothing."""
    for value in call.args[:1]:
        taint = value.reaching("command", {"unknown", "database"}) if value.built and not value.listed else None
        if taint:
            return Hit(call.node, source=taint, confidence="medium")
    return None


def _listed(call: Call) -> Hit | None:
    command = call.argument(0, "args")
    if command is None:
        return None
    first, second = command.item("0"), command.item("1")
    if SPLIT.search(command.name) and (taint := command.reaching("command", REMOTE | LOCAL | {"parameter"})):
        message = "A command line that is split at its blanks: whoever fills it adds arguments and names programs"
        return Hit(call.node, message, confidence_of(taint), taint)
    if not command.listed:
        first = command if command.name != "list" and not command.built else None
        taint = first.reaching("command", REMOTE) if first else None
        return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None
    if first is not None and SHELLS.search(first.text) and second is not None and "c" in second.text.lower():
        return _shell_text(call, command)
    taint = first.reaching("command", REMOTE | {"input"}) if first is not None else None
    return Hit(call.node, source=taint, confidence="high") if taint else None


def _shell_text(call: Call, command: Value) -> Hit | None:
    taint = command.reaching("command", REMOTE | LOCAL | {"parameter", "unknown"})
    return Hit(call.node, source=taint, confidence=confidence_of(taint)) if taint else None


KINDS = REMOTE | LOCAL | {"parameter"}
RULE = Rule(
    cwe=78,
    name="command-injection",
    also=(77, 88),
    sinks=(
        Sink(SHELL, "command", kinds=KINDS, weak=BUILT),
        Sink(PROCESS, "command", (0,), ("args",), kinds=KINDS, weak=BUILT, only=through_shell),
    ),
    on_call=check,
)
