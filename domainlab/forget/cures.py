"""The arms of the course's record: what is tried against forgetting, with the settings of each.

One setting per cure and for all seeds. Two strengths of EWC were tried beforehand, the first of them and the
number of passes on seed 0, which is recorded too; the strengths of the other penalties are first choices, not
tuned ones. LoRA and EWC learn more slowly and get more passes, which the cost table shows.
"""

from dataclasses import replace

from domainlab.forget.arms import Arm, Training
from domainlab.forget.schedule import progressive

FULL = Training()
SLOW = 18  # passes of the arms that learn more slowly
LORA = Training(method="lora", learning_rate=4e-3, passes=SLOW)
RATIOS = (0.005, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
SHARE = 0.2  # what every schedule replays on the whole
SHAPES = ("step", "linear", "cosine")


def arm(
    name: str, family: str, training: Training = FULL, *, share: float = 1.0, routed: bool = False, **changes
) -> Arm:
    """An arm whose training is `training` with some settings changed."""
    return Arm(name=name, family=family, training=replace(training, **changes), share=share, routed=routed)


REPLAY = tuple(arm(f"replay {100 * ratio:g} %", "replay", replay=ratio) for ratio in RATIOS)
SCHEDULES = tuple(
    arm(f"{'rising' if rising else 'falling'}, {shape}", "schedule", replay=progressive(SHARE, shape, rising=rising))
    for rising in (True, False)
    for shape in SHAPES
)
ARMS = (
    arm("full", "none"),
    arm("half-way", "interpolation", share=0.5),
    *REPLAY,
    arm("20 per 100", "replay", replay=0.2, unit="per new example"),
    arm("own answers 20 %", "replay", replay=0.2, own_answers=True),
    *SCHEDULES,
    arm("weight decay", "penalty", weight_decay=1.0),
    arm("L2-SP", "penalty", penalty="l2-sp", strength=0.1),
    arm("EWC", "penalty", penalty="ewc", strength=0.03, passes=SLOW),
    arm("EWC, empirical", "penalty", penalty="ewc, empirical", strength=0.03, passes=SLOW),
    arm("KL to base", "penalty", penalty="kl", strength=1.0),
    arm("low rate, early stop", "rate", learning_rate=3e-4, passes=24, patience=3),
    arm("LoRA", "adapter", LORA),
    arm("LoRA, half scale", "interpolation", LORA, share=0.5),
    arm("LoRA, routed", "adapter", LORA, routed=True),
    arm("LoRA + replay 20 %", "combination", LORA, replay=0.2),
    arm("EWC + replay 20 %", "combination", penalty="ewc", strength=0.03, replay=0.2, passes=SLOW),
)
