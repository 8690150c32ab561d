"""What conditions do: the branches are run apart and joined; one that plain constants rule out is not run.

`num = 86` and `if 7 * 42 - num > 200:` take one way only. A flag, a global name, or a name that another function
changes decides nothing: such a condition is there to come out differently some day.
"""

import ast

from domainlab.review.containers import Env
from domainlab.review.expressions import Expressions
from domainlab.review.values import NOTHING, Value, join

DECIDING = (ast.Compare, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Subscript)
OTHERS = (ast.Global, ast.Nonlocal)


class Branches(Expressions):
    """Run `if` and `match`; the engine adds `run`."""

    def _run_if(self, node: ast.If, env: Env) -> bool:
        came = self.value(node.test, env)
        yes, no = self.proved(node.test, True, env), self.proved(node.test, False, env)
        if came.known and isinstance(came.const, bool) and self._decides(node.test):
            return self._merge(env, self.run(node.body, yes) if came.const else self.run(node.orelse, no))
        return self._merge(env, self.run(node.body, yes), self.run(node.orelse, no))

    def _decides(self, test: ast.AST) -> bool:
        """Whether a test compares nothing but constants and names that this function alone sets."""
        parts = [node for node in ast.walk(test) if isinstance(node, ast.expr)]
        if not isinstance(test, ast.Compare) or not all(isinstance(node, DECIDING) for node in parts):
            return False
        return {node.id for node in parts if isinstance(node, ast.Name)} <= self._own_names()

    def _own_names(self) -> set[str]:
        nodes = list(ast.walk(self.scope.function)) if self.scope.function else []
        shared = {name for node in nodes if isinstance(node, OTHERS) for name in node.names}
        stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        return stored - shared

    def _merge(self, env: Env, *branches: Env | None) -> bool:
        """Replace `env` by the join of the branches that reach their end."""
        alive = [branch for branch in branches if branch is not None]
        if not alive:
            return False
        first, *others = alive
        for other in others:
            for key, value in other.items():
                mine = first.get(key)
                if mine is not value:
                    first[key] = join(mine or NOTHING, value)
        env.clear()
        env.update(first)
        return True

    def _run_match(self, node: ast.Match, env: Env) -> bool:
        subject = self.value(node.subject, env)
        known = subject.known and isinstance(node.subject, ast.Name) and node.subject.id in self._own_names()
        branches, decided = [dict(env)], False
        for case in node.cases:
            fits = _fits(case, subject) if known else None
            if decided or fits is False:
                continue
            inner = dict(env)
            for pattern in ast.walk(case.pattern):
                if isinstance(pattern, ast.MatchAs | ast.MatchStar) and pattern.name:
                    inner[pattern.name] = Value(taints=subject.taints)
            if case.guard is not None:
                self.value(case.guard, inner)
            last = fits or (_takes_all(case.pattern) and case.guard is None)
            branches = branches[1:] if last else branches
            branches.append(self.run(case.body, inner))
            decided = last
        return self._merge(env, *branches)


def _fits(case: ast.match_case, subject: Value) -> bool | None:
    """Whether a case takes a known value; None where that is not plain."""
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    plain = all(isinstance(one, ast.MatchValue) and isinstance(one.value, ast.Constant) for one in patterns)
    return any(one.value.value == subject.const for one in patterns) if plain and case.guard is None else None


def _takes_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None
