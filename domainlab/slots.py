"""Prompts side by side in a key/value cache of fixed slots: one row per prompt, written in place.

`transformers`' own dynamic cache copies everything for each new token. Here a new token is one write,
rows of different lengths live next to each other, and a finished row makes room for a waiting prompt.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.cache_utils import Cache, CacheLayerMixin, DynamicCache

PREFILL_TOKENS = 4096  # per forward pass: enough work for all cores, small enough for their caches
SHARED_AT_LEAST = 16  # a shorter common beginning is not worth the explicit mask that it costs


def cache_layers(config: PreTrainedConfig) -> list[CacheLayerMixin]:
    """The cache layers that `transformers` itself would use: they tell each layer's kind of attention."""
    return DynamicCache(config=config.get_text_config(decoder=True)).layers


class SlotLayer(CacheLayerMixin):
    """Keys and values of one model layer, shape (slots, heads, capacity, dim)."""

    def __init__(self, slots: int, capacity: int):
        """Reserve nothing yet: the first `update` knows heads and dtype."""
        super().__init__()
        self.slots, self.capacity = slots, capacity
        self.rows, self.start, self.top = slice(0, slots), 0, 0
        self.positions: Tensor | None = None

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Make room; zeros, because a masked position still gets multiplied by a weight of 0."""
        self.keys = key_states.new_zeros(self.slots, key_states.shape[1], self.capacity, key_states.shape[3])
        self.values = value_states.new_zeros(*self.keys.shape[:3], value_states.shape[3])
        self.is_initialized = True

    def update(self, key_states: Tensor, value_states: Tensor) -> tuple[Tensor, Tensor]:
        """Write the new states where `aim` pointed and return everything these rows may look at."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        for store, new in ((self.keys, key_states), (self.values, value_states)):
            if self.positions is None:  # a prompt: the same stretch for all rows
                store[self.rows, :, self.start : self.top] = new
            else:  # one token per row, each at its own position
                store[torch.arange(len(new), device=new.device), :, self.positions] = new[:, :, 0]
        return self.keys[self.rows, :, : self.top], self.values[self.rows, :, : self.top]

    def aim(self, rows: slice, start: int, top: int, positions: Tensor | None) -> None:
        """Say where the next `update` writes."""
        self.rows, self.start, self.top, self.positions = rows, start, top, positions

    def move(self, source: Tensor, target: Tensor, top: int) -> None:
        """Copy whole rows, so that live rows stay next to each other."""
        for store in (self.keys, self.values):
            store[target, :, :top] = store[source, :, :top]

    def spread(self, length: int) -> None:
        """Give every slot the first `length` positions of slot 0."""
        for store in (self.keys, self.values):
            store[1:, :, :length] = store[:1, :, :length]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of what `update` will return."""
        return self.start + query_length, 0

    def get_seq_length(self) -> int:
        """Positions that are filled before the next `update`."""
        return self.start

    def get_max_length(self) -> int:
        """Positions per slot."""
        return self.capacity


class SlotRows:
    """The live rows of one call: which prompt sits in which slot, how far it is, what it said last."""

    def __init__(
        self, model: PreTrainedModel, prompts: Sequence[list[int]], limits: Sequence[int], slots: int
    ):
        """All slots are empty; what every prompt begins with is computed here."""
        self.model, self.prompts = model, prompts
        self.slots = min(slots, len(prompts))
        capacity = max(len(prompt) + limit for prompt, limit in zip(prompts, limits, strict=True))
        self.config = model.config.get_text_config(decoder=True)
        self.windows = [getattr(layer, "sliding_window", None) for layer in cache_layers(self.config)]
        self.cache = Cache(layers=[SlotLayer(self.slots, capacity) for _ in self.windows])
        self.owners: list[int] = []  # prompt number of each live row
        self.tokens = torch.zeros(self.slots, dtype=torch.long, device=model.device)
        self.positions = torch.zeros(self.slots, dtype=torch.long, device=model.device)
        self.places = torch.arange(capacity, device=model.device)
        self.shared = self._share()

    def _share(self) -> int:
        """Compute the common beginning of all prompts once; its length, 0 when too short to bother."""
        length = _common_length(self.prompts)
        if length < SHARED_AT_LEAST:
            return 0
        self._aim(slice(0, 1), 0, length)
        self._forward(torch.tensor([self.prompts[0][:length]]), self.places[None, :length], 1)
        for layer in self.cache.layers:
            layer.spread(length)
        return length

    def _aim(self, rows: slice, start: int, top: int, positions: Tensor | None = None) -> None:
        for layer in self.cache.layers:
            layer.aim(rows, start, top, positions)

    def _forward(
        self, ids: Tensor, places: Tensor, keep: int | Tensor, mask: Tensor | dict | None = None
    ) -> Tensor:
        """One pass; logits (rows, vocab) at the position that `keep` names."""
        output = self.model(
            input_ids=ids.to(self.model.device),
            position_ids=places,
            attention_mask=mask,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=keep,
        )
        return output.logits[:, -1].float()

    def admit(self, numbers: list[int]) -> Tensor:
        """Put waiting prompts into free slots; logits (len(numbers), vocab) for their first new tokens."""
        logits = []
        for chunk in _chunks(numbers, [len(self.prompts[number]) - self.shared for number in numbers]):
            rest = [torch.tensor(self.prompts[number][self.shared :]) for number in chunk]
            last = torch.tensor([[len(ids) - 1] for ids in rest], device=self.model.device)
            ids = torch.nn.utils.rnn.pad_sequence(rest, batch_first=True)  # on the right: nothing looks there
            top = self.shared + ids.shape[1]
            rows = slice(len(self.owners), len(self.owners) + len(chunk))
            self._aim(rows, self.shared, top)
            logits.append(
                self._forward(ids, self.places[None, self.shared : top].expand(len(chunk), -1), last)
            )
            self.positions[rows] = self.shared + last[:, 0] + 1
            self.owners += chunk
        return torch.cat(logits)

    def advance(self) -> Tensor:
        """Read the last token of every live row; logits (live, vocab) for the next one."""
        live = len(self.owners)
        positions = self.positions[:live]
        top = int(positions.max()) + 1
        self._aim(slice(0, live), 0, top, positions)
        logits = self._forward(self.tokens[:live, None], positions[:, None], 1, self._masks(positions, top))
        positions += 1
        return logits

    def _masks(self, positions: Tensor, top: int) -> Tensor | dict[str, Tensor]:
        """Boolean (live, 1, 1, top): each row sees its own past, in sliding layers the nearest part of it."""
        past = self.places[None, :top] <= positions[:, None]
        window = next((window for window in self.windows if window), top)
        near = past & (self.places[None, :top] > positions[:, None] - window)
        masks = {"full_attention": past[:, None, None], "sliding_attention": near[:, None, None]}
        if getattr(self.config, "layer_types", None):  # families that mix both kinds take both masks
            return masks
        return masks["sliding_attention"]

    def release(self, finished: list[int]) -> None:
        """Let rows go, and close the gaps with the last live rows."""
        keep = len(self.owners) - len(finished)
        holes = [row for row in finished if row < keep]
        movers = sorted(set(range(keep, len(self.owners))) - set(finished))
        if holes:
            target, source = (torch.tensor(rows, device=self.model.device) for rows in (holes, movers))
            top = int(self.positions[source].max())
            for layer in self.cache.layers:
                layer.move(source, target, top)
            self.tokens[target], self.positions[target] = self.tokens[source], self.positions[source]
            for hole, mover in zip(holes, movers, strict=True):
                self.owners[hole] = self.owners[mover]
        del self.owners[keep:]


def _common_length(prompts: Sequence[list[int]]) -> int:
    """How many first tokens all prompts share; the last token of a prompt never counts, 0 for one prompt."""
    low, high = min(prompts), max(prompts)  # in dictionary order: what these two share, all share
    if len(prompts) == 1:
        return 0
    same = next((place for place, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return min(same, min(map(len, prompts)) - 1)


def _chunks(numbers: list[int], lengths: list[int]) -> list[list[int]]:
    """Split prompts into forward passes of at most PREFILL_TOKENS, counted with their padding."""
    chunks, widest = [[]], 0
    for number, length in zip(numbers, lengths, strict=True):
        widest = max(widest, length)
        if chunks[-1] and widest * (len(chunks[-1]) + 1) > PREFILL_TOKENS:
            chunks.append([])
            widest = length
        chunks[-1].append(number)
    return chunks
