"""CWE-732: files get rights for everybody."""

from domainlab.review.rule import Call, Hit, Rule

MODES = {"os.chmod": 1, "os.fchmod": 1, "os.lchmod": 1, ".chmod": 0, "os.mkdir": 1, "os.makedirs": 1, "os.open": 2,
         "os.mkfifo": 1, ".mkdir": 0, ".touch": 0, "os.mknod": 1}  # fmt: skip


def check(call: Call) -> Hit | None:
    """A mode with which others may write, or read what is named after secrets."""
    for name, place in MODES.items():
        if call.name == name or (name[0] == "." and call.name.endswith(name) and not call.name.startswith("os.")):
            mode = call.const(place, "mode")
            if isinstance(mode, int) and (mode & 0o002 or (mode & 0o111 and mode & 0o020 and "chmod" in name)):
                return Hit(call.node, f"Mode {mode:03o} lets others write", "high")
            if isinstance(mode, int) and mode & 0o004 and _is_secret(call) and "mkdir" not in name:
                return Hit(call.node, f"Mode {mode:03o} lets everybody read", "medium")
            wide = call.argument(place, "mode")
            if wide is not None and ("S_IRWXO" in wide.name or "S_IWOTH" in wide.name):
                return Hit(call.node, "Everybody may write", "high")
            if wide is not None and any(word in call.scope.module.text(call.node) for word in ("S_IRWXO", "S_IWOTH")):
                return Hit(call.node, "Everybody may write", "high")
    if call.name.startswith(("subprocess.", "os.system", "os.popen")) and call.args:
        words = call.args[0].text.replace("\0", " ").split()
        if "chmod" in words and any(word in ("777", "0777", "a+rwx", "666", "o+w", "a+w", "-R777") for word in words):
            return Hit(call.node, "Everybody may write", "high")
    return None


def _is_secret(call: Call) -> bool:
    line = call.scope.module.text(call.node).lower()
    return any(word in line for word in ("key", "secret", "passw", "token", "credential", "shadow", ".pem", "private"))


RULE = Rule(cwe=732, name="open-permissions", also=(276, 277, 281), on_call=check)
