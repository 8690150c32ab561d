"""CWE-477: functions that were given up, most of them for a reason."""

from domainlab.review.rule import Call, Hit, Rule

GONE = {
    "os.popen2": "subprocess", "os.popen3": "subprocess", "os.popen4": "subprocess", "os.spawnvp": "subprocess",
    "imp.load_source": "importlib", "imp.find_module": "importlib", "imp.load_module": "importlib",
    "inspect.getargspec": "inspect.signature", "time.clock": "time.perf_counter",
    "platform.linux_distribution": "distro",
    "base64.encodestring": "base64.encodebytes", "base64.decodestring": "base64.decodebytes",
    "string.letters": "string.ascii_letters",
    "asyncio.async": "asyncio.ensure_future", "thread.start_new_thread": "threading",
    "commands.getoutput": "subprocess",
    "rexec.RExec": "nothing: it never was safe", "ssl.match_hostname": "SSLContext.check_hostname",
    "crypt.crypt": "hashlib.scrypt",
    "asyncore.loop": "asyncio", "smtpd.SMTPServer": "aiosmtpd", "pipes.quote": "shlex.quote", "os.tempnam": "tempfile",
    "md5.new": "hashlib", "sha.new": "hashlib", "string.join": "str.join", "apply": "f(*args)",
    "unittest.makeSuite": "TestLoader",
    "formatter.DumbWriter": "nothing", "os.errno": "errno", "xml.etree.cElementTree.parse": "xml.etree.ElementTree",
    "locale.format": "locale.format_string", "gettext.lgettext": "gettext.gettext", "binascii.b2a_hqx": "base64",
}  # fmt: skip


def check(call: Call) -> Hit | None:
    """A call of such a function."""
    better = GONE.get(call.name)
    return Hit(call.node, f"{call.name} was given up; use {better}", "medium") if better else None


RULE = Rule(cwe=477, name="obsolete-function", also=(676,), on_call=check)
