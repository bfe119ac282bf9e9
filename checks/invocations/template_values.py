"""Values of template.yaml for programs that play AWS. Needs PyYAML alone, not SAM."""

from functools import cache

import yaml
from processes import REPOSITORY


class _Loader(yaml.SafeLoader):
    """Reads YAML in which CloudFormation's short forms stand, such as `!Ref`; they become their plain arguments."""


def _short_form(loader: _Loader, _name: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _short_form)


@cache
def properties(logical_id: str) -> dict:
    """Reads the properties of a resource. An intrinsic function is its argument."""
    text = (REPOSITORY / "template.yaml").read_text()
    # The loader is a safe one; only the short forms are added.
    template = yaml.load(text, Loader=_Loader)
    return template["Resources"][logical_id]["Properties"]
