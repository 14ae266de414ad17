import pytest
import torch
from torch.nn.functional import l1_loss

from pipeline.losses.l1 import l1


def pair(dtype):
    torch.manual_seed(0)
    return torch.randn(2, 3, 8, 8).to(dtype).requires_grad_(), torch.randn(2, 3, 8, 8).to(dtype).requires_grad_()


def test_it_is_the_mean_absolute_difference():
    a, b = pair(torch.float32)
    assert l1(a, b).item() == pytest.approx(l1_loss(a.double(), b.double()).item(), rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_its_gradient_is_exact_in_every_type_and_spares_the_second(dtype):
    a, b = pair(dtype)
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
        loss = l1(a, b)
    assert loss.dtype == torch.float32
    loss.backward()
    wanted = torch.sign(a.double() - b.double()).detach() / a.numel()
    torch.testing.assert_close(a.grad.double(), wanted, rtol=4e-3 if dtype == torch.bfloat16 else 1e-6, atol=0)
    assert b.grad is None


def test_in_bfloat16_it_is_summed_in_float32():
    a = torch.full((100_000,), 1.0, dtype=torch.bfloat16)
    assert l1(a, torch.zeros_like(a)).item() == pytest.approx(1)  # a sum in bfloat16 would stop growing at 256
