"""Training speed of `finetune` against trl's defaults and a bare PyTorch loop: same data, model and machine.

    python benchmarks/train_speed.py            # all arms, each in a process of its own
    python benchmarks/train_speed.py finetune   # one arm

Each arm loads the model, trains LoRA on short examples for one epoch and reports tokens per second (prompt
and answer, without padding) from the call to its return. The first call of a process warms up and does not
count. trl's arm is its quick start with the same adapter, and nothing of this package in its process.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import torch
from datasets import Dataset
from machine import describe_machine, peak_megabytes
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

from domainlab.models import load_base
from domainlab.records import Example
from domainlab.settings import current_scale
from domainlab.train.attach import attach
from domainlab.train.config import TrainConfig
from domainlab.train.encode import encode_examples
from domainlab.train.finetune import finetune
from domainlab.train.pack import collate, pack, plan_rows, token_losses
from domainlab.train.trainer import fast_bfloat16

RANK, RATE, BATCH_TOKENS, WARM_UP = 16, 3e-3, 2048, 24


def make_examples(count: int) -> list[Example]:
    """Short questions about made-up wards, about fifty tokens each."""
    draw = random.Random(0)
    drugs = ("heparin", "insulin", "morphine", "digoxin", "warfarin", "atenolol")
    examples = []
    for number in range(count):
        drug, dose, hour = draw.choice(drugs), draw.randint(1, 99), draw.randint(0, 23)
        note = f"Room {number} gets {dose} mg of {drug} at {hour} o'clock."
        examples.append(
            Example(
                id=f"e{number}",
                prompt=f"{note}\nWhat does room {number} get?",
                response=f"{dose} mg of {drug} at {hour} o'clock.",
                domain="medical",
                group=str(number),
            )
        )
    return examples


def load():
    """The base model of the current scale, as the package loads it."""
    scale = current_scale()
    return load_base(scale.base_model, revision=scale.revision, device=scale.device, dtype=scale.dtype)


def with_finetune(examples: list[Example]) -> None:
    """The package's own way."""
    model, tokenizer = load()
    config = TrainConfig(learning_rate=RATE, epochs=1, batch_tokens=BATCH_TOKENS)
    finetune(attach(model, "lora", rank=RANK), tokenizer, examples, config, progress=False)


def with_trl_defaults(examples: list[Example]) -> None:
    """SFTTrainer as its quick start shows it; only reports and bars are switched off."""
    scale = current_scale()
    chats = [
        {
            "prompt": [{"role": "user", "content": example.prompt}],
            "completion": [{"role": "assistant", "content": example.response}],
        }
        for example in examples
    ]
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(
            output_dir=folder,
            num_train_epochs=1,
            learning_rate=RATE,
            report_to="none",
            disable_tqdm=True,
            use_cpu=scale.device == "cpu",
        )
        lora = LoraConfig(r=RANK, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
        data = Dataset.from_list(chats)
        SFTTrainer(model=scale.base_model, args=args, train_dataset=data, peft_config=lora).train()


def with_bare_loop(examples: list[Example]) -> None:
    """Packed rows, bfloat16, AdamW, the attention that is fastest here, and nothing else."""
    model, tokenizer = load()
    model = attach(model, "lora", rank=RANK).train()
    if model.device.type == "cpu":
        model.set_attn_implementation("eager")
    encoded = encode_examples(examples, tokenizer, max_tokens=1024)
    lengths = [len(example["input_ids"]) for example in encoded]
    rows, per_step = plan_rows(lengths, batch_tokens=BATCH_TOKENS, hidden_size=model.config.hidden_size)
    packed = pack(encoded, rows=rows)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=RATE, fused=True)
    for start in range(0, rows, per_step):
        batch = {name: part.to(model.device) for name, part in collate(packed[start : start + per_step]).items()}
        with torch.autocast(model.device.type, torch.bfloat16, enabled=fast_bfloat16(model.device)):
            loss = token_losses(model, batch).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()


ARMS: dict[str, Callable] = {"trl": with_trl_defaults, "bare": with_bare_loop, "finetune": with_finetune}


def measure(arm: str, count: int) -> dict:
    """Tokens per second and peak memory of one arm, in this process."""
    examples = make_examples(count + WARM_UP)
    seconds = 0.0
    for part in (examples[count:], examples[:count]):
        start = time.perf_counter()
        ARMS[arm](part)
        seconds = time.perf_counter() - start
    tokens = sum(len(row["input_ids"]) for row in encode_examples(examples[:count], load()[1], max_tokens=1024))
    return {"arm": arm, "tokens": tokens, "tokens_per_second": tokens / seconds, "peak_mb": peak_megabytes()}


def main() -> None:
    """Run the arms and print their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("arm", nargs="?", choices=ARMS)
    parser.add_argument("--examples", type=int, default=240)
    options = parser.parse_args()
    if options.arm:
        print(json.dumps(measure(options.arm, options.examples)))
        return
    results = {}
    for arm in ARMS:
        command = [sys.executable, __file__, arm, "--examples", str(options.examples)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        results[arm] = json.loads(output.splitlines()[-1])
        speed, memory = results[arm]["tokens_per_second"], results[arm]["peak_mb"]
        print(f"{arm:9} {speed:8.0f} tokens/s {memory:7.0f} MB peak")
    speeds = {arm: result["tokens_per_second"] for arm, result in results.items()}
    to_trl, to_bare = speeds["finetune"] / speeds["trl"], speeds["finetune"] / speeds["bare"]
    print(f"finetune is {to_trl:.1f}x trl's defaults and {to_bare:.2f}x the bare loop")
    print(describe_machine())


if __name__ == "__main__":
    main()
