"""Answering speed of `HFChat` against plain `generate`, one by one and in padded batches; answers must agree.

python benchmarks/generate_speed.py
"""

import argparse
import time

import torch
from machine import describe_machine, peak_megabytes
from train_speed import make_examples

from domainlab.chat_format import prompt_ids
from domainlab.models import HFChat, load_base
from domainlab.settings import current_scale

NEW_TOKENS = 48


def by_generate(model, tokenizer, prompts: list[str], batch_size: int) -> list[str]:
    """transformers' own way, with padding on the left."""
    answers = []
    for start in range(0, len(prompts), batch_size):
        ids = prompt_ids(tokenizer, prompts[start : start + batch_size])
        batch = tokenizer.pad({"input_ids": ids}, padding_side="left", return_tensors="pt").to(model.device)
        with torch.inference_mode():
            output = model.generate(
                **batch, max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=tokenizer.pad_token_id
            )
        new = output[:, batch["input_ids"].shape[1] :]
        answers += [text.strip() for text in tokenizer.batch_decode(new, skip_special_tokens=True)]
    return answers


def main() -> None:
    """Time the three ways on the same prompts and print their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prompts", type=int, default=200)
    count = parser.parse_args().prompts
    scale = current_scale()
    model, tokenizer = load_base(scale.base_model, revision=scale.revision, device=scale.device, dtype=scale.dtype)
    prompts = [example.prompt for example in make_examples(count)]
    chat = HFChat(model, tokenizer, progress=False)
    ways = {
        "one by one": lambda some: by_generate(model, tokenizer, some, 1),
        "batches of 64": lambda some: by_generate(model, tokenizer, some, 64),
        "HFChat": lambda some: chat(some, max_new_tokens=NEW_TOKENS),
    }
    speeds, answers = {}, {}
    for name, way in ways.items():
        way(prompts[:4])  # warm up
        start = time.perf_counter()
        answers[name] = way(prompts)
        seconds = time.perf_counter() - start
        tokens = sum(len(ids) for ids in tokenizer(answers[name], add_special_tokens=False)["input_ids"])
        speeds[name] = tokens / seconds
        print(f"{name:14} {speeds[name]:8.0f} tokens/s {seconds:6.1f} s")
    same = sum(a == b for a, b in zip(answers["one by one"], answers["HFChat"], strict=True))
    ratio = speeds["HFChat"] / speeds["one by one"]
    print(f"HFChat is {ratio:.1f}x one by one, {same}/{count} answers the same; {peak_megabytes():.0f} MB peak")
    print(describe_machine())


if __name__ == "__main__":
    main()
