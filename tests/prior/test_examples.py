"""Datasets one after another: every item once an epoch, each told its own dataset's epoch."""

from torch.utils.data import Dataset

from prior.examples import Together


class Counted(Dataset):
    """Item i, and i + size * epoch: (name, i, epoch)."""

    def __init__(self, name, size):
        self.name, self.size = name, size

    def __len__(self):
        return self.size

    def __getitem__(self, item):
        return self.name, item % self.size, item // self.size


def test_every_item_of_all_comes_once_an_epoch():
    together = Together([Counted("a", 3), Counted("b", 1), Counted("c", 2)])
    assert len(together) == 6
    first = [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("c", 0), ("c", 1)]
    assert [together[i] for i in range(18)] == [(*each, epoch) for epoch in range(3) for each in first]
