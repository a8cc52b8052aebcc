"""Trains a small GPT on the shards of a run: `examples/train/train.py demo-out/tokens model`.

Give a mixture.json instead of the folder to train on a mixture. Whatever kills it, the same command
goes on behind the last checkpoint, and on a CPU the losses are the same to the bit as without the
interruption. On several devices: `torchrun --nproc-per-node 2 examples/train/train.py ...`.
"""

import argparse
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import torch
from gpt import GPT, loss_of
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from corpus_pipeline.loader import SequenceOptions, open_mixture, open_tokens, torch_batches


def main() -> None:
    """Trains."""
    args = arguments()
    device, is_first = prepared()

    mixture = open_mixture(args.data) if args.data.endswith(".json") else None
    data = mixture.dataset if mixture else open_tokens(args.data)
    options = SequenceOptions(args.length, args.batch, seed=1, epochs=args.epochs)
    batches = torch_batches(mixture or data, options)
    loader = DataLoader(
        batches,
        batch_size=None,
        num_workers=args.workers,
        pin_memory=device.type == "cuda",
        # Else its start draws a number from those of dropout, and a resumed run starts it anew.
        generator=torch.Generator(),
    )

    model = GPT(data.index.vocab_size, args.width, args.layers).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.1)
    checkpoint, losses = args.out / "checkpoint.pt", args.out / "losses.jsonl"
    step = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        step = saved["step"]
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        batches.load_state_dict(saved["batches"])
        torch.set_rng_state(saved["random"])
    if is_first:
        args.out.mkdir(parents=True, exist_ok=True)
        keep_lines(losses, step)

    trained: Any = DistributedDataParallel(model) if distributed.is_initialized() else model
    waited = began = asked = 0.0
    for batch in loader if step < args.steps else ():
        came = time.perf_counter()
        if not began:  # workers have started
            began = asked = came
        waited += came - asked
        for group in optimizer.param_groups:
            group["lr"] = args.rate * rate_at(step, args.steps)
        del batch["step"]
        loss = loss_of(
            trained, {name: t.to(device, non_blocking=True) for name, t in batch.items()}
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if is_first:
            with losses.open("a") as log:
                log.write(json.dumps({"step": step, "loss": loss.item()}) + "\n")
        if is_first and step % args.every == 0:
            saved = {
                "step": step,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                # Workers have made more batches than were trained on: the state follows the step.
                "batches": batches.loader.state_at(step),
                "random": torch.get_rng_state(),
            }
            torch.save(saved, args.out / "checkpoint.new")
            (args.out / "checkpoint.new").replace(checkpoint)
        if step == args.steps:
            break
        asked = time.perf_counter()
    if args.waiting and is_first:
        share = waited / (time.perf_counter() - began)
        print(f"{share:.2%} of the time of a step waited for data")


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="folder or URL of tokens, or a mixture.json")
    parser.add_argument("out", type=Path, help="folder for losses.jsonl and checkpoint.pt")
    parser.add_argument("--steps", type=int, default=200, help="in all, at most those of the data")
    parser.add_argument(
        "--length", type=by_step, default="0:128,100:256", help="of sequences: step:length,..."
    )
    parser.add_argument(
        "--batch", type=by_step, default="0:8,50:16", help="of all ranks: step:sequences,..."
    )
    parser.add_argument("--epochs", type=int, default=1, help="a mixture has its own")
    parser.add_argument("--width", type=int, default=128, help="of the model")
    parser.add_argument("--layers", type=int, default=4, help="of the model")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--every", type=int, default=50, help="steps from checkpoint to checkpoint")
    parser.add_argument("--workers", type=int, default=1, help="processes that make batches")
    parser.add_argument("--waiting", action="store_true", help="tell how long steps wait for data")
    return parser.parse_args()


def by_step(text: str) -> int | tuple[tuple[int, ...], ...]:
    """Reads a number, or what it is from some steps on."""
    if ":" not in text:
        return int(text)
    return tuple(tuple(map(int, part.split(":"))) for part in text.split(","))


def prepared() -> tuple[torch.device, bool]:
    """Makes torch repeat itself; returns this process's device, and whether it is the first one."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
    torch.set_num_threads(1)  # with several the order of sums may change
    torch.manual_seed(1)
    if "WORLD_SIZE" in os.environ:
        distributed.init_process_group()
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    else:
        device = torch.device("cpu")
    return device, not distributed.is_initialized() or distributed.get_rank() == 0


def keep_lines(path: Path, lines: int) -> None:
    """Cuts off what was logged behind the checkpoint: it comes again."""
    kept = path.read_text().splitlines(keepends=True)[:lines] if path.exists() else []
    path.write_text("".join(kept))


def rate_at(step: int, steps: int) -> float:
    """Rises for 20 steps, and falls along a cosine to the end."""
    return min((step + 1) / 20, 0.5 + 0.5 * math.cos(math.pi * step / steps))


if __name__ == "__main__":
    main()
