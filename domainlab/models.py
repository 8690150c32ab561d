"""The only door to language models: load one, tell which one it is, talk to it (see `chat.py`)."""

import hashlib
import socket
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import torch
from huggingface_hub import constants
from safetensors import SafetensorError, safe_open
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from domainlab.chat import Chat, HFChat, ScriptedChat
from domainlab.chat_format import PLAIN_CHAT_TEMPLATE, answer_end
from domainlab.errors import ConfigError
from domainlab.memory import keep_freed_memory

__all__ = ["Chat", "HFChat", "ScriptedChat", "base_digest", "load_base"]

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
ADAPTER_PARTS = ("lora_", "bottleneck_")  # parameter names that belong to an adapter, not to its base
PROBE_SECONDS = 3.0  # how long the model hub gets to answer before it counts as unreachable


def load_base(
    name: str | Path, *, revision: str | None = None, device: str = "cpu", dtype: str = "float32"
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a language model and its tokenizer, ready to answer: eval mode, pad token and chat template set.

    Only safetensors weights are read and no code that comes with a model is run. A model without a chat
    template gets "User: ... Assistant: ..." and a warning.

    Args:
        name: a checkpoint folder, or a name on the model hub (the local cache is tried first).
        revision: pinned commit of a hub model.
        device: "cpu", "cuda", or "auto" for a GPU where there is one.
        dtype: of the weights: "float32", "bfloat16" or "float16".

    Raises:
        ConfigError: no such model, no network, an incomplete folder, an unknown dtype or device.
    """
    if dtype not in DTYPES:
        raise ConfigError(f"dtype must be one of {', '.join(DTYPES)}; got {dtype!r}.")
    target = _device(device)
    keep_freed_memory()
    folder = Path(name).expanduser()
    if folder.is_dir():
        _check_folder(folder)
        model, tokenizer = _read(str(folder), None, DTYPES[dtype], offline=True)
    else:
        model, tokenizer = _read_hub(str(name), revision, DTYPES[dtype])
    _complete(model, tokenizer, name)
    return model.to(target).eval(), tokenizer


def _device(device: str) -> torch.device:
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ConfigError(f"device {device!r} needs a GPU that PyTorch can see; use device='auto' or 'cpu'.")
    try:
        return torch.device(device)
    except RuntimeError as error:
        raise ConfigError(f"device must be 'cpu', 'cuda' or 'auto'; got {device!r}.") from error


def _check_folder(folder: Path) -> None:
    wanted = {"config.json": "config.json", "weights": "*.safetensors", "tokenizer": "tokenizer*"}
    missing = [f"{part} ({pattern})" for part, pattern in wanted.items() if not any(folder.glob(pattern))]
    if missing:
        raise ConfigError(
            f"{folder} is not a complete checkpoint folder: it has no {' and no '.join(missing)}."
        )


def _read(
    name: str, revision: str | None, dtype: torch.dtype, *, offline: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    source = {"revision": revision or "main", "local_files_only": offline, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **source)
        model = AutoModelForCausalLM.from_pretrained(name, dtype=dtype, use_safetensors=True, **source)
    except (OSError, ValueError, SafetensorError) as error:
        raise ConfigError(f"Could not load the model {name}: {error}") from error
    return model, tokenizer


def _read_hub(
    name: str, revision: str | None, dtype: torch.dtype
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    try:
        return _read(name, revision, dtype, offline=True)
    except ConfigError as error:
        if not constants.HF_HUB_OFFLINE and _hub_answers():
            return _read(name, revision, dtype, offline=False)
        raise ConfigError(
            f"There is no folder {name}, no complete copy in the cache {constants.HF_HUB_CACHE}, and the "
            "model hub cannot be reached. Give a checkpoint folder, set HF_HOME to a cache that holds the "
            "model, or set DOMAINLAB_SCALE=tiny in a clone of the repository, which holds the embedded model."
        ) from error


def _hub_answers() -> bool:
    """Whether a connection to the hub (or to the proxy in front of it) opens within PROBE_SECONDS."""
    hub = urlsplit(constants.ENDPOINT)
    gate = urlsplit(getproxies().get(hub.scheme) or constants.ENDPOINT)
    address = (gate.hostname, gate.port or (443 if gate.scheme == "https" else 80))
    opened = threading.Event()

    def knock() -> None:
        try:
            socket.create_connection(address, timeout=PROBE_SECONDS).close()
            opened.set()
        except OSError:
            pass

    thread = threading.Thread(target=knock, daemon=True)  # a thread, because a name look-up has no time limit
    thread.start()
    thread.join(PROBE_SECONDS)
    return opened.is_set()


def _complete(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, name: str | Path) -> None:
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        raise ConfigError(
            f"The tokenizer of {name} has {len(tokenizer)} tokens, the model only "
            f"{model.get_input_embeddings().num_embeddings}: they do not belong together."
        )
    if tokenizer.chat_template is None:
        warnings.warn(f"{name} has no chat template; using plain 'User: ... Assistant: ...'", stacklevel=3)
        tokenizer.chat_template = PLAIN_CHAT_TEMPLATE
    answer_end(tokenizer)  # says so now if no answer could ever end
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token


def base_digest(base: PreTrainedModel | str | Path) -> str:
    """sha256 that names a base model by its weights, whatever the dtype it is loaded in.

    Each tensor is hashed as bfloat16 with its shape; equal tensors count once, so that it makes no
    difference whether tied weights are stored twice. Adapter weights do not count.

    Args:
        base: a model, also with an adapter on, or a checkpoint folder.
    """
    tensors = _stored(Path(base)) if isinstance(base, (str, Path)) else _weights(base)
    return hashlib.sha256(
        "".join(sorted({_tensor_digest(tensor) for tensor in tensors})).encode()
    ).hexdigest()


def _weights(model: PreTrainedModel) -> Iterator[Tensor]:
    for name, weight in model.named_parameters():
        if not any(part in name for part in ADAPTER_PARTS):
            yield weight


def _stored(folder: Path) -> Iterator[Tensor]:
    _check_folder(folder)
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as weights:
            for name in weights.keys():  # noqa: SIM118 - not a dict
                yield weights.get_tensor(name)


def _tensor_digest(tensor: Tensor) -> str:
    values = tensor.detach().to("cpu", torch.bfloat16).contiguous().view(-1).view(torch.int16).numpy()
    return hashlib.sha256(f"{tuple(tensor.shape)}".encode() + values.tobytes()).hexdigest()
