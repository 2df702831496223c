"""Filter expressions for lists of runs, such as `model:cnn lr>=1e-3 (tag:paper or val>92%) -state:failed`.

Terms beside each other must all match; `or`, `not` or `-`, and parentheses combine them. A term is a word or a quoted
text that the identifier, name, note, model or tags contain, or a comparison of a field of `run_fields`. A missing value
matches no comparison. Case does not matter.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from fmnist_tui.errors import UserError
from fmnist_tui.runs.filter_operands import EXPECTED, Operand, operand_of
from fmnist_tui.runs.run_fields import Kind, RunField, field_named
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import quote

Predicate = Callable[[RunSummary], bool]

MAX_LENGTH = 1000
MAX_DEPTH = 30
"""Parentheses within each other, so that no text exhausts the stack."""

TEXT = r'"(?P<text>[^"]*)"?'
"""A quoted text; while it is typed, its end is missing."""

TOKEN = re.compile(
    rf"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<minus>-(?=[^\s)]))
    | (?P<field>[A-Za-z][A-Za-z0-9_-]*)
      (?: (?P<colon>:(?:<=|>=|!=|==|=|<|>|~)?) | \s*(?P<operator><=|>=|!=|==|=|<|>|~)\s* )
      (?P<value>{TEXT} | [^\s()]+ (?:\s+%(?=[\s)]|$))? )?
    | {TEXT.replace("text", "quoted")}
    | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)

COMPARISONS: dict[str, Callable[[float, Operand], bool]] = {
    "=": lambda value, operand: operand.low <= value <= operand.high,
    "!=": lambda value, operand: not operand.low <= value <= operand.high,
    "<": lambda value, operand: value < operand.low,
    "<=": lambda value, operand: value <= operand.high,
    ">": lambda value, operand: value > operand.high,
    ">=": lambda value, operand: value >= operand.low,
}


class FilterError(UserError):
    """A filter that can't be understood.

    Attributes:
        position: The index of the character at which the problem begins.
        start: That at which its term begins: all before it can be understood.
    """

    def __init__(self, position: int, problem: str, remedy: str, start: int | None = None) -> None:
        super().__init__(problem, remedy)
        self.position = position
        self.start = position if start is None else start


def parse_filter(text: str) -> Predicate:
    """Return whether a run matches a filter; an empty one matches all.

    Raises:
        FilterError: The text is no filter.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(MAX_LENGTH, f"the filter has {len(text):,} characters", f"Use at most {MAX_LENGTH:,}")
    return _Parser(text).parse() if text.strip() else lambda _run: True


class _Token(NamedTuple):
    kind: str
    position: int
    match: re.Match[str]


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def parse(self) -> Predicate:
        predicate = self._any_of()
        if (token := self._peek()) is not None:  # nothing else ends an expression
            raise FilterError(token.position, "a parenthesis is closed that is not open", "Remove it, or quote it")
        return predicate

    def _any_of(self) -> Predicate:
        parts = [self._all_of()]
        while self._takes_word("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda run: any(part(run) for part in parts)

    def _all_of(self) -> Predicate:
        parts = [self._term()]
        while (token := self._peek()) is not None and token.kind != "close" and not self._is_word("or"):
            if not self._takes_word("and"):
                parts.append(self._term())
            elif self._peek() is None:
                raise self._nothing_follows()
        return parts[0] if len(parts) == 1 else lambda run: all(part(run) for part in parts)

    def _term(self) -> Predicate:
        is_negated = False
        while self._takes("minus") or self._takes_word("not"):
            is_negated = not is_negated
        term = self._atom()
        return (lambda run: not term(run)) if is_negated else term

    def _atom(self) -> Predicate:
        if self._takes("open"):
            return self._group()
        token = self._peek()
        if token is None or token.kind == "close" or self._is_word("or") or self._is_word("and"):
            raise self._nothing_follows()
        self._next += 1
        if token.kind == "field":
            return _comparison(token)
        return _contains(token)

    def _group(self) -> Predicate:
        opening = self._tokens[self._next - 1].position
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(opening, f"more than {MAX_DEPTH} parentheses are open", "Remove some")
        predicate = self._any_of()
        if not self._takes("close"):
            raise FilterError(opening, "a parenthesis is not closed", "Add )")
        self._depth -= 1
        return predicate

    def _nothing_follows(self) -> FilterError:
        if not self._next:
            return FilterError(0, "a term is missing", "Write one such as model:cnn before it")
        before = self._tokens[self._next - 1]
        return FilterError(
            before.position, f"nothing follows {quote(before.match[0].strip())}", "Add a term such as model:cnn"
        )

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _is_word(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "word" and token.match["word"].lower() == word

    def _takes_word(self, word: str) -> bool:
        found = self._is_word(word)
        self._next += found
        return found

    def _takes(self, kind: str) -> bool:
        token = self._peek()
        found = token is not None and token.kind == kind
        self._next += found
        return found


def _tokens(text: str) -> Iterator[_Token]:
    end = len(text.rstrip())
    position = 0
    while position < end:
        match = TOKEN.match(text, position)
        assert match is not None  # each character begins a token
        kind = next(name for name in ("open", "close", "minus", "field", "quoted", "word") if match[name] is not None)
        yield _Token(kind, match.start(kind) - (kind == "quoted"), match)
        position = match.end()


def _contains(token: _Token) -> Predicate:
    """Return whether a run's texts contain a word."""
    word = token.match["quoted"] if token.kind == "quoted" else token.match["word"]
    if token.kind == "word" and re.search("[<>=]", word):
        raise FilterError(
            token.position,
            f"{quote(word)} is no comparison",
            "Write the field first, as in lr>=1e-3, or quote the text",
        )
    wanted = word.casefold()

    def contains(run: RunSummary) -> bool:
        texts = (run.run, run.name, run.note, run.model or "", *run.tags)
        return any(wanted in text.casefold() for text in texts)

    return contains


def _comparison(token: _Token) -> Predicate:
    match = token.match
    try:
        field = field_named(match["field"])
    except UserError as error:
        raise FilterError(token.position, error.problem, error.remedy) from None
    operator = (match["colon"] or match["operator"]).removeprefix(":").replace("==", "=") or "="
    value = match["value"] or ""
    text = match["text"] if value.startswith('"') else value
    place = match.start("value") if value else match.end()
    written = f"{match['field']}{match['colon'] or match['operator'].strip()}"
    if not value:
        raise FilterError(token.position, f"{quote(written)} has no value", f"Add {_example(field)}")
    if field.kind in (Kind.TEXT, Kind.WORDS):
        return _text_comparison(field, operator, text, place, token.position)
    operand = operand_of(field.kind, text)
    if operand is None:
        must = f"it must be {EXPECTED[field.kind]}"
        raise FilterError(place, f"{match['field']} is compared with {quote(text)}, but {must}", "", token.position)
    if operator not in COMPARISONS or not (field.kind.is_ordered or operator in ("=", "!=")):
        usable = "= != < <= > >=" if field.kind.is_ordered else "= or !="
        raise FilterError(token.position, f"{match['field']} can't be compared by {quote(operator)}", f"Use {usable}")
    get, compare = field.value, COMPARISONS[operator]

    def matches(run: RunSummary) -> bool:
        found = get(run)
        return isinstance(found, float | int) and compare(found, operand)

    return matches


def _text_comparison(field: RunField, operator: str, text: str, place: int, start: int) -> Predicate:
    if operator not in ("=", "!=", "~"):
        problem = f"{field.name} is text and can't be compared by {quote(operator)}"
        raise FilterError(place, problem, "Use : != or :~", start)
    wanted, get = text.casefold(), field.value
    if field.choices and not any(choice.startswith(wanted) for choice in field.choices):
        choices = ", ".join(field.choices)
        problem = f"{field.name} is compared with {quote(text)}, but it must be one of {choices}"
        raise FilterError(place, problem, "", start)

    def equals(found: str) -> bool:
        # The beginning of a choice will do: while it is typed, nothing else can be meant.
        return found.startswith(wanted) if field.choices else found.casefold() == wanted

    def contains(found: str) -> bool:
        return wanted in found.casefold()

    is_match = contains if operator == "~" else equals

    def matches(run: RunSummary) -> bool:
        found = get(run)
        if found is None:
            return False
        texts: Sequence[str] = found if isinstance(found, tuple) else (str(found),)
        return any(map(is_match, texts)) != (operator == "!=")

    return matches


def _example(field: RunField) -> str:
    """Return an example of a value."""
    if field.choices:
        return f"one of {', '.join(field.choices)}"
    return EXPECTED.get(field.kind, "a text")
