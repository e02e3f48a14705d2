"""Small tools a question can be given: arithmetic, dates, counting. Each finds its own work in the question. Pure."""

import ast
import operator
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise

_EXPRESSION = re.compile(r"[\d(.][\d\s.()+\-*/^\u00d7\u00f7]*[\d)]")
_EXPRESSION_MAX = 120
_RESULTS_MAX = 5
_DIGITS_MAX = 40
_EXPONENT_MAX = 64
_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_WORD = re.compile(r"\S+")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201d]+)[\"\u201d]")
_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def calculate(question: str) -> list[tuple[str, str]]:
    """Every calculation in it, exactly: ("12 * 3.5", "42")."""
    found = []
    for written in _EXPRESSION.findall(_DATE.sub(" ", question)):
        said = " ".join(written.split())
        value = _value(said) if len(said) <= _EXPRESSION_MAX else None
        if value is not None:
            found.append((said, _shown(value)))
    return found[:_RESULTS_MAX]


def _value(written: str) -> Fraction | None:
    """What it comes to; None for a lone number, and for what is no calculation."""
    try:
        tree = ast.parse(written.replace("^", "**").replace("\u00d7", "*").replace("\u00f7", "/"), mode="eval").body
        return _worked_out(tree) if isinstance(tree, ast.BinOp) else None
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def _worked_out(node: ast.expr) -> Fraction:
    """Raises ValueError for what is no arithmetic, or goes beyond forty digits."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return Fraction(ast.unparse(node))
        case ast.UnaryOp(op=ast.USub()):
            return -_worked_out(node.operand)
        case ast.BinOp(op=ast.Pow()):
            base, power = _worked_out(node.left), _worked_out(node.right)
            if power.denominator != 1 or not 0 <= power <= _EXPONENT_MAX:
                raise ValueError("exponents are whole numbers up to 64")
            return _bounded(base ** int(power))
        case ast.BinOp() if type(node.op) in _OPERATORS:
            return _bounded(_OPERATORS[type(node.op)](_worked_out(node.left), _worked_out(node.right)))
    raise ValueError("no arithmetic")


def _bounded(value: Fraction) -> Fraction:
    if max(abs(value.numerator), value.denominator) >= 10**_DIGITS_MAX:
        raise ValueError("too large")
    return value


def _shown(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}"
    millionths = round(abs(value) * 10**6)
    sign = "-" if value < 0 else ""
    exact = "" if Fraction(millionths, 10**6) == abs(value) else "about "
    return exact + f"{sign}{millionths // 10**6:,}.{millionths % 10**6:06d}".rstrip("0").rstrip(".")


def look_at_dates(question: str) -> list[tuple[str, str]]:
    """The weekday of each date written YYYY-MM-DD, and the days from each to the next."""
    days = [each for each in map(_day, _DATE.findall(question)) if each is not None][:_RESULTS_MAX]
    found = [(f"{each}", f"{each:%A}, week {each.isocalendar().week} of {each.isocalendar().year}") for each in days]
    for first, second in pairwise(days):
        apart = abs((second - first).days)
        found.append((f"{first} to {second}", f"{apart:,} day{'' if apart == 1 else 's'}"))
    return found


def _day(parts: tuple[str, str, str]) -> date | None:
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def count_words(question: str) -> list[tuple[str, str]]:
    """Words and characters of what stands in quotation marks, or else of the whole question."""
    quoted = _QUOTED.findall(question)[:_RESULTS_MAX]
    texts = [(f'"{text[:40]}"', text) for text in quoted] or [("Your question", question)]
    return [(name, f"{len(_WORD.findall(text)):,} words, {len(text):,} characters") for name, text in texts]
