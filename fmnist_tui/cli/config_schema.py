"""The JSON Schema of a config file, with the titles, descriptions and ranges of the form."""

from typing import Any

from fmnist_tui.config import RunConfig, model_specs, run_specs
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, Any]:
    """Return the schema of what `train --config` reads: a run's fields, of which any may be missing."""
    schema = RunConfig.model_json_schema()
    places = schema["properties"]["model"]["discriminator"]["mapping"]
    for name, architecture in ARCHITECTURES.items():
        definition = schema["$defs"][places[name].rpartition("/")[2]]
        definition |= {"title": name, "description": f"{architecture.summary.capitalize()}.", "required": ["name"]}
        _describe(definition, model_specs(name))
    _describe(schema, run_specs())
    nested = schema["properties"]["model"]
    schema["properties"] = {
        "$schema": {"type": "string", "title": "schema", "description": "The file or address of this schema."},
        **schema["properties"],
        "model": {
            "title": "model",
            "description": "The model: its name, or an object with its name and its options.",
            "anyOf": [{"enum": list(ARCHITECTURES)}, nested],
        },
    }
    about = "The hyperparameters of a run of fmnist-tui. Values that are missing come from the model's preset."
    schema |= {"title": "fmnist-tui run", "description": about}
    schema.pop("required", None)
    return {"$schema": DIALECT, **schema}


def _describe(schema: dict[str, Any], specs: tuple[FieldSpec, ...]) -> None:
    """Give an object's properties the texts of the form, and refuse others, which are misspelled."""
    schema["additionalProperties"] = False
    for spec in specs:
        # The defaults are those of the preset, not of the class.
        schema["properties"][spec.name].pop("default", None)
        schema["properties"][spec.name] |= {"title": spec.label, "description": f"{spec.help} {spec.hint.advice}."}
