"""How a chat becomes token ids, and where an answer ends: the same for training and for asking.

The model's own chat template decides. Whoever trains and whoever asks must agree to the token, otherwise
the model meets a prompt that it was never trained on.
"""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from domainlab.errors import ConfigError

PLAIN_CHAT_TEMPLATE = (  # for models that were never taught a chat format
    "{% for message in messages %}{{ message['role'] | capitalize }}: {{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}Assistant: {% endif %}"
)


def prompt_ids(
    tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str], *, system: str | None = None
) -> list[list[int]]:
    """Token ids of each prompt as a chat turn, up to where the assistant starts to speak."""
    first = [{"role": "system", "content": system}] if system is not None else []
    chats = [[*first, {"role": "user", "content": prompt}] for prompt in prompts]
    texts = tokenizer.apply_chat_template(chats, tokenize=False, add_generation_prompt=True)
    return tokenizer(texts, add_special_tokens=False)["input_ids"]  # the template wrote them already


def answer_end(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Token ids that close an assistant's answer, as the chat template writes them; the last one says "stop".

    Raises:
        ConfigError: neither the template nor the tokenizer has an end token.
    """
    marker = "ANSWER"
    chat = [{"role": "user", "content": "QUESTION"}, {"role": "assistant", "content": marker}]
    tail = tokenizer.apply_chat_template(chat, tokenize=False).rpartition(marker)[2]
    ids = tokenizer(tail, add_special_tokens=False)["input_ids"]
    special = [place for place, token in enumerate(ids) if token in tokenizer.all_special_ids]
    if special:
        return ids[: special[0] + 1]
    if tokenizer.eos_token_id is None:
        raise ConfigError(
            "The tokenizer has no end-of-text token, so no answer could ever end; set eos_token."
        )
    return [tokenizer.eos_token_id]
