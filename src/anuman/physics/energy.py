"""Joules per token: from the wall, and from the operations and bytes underneath."""

from .arguments import not_negative, positive, share

# A server draws more than its accelerators: processors, memory, fans, power supplies. Under full arithmetic, 9,514 W at
# the wall for eight B200 of 1,000 W: Lenovo's stable-diffusion-xl, Offline, MLPerf Inference v5.1, a measurement that
# is scored nowhere here. The most that NVIDIA's DGX H100 may draw is 1.82 times its chips' power.
SERVER_FACTOR = 1.19


def wall_joules_per_token(watts: float, tokens_per_s: float) -> float:
    """Joules per token = watts drawn from the wall / tokens a second of the whole fleet."""
    positive(watts=watts, tokens_per_s=tokens_per_s)
    return watts / tokens_per_s


def server_watts(chips: int, chip_watts: float, server_factor: float = SERVER_FACTOR) -> float:
    """Watts of a server whose chips run at their rated power."""
    positive(chips=chips, chip_watts=chip_watts, server_factor=server_factor)
    return chips * chip_watts * server_factor


def bottom_up_joules(
    flops: float, nbytes: float, joules_per_flop: float, joules_per_byte: float
) -> float:
    """Joules of the arithmetic and of the memory traffic: FLOPs·J/FLOP + bytes·J/byte.

    Joules an operation and a byte are the catalogue's statements energy-*. Source of the idea and of figures for a
    45 nm process: Horowitz, "Computing's Energy Problem", ISSCC 2014.

    For lesson 09, on energy.
    """
    not_negative(
        flops=flops, nbytes=nbytes, joules_per_flop=joules_per_flop, joules_per_byte=joules_per_byte
    )
    return flops * joules_per_flop + nbytes * joules_per_byte


def clock_under_cap(power_share: float) -> float:
    """Share of the full clock at a share of the full power: its cube root.

    Power rises as clock · voltage², and voltage with the clock, so as the clock's cube. Source: Horowitz,
    Indermaur and Gonzalez, "Low-Power Digital Design", 1994 (dynamic power; leakage left out).
    """
    share(power_share=power_share)
    return power_share ** (1 / 3)
