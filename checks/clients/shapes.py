"""Compares an answer with the shape that botocore's model has for it."""

from collections.abc import Iterator

from botocore.model import Shape
from refusals import MODEL

TYPES = {"structure": dict, "list": list, "string": str, "integer": int, "boolean": bool}


def differences(operation: str, answer: dict, missing: set[str] = frozenset()) -> list[str]:
    """Returns the places of an answer that the model does not have as they are.

    Every member of the model has to be there, but for those whose paths are in `missing`, which may not.
    """
    shape = MODEL.operation_model(operation).output_shape
    if shape is None:
        return [f"an answer: {answer}"] if answer else []
    return list(_differences(shape, answer, operation, missing))


def _differences(shape: Shape, value: object, path: str, missing: set[str]) -> Iterator[str]:
    if type(value) is not TYPES[shape.type_name]:
        yield f"{path} is {value!r}, no {shape.type_name}"
    elif shape.type_name == "structure":
        for name in sorted(value.keys() - shape.members.keys()):
            yield f"{path}.{name} is unknown"
        for name, member in shape.members.items():
            where = f"{path}.{name}"
            if (name in value) == (where in missing):
                yield f"{where} is {'there' if name in value else 'missing'}"
            elif name in value:
                yield from _differences(member, value[name], where, missing)
    elif shape.type_name == "list":
        for item in value:
            yield from _differences(shape.member, item, f"{path}[]", missing)
    elif shape.type_name == "string":
        if getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{path} is {value}, none of {shape.enum}"
        if path.endswith("Url") and not value:
            yield f"{path} is empty"
