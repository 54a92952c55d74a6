"""Files of a training: the checkpoint, from which it goes on, and the finished weights.

Both are safetensors with a checksum over everything in them. They are written beside their place and
then put there in one move, so that a full disk or a pulled plug leaves the earlier file whole.
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from anuman.lm import safetensors
from anuman.lm.config import Config, shapes
from anuman.lm.errors import LmError, WeightFileError
from anuman.lm.judging import judge
from anuman.lm.loading import from_tensors
from anuman.lm.tokenizer import Tokenizer
from anuman.lm.training import VALIDATION_ROWS, Recipe, Training, held_out_loss

KIND = "checkpoint of anuman.lm.training, format 1"
DATA = "Anu stories: made by the course's own grammar (anuman.lm.stories); nobody else's text"
VECTORS = ("weights", "mean", "square")


def save_checkpoint(training: Training, path: Path) -> None:
    """Keep the whole state of a training. Raises OSError when it cannot be written."""
    metadata = {
        "kind": KIND,
        "recipe": json.dumps(asdict(training.recipe)),
        "config": json.dumps(training.config.as_dict()),
        "tokenizer": json.dumps(training.tokenizer.as_dict()),
        "step": str(training.step),
        "losses": json.dumps(training.losses),
        "validation": json.dumps(training.validation),
    }
    tensors = {name: getattr(training, name) for name in VECTORS}
    safetensors.write(path, tensors, metadata)


def load_checkpoint(path: Path) -> Training:
    """The training at the point where it was saved.

    Raises WeightFileError when the file is missing, truncated, damaged or of another kind.
    """
    tensors, metadata = read_checked(path)
    if metadata.get("kind") != KIND:
        raise WeightFileError(
            f"{path} is not a checkpoint of a training ({metadata.get('kind', 'a file of weights')!r})"
        )
    try:
        recipe = json.loads(metadata["recipe"])
        training = Training(
            Recipe(**recipe | {"languages": tuple(recipe["languages"])}),
            Config(**json.loads(metadata["config"])),
            Tokenizer.from_dict(json.loads(metadata["tokenizer"])),
            *(np.array(tensors[name], np.float32) for name in VECTORS),
            step=int(metadata["step"]),
            losses=json.loads(metadata["losses"]),
            validation=[(step, loss) for step, loss in json.loads(metadata["validation"])],
        )
    except (KeyError, TypeError, ValueError) as error:  # LmError is a ValueError
        raise WeightFileError(f"{path} cannot be used to go on: {error}") from None
    sizes = {getattr(training, name).shape for name in VECTORS}
    if sizes != {(training.config.params,)}:
        raise WeightFileError(f"{path}: its vectors do not have {training.config.params} numbers")
    return training


def save_weights(training: Training, path: Path) -> float:
    """Write the model in fp16 for lm.load, with where it comes from in the header.

    Gives the loss on held-out stories that the header states: the one of the weights as rounded.
    """
    tensors = {name: w.astype(np.float16) for name, w in training.named_weights.items()}
    rounded = {name: w.astype(np.float32) for name, w in tensors.items()}
    recipe, losses = training.recipe, {}
    for chosen in (recipe.languages, *((language,) for language in recipe.languages)):
        losses[chosen] = held_out_loss(rounded, training.config, training.tokenizer, chosen)
    model = from_tensors(training.config, rounded, training.tokenizer)
    shares = {language: asdict(judge(model, language)) for language in recipe.languages}
    metadata = {
        "name": "Anu stories",
        "data": DATA,
        "languages": ", ".join(recipe.languages),
        "steps": str(training.step),
        "seed": str(recipe.seed),
        "tokens_trained": str(training.step * recipe.batch * training.config.context),
        "recipe": json.dumps(asdict(recipe)),
        "validation_loss": f"{losses[recipe.languages]:.4f}",
        "validation_loss_by_language": json.dumps({k: round(losses[(k,)], 4) for k in recipe.languages}),
        "validation_rows": str(VALIDATION_ROWS),
        "stories_that_hold": json.dumps(shares),
        "curve": json.dumps([(step, round(loss, 4)) for step, loss in training.validation]),
        "config": json.dumps(training.config.as_dict()),
        "tokenizer": json.dumps(training.tokenizer.as_dict()),
    }  # fmt: skip
    safetensors.write(path, tensors, metadata)
    return losses[recipe.languages]


def file_loss(path: Path) -> tuple[float, float]:
    """Loss of a file of weights on the held-out stories: measured now, and stated in its header."""
    tensors, metadata = read_checked(path)
    try:
        config = Config(**json.loads(metadata["config"]))
        tokenizer = Tokenizer.from_dict(json.loads(metadata["tokenizer"]))
        languages = tuple(json.loads(metadata["recipe"])["languages"])
        stated, count = float(metadata["validation_loss"]), int(metadata["validation_rows"])
        weights = {name: tensors[name].astype(np.float32) for name in shapes(config)}
    except (KeyError, TypeError, ValueError) as error:
        raise WeightFileError(f"{path} is not a file of trained weights: {error}") from None
    return held_out_loss(weights, config, tokenizer, languages, count), stated


def read_checked(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Tensors and metadata of a file whose checksum is right.

    Raises WeightFileError when it is missing, truncated or altered, LmError when it has no checksum.
    """
    try:
        tensors, metadata = safetensors.read(path)
    except FileNotFoundError:
        raise WeightFileError(f"there is no file {path}") from None
    except OSError as error:
        raise WeightFileError(f"{path} cannot be read: {error.strerror or error}") from None
    if "sha256" not in metadata:
        raise LmError(f"{path} has no checksum: it was not written by this course's training")
    return tensors, metadata
