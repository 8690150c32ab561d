"""CWE-1336: a stranger's text is used as a template, not as a value in one."""

from domainlab.review.rule import LOCAL, REMOTE, Call, Rule, Sink

TEMPLATES = (
    "flask.render_template_string", "render_template_string", "jinja2.Template", "mako.template.Template",
    "jinja2.Environment().from_string", ".from_string", "django.template.Template", "tornado.template.Template",
    "bottle.template", "bottle.SimpleTemplate", "jinja2.sandbox.Environment().from_string", "chameleon.PageTemplate",
    "Cheetah.Template.Template", "quart.render_template_string", "genshi.template.MarkupTemplate",
)  # fmt: skip


def is_open(call: Call) -> bool:
    """Whether the template may reach everything: the sandbox of Jinja keeps it from that."""
    return "Sandbox" not in call.receiver.name


RULE = Rule(
    cwe=1336,
    name="template-injection",
    also=(94, 79, 96),
    sinks=(
        Sink(
            TEMPLATES,
            "template",
            (0,),
            ("source", "text", "template_string"),
            kinds=REMOTE | {"input"},
            weak=LOCAL | {"parameter"},
            only=is_open,
        ),
    ),
)
