"""CWE-283: a process is ended by the number that somebody gave, whoever it belongs to."""

from domainlab.review.rule import LOCAL, REMOTE, Rule, Sink

KILLS = ("os.kill", "os.killpg", "signal.pidfd_send_signal", "psutil.Process().kill", "psutil.Process().terminate")

RULE = Rule(
    cwe=283,
    name="unverified-ownership",
    also=(284, 862),
    sinks=(Sink(KILLS, "owner", (0,), receiver=True, kinds=REMOTE | LOCAL | {"parameter"}),),
)
