"""CWE-502: objects are made from data that says which code to run."""

import ast
from collections.abc import Iterable

from domainlab.review.rule import Call, Hit, Rule, confidence_of
from domainlab.review.syntax import Module
from domainlab.review.values import LOCAL, REMOTE

ASKS = (ast.If, ast.IfExp, ast.Compare, ast.Subscript, ast.Raise)
LOADERS = frozenset(
    "pickle.loads pickle.load cPickle.loads cPickle.load _pickle.loads dill.loads dill.load cloudpickle.loads "
    "cloudpickle.load marshal.loads marshal.load jsonpickle.decode jsonpickle.loads shelve.open pandas.read_pickle "
    "joblib.load pickle.Unpickler shelve.DbfilenameShelf yaml.unsafe_load yaml.full_load yaml.unsafe_load_all "
    "yaml.full_load_all sklearn.externals.joblib.load dill.Unpickler".split()
)
YAML = ("yaml.load", "yaml.load_all", "ruamel.yaml.load")
SAFE_LOADERS = ("SafeLoader", "CSafeLoader", "BaseLoader")
SIGNED = ("compare_digest", "hmac.new", ".verify(", "unsign", "hmac.digest")
LOCAL_ONLY = frozenset({"shelve.open", "shelve.DbfilenameShelf", "joblib.load", "pandas.read_pickle", "marshal.load"})


def check(call: Call) -> Hit | None:
    """A loader that runs code, on anything that is not a constant of the program."""
    if call.name in YAML:
        loader = call.argument(1, "Loader")
        if loader is not None and loader.name.endswith(SAFE_LOADERS):
            return None
    elif call.name == "torch.load":
        flag = call.const(9, "weights_only")
        if flag is not False:
            return None
    elif call.name == "numpy.load":
        if call.const(9, "allow_pickle") is not True:
            return None
    elif call.name not in LOADERS:
        return None
    return _hit(call)


def _hit(call: Call) -> Hit | None:
    value = (
        call.argument(0, "file", "stream", "filename", "filepath_or_buffer", "data")
        if call.args or call.keywords
        else None
    )
    if value is None or (value.known and call.name not in YAML) or _is_signed(call):
        return None
    taint = value.reaching("deserialize", REMOTE | LOCAL | {"parameter", "unknown"})
    if taint is None:
        if call.name in LOCAL_ONLY or value.name.endswith("dumps()"):
            return None
        return Hit(call.node, "Objects are made from data without asking who wrote it", "medium")
    confidence = "medium" if taint.kind == "unknown" else confidence_of(taint)
    return Hit(call.node, source=taint, confidence=confidence)


def open_unpicklers(module: Module) -> Iterable[Hit]:
    """An Unpickler of one's own whose `find_class` lets every class through."""
    for owner in module.walk(ast.ClassDef):
        if not any(module.dotted(base).endswith("Unpickler") for base in owner.bases):
            continue
        finds = next((one for one in owner.body if getattr(one, "name", "") == "find_class"), None)
        asks = finds is not None and any(isinstance(one, ASKS) for one in ast.walk(finds))
        if not asks:
            yield Hit(finds or owner, "Every class is let through", "medium")


def _is_signed(call: Call) -> bool:
    """Whether the function around checks a signature first."""
    function, module = call.scope.function, call.scope.module
    lines = module.lines[function.lineno - 1 : call.node.lineno] if function else ()
    return any(word in line for line in lines for word in SIGNED)


RULE = Rule(cwe=502, name="unsafe-deserialization", also=(915,), on_call=check, on_module=open_unpicklers)
