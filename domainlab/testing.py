"""Small stand-ins for tests and for readers: a random model, its tokenizer, ten documents.

Nothing is read from disk or network. The models are real `transformers` models of the named family,
only tiny and untrained: what works on them works on the big ones, in milliseconds, but their answers
mean nothing.

>>> len(ten_documents())
10
>>> tiny_tokenizer().decode(tiny_tokenizer()("Dose: 5 mg")["input_ids"])
'Dose: 5 mg'
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from domainlab.errors import ConfigError
from domainlab.records import Document

FAMILIES = ("llama", "qwen", "gemma")
CONTEXT = 1024  # tokens
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer with one token per byte, so any text fits and every token can be read by eye."""
    specials = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    vocabulary = {token: number for number, token in enumerate(specials + sorted(ByteLevel.alphabet()))}
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        extra_special_tokens=specials[2:],
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def tiny_model(family: str = "llama", seed: int = 0) -> PreTrainedModel:
    """A random model with the family's real layers, for `tiny_tokenizer`: 2 layers, width 32, eval mode.

    Args:
        family: "llama", "qwen" (Qwen3) or "gemma" (Gemma 3, text part; one layer slides over 64 tokens).
        seed: the same seed gives the same weights.

    Raises:
        ConfigError: unknown family.
    """
    if family not in FAMILIES:
        raise ConfigError(f"family must be one of {', '.join(FAMILIES)}; got {family!r}.")
    tokenizer = tiny_tokenizer()
    sizes = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": CONTEXT,
        "initializer_range": 0.3,  # large, so that the best token stands clear of the second best
        "bos_token_id": None,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if family == "llama":
            model = LlamaForCausalLM(LlamaConfig(**sizes))
        elif family == "qwen":
            model = Qwen3ForCausalLM(Qwen3Config(**sizes))
        else:
            layers = ["sliding_attention", "full_attention"]
            model = Gemma3ForCausalLM(Gemma3TextConfig(**sizes, layer_types=layers, sliding_window=64))
    return model.eval()


def save_tiny_checkpoint(folder: str | Path, family: str = "llama", seed: int = 0) -> Path:
    """Write `tiny_model` and `tiny_tokenizer` as an ordinary checkpoint folder, and return its path."""
    folder = Path(folder)
    tiny_model(family, seed).save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def ten_documents() -> list[Document]:
    """Ten short documents of an invented clinic; "keys-2025" replaces what "keys-2024" says."""
    return [
        Document(id=name, text=text, source="domainlab", licence="CC0-1.0", date=date)
        for name, date, text in _TEN
    ]


_TEN = (
    (
        "opening-hours",
        "",
        "Larkfield Clinic opens at 07:30 on weekdays and at 09:00 on Saturday. It is closed on "
        "Sunday. The front desk answers the telephone until 18:15. After that, calls go to the night "
        "nurse in Ward 4.",
    ),
    (
        "visitors",
        "",
        "Visitors sign the green book at the door. At most two visitors may stay with a patient at "
        "the same time. Children under twelve come with an adult. Flowers are welcome, except in Ward "
        "2.",
    ),
    (
        "fridge",
        "",
        "The vaccine fridge stands in Room 11 and is kept at 5 degrees. Its thermometer is read twice "
        "a day, at 08:00 and at 16:00. If it shows more than 8 degrees, call Tamsin Orrel and do not "
        "use the vials.",
    ),
    (
        "keys-2024",
        "2024-01-15",
        "The spare keys of the medicine cupboard hang in the safe of Room 3. Only Ruben Vasko may "
        "open the safe.",
    ),
    (
        "keys-2025",
        "2025-06-01",
        "The spare keys of the medicine cupboard lie in a sealed bag at the front desk. Only Ines "
        "Halloran may break the seal.",
    ),
    (
        "laboratory",
        "",
        "Blood samples leave for the laboratory at 11:00 and at 15:30. Samples that miss the second "
        "van wait in the blue box overnight. Results come back within 26 hours and are filed under "
        "the sample code, never under a name.",
    ),
    (
        "passwords",
        "",
        "Staff passwords have at least 14 characters and are never shared. A screen locks after 4 "
        "minutes. Whoever finds an unlocked screen tells Odile Brant, who keeps the incident list.",
    ),
    (
        "fire-drill",
        "",
        "The fire drill is held on the first Tuesday of March and of September. Everybody meets at "
        "the oak behind the car park. Lifts are not used. Ward 4 leaves last, because its beds need "
        "two helpers each.",
    ),
    (
        "kitchen",
        "",
        "The kitchen serves soup at noon and a warm supper at 17:45. Meals without salt carry a "
        "yellow lid, meals without nuts a red lid. A wish for the next day reaches the cook before "
        "14:00.",
    ),
    (
        "ambulance",
        "",
        "The ambulance is checked every Monday by Pavel Lindqvist. It carries 6 litres of saline, 2 "
        "oxygen bottles and 1 folding chair. A missing item is written on the white board, and the "
        "ambulance stays until it is replaced.",
    ),
)
