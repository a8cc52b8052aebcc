"""Trains a small GPT on the shards of a run: `python examples/train/train.py demo-out/tokens --out model`.

Give a mixture.json instead of the folder to train on a mixture. Whatever kills it, the same command goes
on behind the last checkpoint, and the losses are the same to the bit as without the interruption. On
several devices: `torchrun --nproc-per-node 2 examples/train/train.py ...`.
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


def by_step(text: str) -> int | tuple[tuple[int, int], ...]:
    """Reads a number, or numbers that change by step: `0:128,50:256`."""
    if ":" not in text:
        return int(text)
    pairs = [part.split(":") for part in text.split(",")]
    return tuple((int(step), int(number)) for step, number in pairs)


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="folder or URL of tokens, or a mixture.json")
    parser.add_argument("--out", type=Path, required=True, help="folder of losses and checkpoints")
    parser.add_argument(
        "--steps", type=int, default=200, help="steps in all; no more than the data give"
    )
    parser.add_argument(
        "--length", type=by_step, default=by_step("0:128,100:256"), help="of a sequence"
    )
    parser.add_argument(
        "--batch", type=by_step, default=by_step("0:8,50:16"), help="sequences, all ranks'"
    )
    parser.add_argument("--packing", default="concatenate", choices=["concatenate", "best-fit"])
    parser.add_argument("--epochs", type=int, default=1, help="rounds; a mixture says so itself")
    parser.add_argument("--width", type=int, default=128, help="of the model")
    parser.add_argument("--layers", type=int, default=4, help="of the model")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--every", type=int, default=50, help="steps between two checkpoints")
    parser.add_argument("--workers", type=int, default=1, help="processes that make batches")
    parser.add_argument(
        "--waiting", action="store_true", help="print the share of time that waits for data"
    )
    return parser.parse_args()


def main() -> None:
    """Trains."""
    args = arguments()
    if "WORLD_SIZE" in os.environ:
        distributed.init_process_group()
    first = not distributed.is_initialized() or distributed.get_rank() == 0
    device = (
        torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        if torch.cuda.is_available()
        else torch.device("cpu")
    )
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # sums of several threads have no fixed order
    torch.manual_seed(1)

    data = open_mixture(args.data) if args.data.endswith(".json") else open_tokens(args.data)
    options = SequenceOptions(
        args.length, args.batch, seed=1, epochs=args.epochs, packing=args.packing
    )
    batches = torch_batches(data, options)
    vocabulary = (data if hasattr(data, "index") else data.dataset).index.vocab_size
    model: Any = GPT(vocabulary, args.width, args.layers).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.1)

    step = 0
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint, losses = args.out / "checkpoint.pt", args.out / "losses.jsonl"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        step = saved["step"]
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        batches.load_state_dict(saved["batches"])
        torch.set_rng_state(saved["random"])
    if first:  # lines behind the checkpoint are written again
        kept = losses.read_text().splitlines(keepends=True)[:step] if losses.exists() else []
        losses.write_text("".join(kept))
    if distributed.is_initialized():
        model = DistributedDataParallel(model)

    loader = DataLoader(
        batches, batch_size=None, num_workers=args.workers, pin_memory=device.type == "cuda"
    )
    waited, began = 0.0, time.perf_counter()
    asked = began
    with losses.open("a") as log:
        for batch in loader:
            if step == args.steps:
                break
            waited += time.perf_counter() - asked
            batch = {
                name: value.to(device, non_blocking=True)
                for name, value in batch.items()
                if name != "step"
            }
            for group in optimizer.param_groups:
                group["lr"] = args.rate * min(
                    step / 20 + 0.05, 0.5 + 0.5 * math.cos(math.pi * step / args.steps)
                )
            loss = loss_of(model, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            if first:
                log.write(
                    json.dumps(
                        {"step": step, "loss": loss.item(), "tokens": batch["tokens"].numel()}
                    )
                    + "\n"
                )
                log.flush()
                if step % args.every == 0:
                    saved = {
                        "step": step,
                        "model": getattr(model, "module", model).state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "batches": batches.loader.state_at(step),
                        "random": torch.get_rng_state(),
                    }
                    torch.save(saved, args.out / "checkpoint.new")
                    os.replace(args.out / "checkpoint.new", checkpoint)
            asked = time.perf_counter()
    if first and args.waiting:
        print(f"waited for data: {waited / (time.perf_counter() - began):.2%} of the time")


if __name__ == "__main__":
    main()
