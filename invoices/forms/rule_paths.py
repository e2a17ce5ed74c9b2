"""A form over settings of `arcollect.defaults`: each field says by a path where its rule stands in them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms

from arcollect.defaults import DEFAULTS
from customers.models import Business

HUNDRED = Decimal(100)
Path = tuple[str, ...]


class RuleForm(forms.Form):
    """The rules of a business as they are, to be changed. `paths`: where each field stands in `arcollect.defaults`."""

    paths: ClassVar[Mapping[str, Path]]

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        self.business = business
        rules = business.rules
        initial = {name: _shown(self.base_fields[name], _at(rules, path)) for name, path in self.paths.items()}
        super().__init__(*args, initial=initial, **kwargs)

    def values(self) -> dict[str, Any]:
        """The rules to be stored, as `arcollect.defaults` names them: only what differs, so that the rest follows them."""
        found = {key: _differing(value, DEFAULTS[key]) for key, value in self.own_rules().items()}
        return {key: DEFAULTS[key] if value == {} else value for key, value in found.items()}

    def own_rules(self) -> dict[str, Any]:
        """By the first step of their paths: what the business stored, with what was sent."""
        own: dict[str, Any] = {}
        for key, *rest in self.paths.values():
            if rest and key not in own:
                own[key] = dict(self.business.settings.get(key, {}))
        for name, path in self.paths.items():
            _put(own, path, _kept(self.fields[name], self.cleaned_data[name], _at(DEFAULTS, path)))
        return own


def _at(rules: Mapping[str, Any], path: Iterable[str]) -> Any:
    for step in path:
        rules = rules[step]
    return rules


def _put(rules: dict[str, Any], path: Path, value: Any) -> None:
    *way, last = path
    for step in way:
        rules[step] = dict(rules.get(step, {}))
        rules = rules[step]
    rules[last] = value


def _shown(field: forms.Field, value: Any) -> Any:
    return int(Decimal(value) * HUNDRED) if getattr(field, "is_share", False) else value


def _kept(field: forms.Field, value: Any, known: Any) -> Any:
    """Shares and amounts with two decimals, other numbers as short as can be; what equals `known` in the digits of `known`."""
    if getattr(field, "is_share", False):
        value = f"{Decimal(value) / HUNDRED:.2f}"
    elif getattr(field, "is_sum", False):
        value = f"{value:.2f}"
    elif isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    return known if isinstance(known, str) and _are_one(value, known) else value


def _are_one(value: str, known: str) -> bool:
    try:
        return Decimal(value) == Decimal(known)
    except InvalidOperation:
        return value == known


def _differing(own: Any, defaults: Any) -> Any:
    """What is not as the defaults say, key by key; what has no keys as it is."""
    if not isinstance(own, Mapping) or not isinstance(defaults, Mapping):
        return own
    found = {}
    for name, value in own.items():
        kept = _differing(value, defaults.get(name))
        if kept not in (defaults.get(name), {}):
            found[name] = kept
    return found
