"""Draw the images of the demo dataset: ten kinds of garments.

Shapes are signed depths on the pixel grid, positive inside, as in signed-distance drawing. The pixels are computed by
exactly rounded operations only, without sines or exponentials, so they do not depend on the number of threads.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from fmnist_tui.datasets.spec import TEST_IMAGES, TRAIN_IMAGES

DEMO_SEED = 28
CHUNK_IMAGES = 200
"""Images drawn at once: few enough that intermediate results stay in the processor's cache."""


class Canvas:
    """Images being drawn. Coordinates go from -1 to 1, right and down; each image has its own pose and fabric."""

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self._count = count
        self._generator = generator
        axis = (torch.arange(28) - 13.5) / 14
        lean, shift = self.vary(-0.15, 0.15), self.vary(-0.2, 0.2)
        self.y = (axis.view(1, 28, 1) - self.vary(-0.2, 0.2)) / self.vary(0.75, 1.0)
        self.x = (axis.view(1, 1, 28) + lean * self.y - shift) / self.vary(0.75, 1.05)
        self.side = self.x.abs()  # a shape drawn with it is mirrored
        self.fabric = self.vary(0.2, 1.0)
        self.image = torch.zeros(count, 28, 28)

    def vary(self, low: float, high: float) -> Tensor:
        """Return a random number between `low` and `high` for each image, [n, 1, 1]."""
        return low + (high - low) * torch.rand(self._count, 1, 1, generator=self._generator)

    def some(self, share: float) -> Tensor:
        """Return 1 for a random share of the images and 0 for the others, [n, 1, 1]."""
        return (torch.rand(self._count, 1, 1, generator=self._generator) < share).float()

    def paint(self, depth: Tensor, tone: Tensor, share: float = 1.0) -> None:
        """Draw a shape in one tone on a share of the images; its edges are one pixel wide."""
        if share < 1:
            depth = depth - 1 + self.some(share)
        self.image.lerp_(tone.expand_as(self.image), (depth * 14 + 0.5).clamp_(0, 1))

    def cut(self, depth: Tensor) -> None:
        """Erase a shape from the images."""
        self.image.mul_((0.5 - depth * 14).clamp_(0, 1))

    def finish(self) -> Tensor:
        """Return the images as uint8 [n, 28, 28], after adding folds, stripes and grain."""
        folds = torch.rand(self._count, 1, 6, 6, generator=self._generator)
        folds = interpolate(folds, size=(28, 28), mode="bilinear", align_corners=True).squeeze(1)
        self.image.mul_(1 + self.vary(0.1, 0.8) * (folds - 0.5))
        stripes = ((torch.arange(28).view(1, 28, 1) + self.vary(0, 8).floor()) % self.vary(3, 8).floor() < 2).float()
        self.image.mul_(1 - self.some(0.2) * self.vary(0.1, 0.5) * stripes)
        grain = torch.rand(self._count, 28, 28, generator=self._generator)
        self.image.mul_(1 + self.vary(0.05, 0.5) * (grain - 0.5))
        return (self.image * 255).clamp_(0, 255).to(torch.uint8)


def taper(x: Tensor, y: Tensor, ends: tuple[Tensor, Tensor], half_widths: tuple[Tensor, Tensor]) -> Tensor:
    """Return an upright trapezoid with one half width at its top and another at its bottom."""
    (top, bottom), (half_top, half_bottom) = ends, half_widths
    along = ((y - top) / (bottom - top)).clamp(0, 1)
    return torch.minimum(half_top + (half_bottom - half_top) * along - x.abs(), torch.minimum(y - top, bottom - y))


def limb(x: Tensor, y: Tensor, start: tuple[Tensor, Tensor], end: tuple[Tensor, Tensor], radius: Tensor) -> Tensor:
    """Return a stroke with round ends from `start` to `end`."""
    (left, top), (right, bottom) = start, end
    width, height = right - left, bottom - top
    along = ((x - left) * width + (y - top) * height).div_(width * width + height * height).clamp_(0, 1)
    aside, below = x - left - along * width, y - top - along * height
    return radius - (aside * aside + below * below).sqrt_()


def oval(x: Tensor, y: Tensor, half_width: Tensor, half_height: Tensor) -> Tensor:
    """Return an ellipse around the origin."""
    distance = ((x / half_width).square() + (y / half_height).square()).sqrt_()
    return (1 - distance) * torch.minimum(half_width, half_height)


def _upper_body(c: Canvas, shoulder: Tensor, hem: Tensor, bottom: Tensor, sleeve: tuple[Tensor, Tensor]) -> None:
    """Draw a torso and two sleeves; `sleeve` has their length and the ratio of width to length."""
    length, spread = sleeve
    radius = c.vary(0.1, 0.17)
    armpit = (shoulder - radius * 0.8, -0.8 + radius)
    hand = (armpit[0] + spread * length, armpit[1] + length)
    c.paint(limb(c.side, c.y, armpit, hand, radius), c.fabric * c.vary(0.6, 1.0))
    c.paint(taper(c.x, c.y, (c.vary(-0.85, -0.75), bottom), (shoulder, hem)), c.fabric)


def _neck(c: Canvas, half_width: Tensor, depth: Tensor) -> None:
    c.cut(oval(c.x, c.y + 0.85, half_width, depth))


def _front(c: Canvas, tone: Tensor, share: float) -> None:
    """Draw the vertical line of a front opening on a share of the images."""
    line = c.vary(0.03, 0.07) - (c.x - c.vary(-0.05, 0.05)).abs()
    on_cloth = c.image - 0.05
    c.paint(torch.minimum(line, on_cloth), c.fabric * tone, share)


def t_shirt(c: Canvas) -> None:
    shoulder = c.vary(0.38, 0.52)
    _upper_body(c, shoulder, shoulder * c.vary(0.85, 1.1), c.vary(0.6, 0.9), (c.vary(0.15, 0.6), c.vary(0.4, 1.0)))
    _neck(c, c.vary(0.14, 0.26), c.vary(0.1, 0.28))


def trouser(c: Canvas) -> None:
    waist, top, bottom = c.vary(0.22, 0.36), c.vary(-0.95, -0.85), c.vary(0.75, 0.97)
    c.paint(taper(c.x, c.y, (top, bottom), (waist, waist * c.vary(0.9, 1.3))), c.fabric)
    c.cut(taper(c.x, c.y, (top + c.vary(0.3, 0.75), bottom + 0.2), (c.vary(0.0, 0.02), waist * c.vary(0.1, 0.6))))


def pullover(c: Canvas) -> None:
    shoulder = c.vary(0.36, 0.5)
    _upper_body(c, shoulder, shoulder * c.vary(0.85, 1.1), c.vary(0.6, 0.88), (c.vary(0.9, 1.4), c.vary(0.15, 0.32)))
    _neck(c, c.vary(0.12, 0.22), c.vary(0.05, 0.2))


def dress(c: Canvas) -> None:
    shoulder, waist, middle = c.vary(0.2, 0.36), c.vary(0.14, 0.3), c.vary(-0.3, 0.1)
    sleeve = 0.02 + c.vary(0.1, 1.0) * c.some(0.5)
    _upper_body(c, shoulder, waist, middle + 0.05, (sleeve, c.vary(0.2, 0.6)))
    c.paint(taper(c.x, c.y, (middle, c.vary(0.75, 0.97)), (waist, waist * c.vary(1.1, 2.2))), c.fabric)
    _neck(c, c.vary(0.08, 0.18), c.vary(0.1, 0.3))


def coat(c: Canvas) -> None:
    shoulder = c.vary(0.34, 0.5)
    _upper_body(c, shoulder, shoulder * c.vary(0.95, 1.25), c.vary(0.7, 0.97), (c.vary(1.0, 1.45), c.vary(0.14, 0.3)))
    _neck(c, c.vary(0.08, 0.16), c.vary(0.1, 0.4))
    _front(c, c.vary(0.1, 0.8), 0.8)


def sandal(c: Canvas) -> None:
    ground, strap = c.vary(0.3, 0.45), c.vary(0.03, 0.08)
    toe, ball = (c.vary(-0.95, -0.8), ground), (c.vary(-0.4, 0.0), ground)
    heel = (c.vary(0.65, 0.85), ground - c.vary(0.0, 0.5))
    ankle = (heel[0] - c.vary(-0.05, 0.3), heel[1] - c.vary(0.25, 0.6))
    instep = (c.vary(-0.5, 0.3), ground - c.vary(0.25, 0.6))
    for start, end in ((toe, ball), (ball, heel), (heel, (heel[0], ground))):
        c.paint(limb(c.x, c.y, start, end, c.vary(0.04, 0.1)), c.fabric)
    for start, end in ((ball, instep), (instep, ankle), (ankle, heel)):
        c.paint(limb(c.x, c.y, start, end, strap), c.fabric * c.vary(0.7, 1.0), share=0.85)
    over_toes = (c.vary(-0.7, -0.4), ground)
    c.paint(limb(c.x, c.y, over_toes, (over_toes[0] + c.vary(0.0, 0.3), instep[1]), strap), c.fabric, share=0.7)


def shirt(c: Canvas) -> None:
    shoulder = c.vary(0.34, 0.5)
    _upper_body(c, shoulder, shoulder * c.vary(0.85, 1.15), c.vary(0.65, 0.95), (c.vary(0.3, 1.4), c.vary(0.15, 0.5)))
    _neck(c, c.vary(0.08, 0.2), c.vary(0.05, 0.3))
    _front(c, c.vary(0.6, 0.9), 0.5)
    tip, base = (c.vary(0.02, 0.08), c.vary(-0.65, -0.5)), (c.vary(0.1, 0.2), c.vary(-0.9, -0.8))
    c.paint(limb(c.side, c.y, tip, base, c.vary(0.03, 0.07)), c.fabric * c.vary(0.7, 1.2), share=0.7)


def _foot(c: Canvas, ground: Tensor, top: Tensor, toe: Tensor) -> None:
    """Draw a shoe that points left: low at the toe, up to `top` at the heel, with a sole of its own tone."""
    ramp = ((c.x + toe) / c.vary(0.7, 1.2)).clamp(0, 1)
    upper = top + (1 - ramp) * (ground - top) * c.vary(0.4, 0.65)
    body = torch.minimum(torch.minimum(c.y - upper, ground - c.y), c.vary(0.8, 0.9) - (c.x - 0.02).abs())
    c.paint(body, c.fabric)
    sole = torch.minimum(c.vary(0.04, 0.08) - (c.y - ground).abs(), 0.88 - c.side)
    c.paint(sole, c.vary(0.2, 1.0))


def sneaker(c: Canvas) -> None:
    ground, top = c.vary(0.3, 0.45), c.vary(-0.3, 0.0)
    _foot(c, ground, top, c.vary(0.3, 0.7))
    c.cut(oval(c.x - c.vary(0.45, 0.6), c.y - top, c.vary(0.15, 0.3), c.vary(0.03, 0.15)))
    x = c.vary(-0.3, 0.1)
    c.paint(limb(c.x, c.y, (x, ground - 0.1), (x + c.vary(0.1, 0.4), top + 0.2), c.vary(0.02, 0.07)), c.vary(0.1, 1.0))


def bag(c: Canvas) -> None:
    top, bottom, half = c.vary(-0.35, 0.1), c.vary(0.55, 0.85), c.vary(0.5, 0.85)
    strap = oval(c.x, c.y - top, half * c.vary(0.4, 0.95), c.vary(0.3, 0.9))
    c.paint(torch.minimum(c.vary(0.02, 0.07) - strap.abs(), top - c.y), c.fabric * c.vary(0.6, 1.0), share=0.9)
    c.paint(taper(c.x, c.y, (top, bottom), (half * c.vary(0.75, 1.0), half)), c.fabric)
    flap = torch.minimum(c.vary(0.02, 0.05) - (c.y - top - c.vary(0.1, 0.4)).abs(), half - 0.1 - c.side)
    c.paint(flap, c.fabric * c.vary(0.3, 0.8), share=0.6)


def ankle_boot(c: Canvas) -> None:
    ground, top = c.vary(0.5, 0.7), c.vary(-0.3, 0.0)
    _foot(c, ground, top, c.vary(0.3, 0.7))
    middle, half = c.vary(0.4, 0.55), c.vary(0.26, 0.4)
    c.paint(taper(c.x - middle, c.y, (c.vary(-0.9, -0.4), ground), (half * c.vary(0.85, 1.2), half)), c.fabric)
    heel = (c.vary(0.1, 0.2), c.vary(0.05, 0.2))
    c.paint(taper(c.x - 0.7, c.y, (ground, ground + c.vary(0.02, 0.25)), heel), c.fabric)


GARMENTS: tuple[Callable[[Canvas], None], ...] = (
    t_shirt,
    trouser,
    pullover,
    dress,
    coat,
    sandal,
    shirt,
    sneaker,
    bag,
    ankle_boot,
)
"""One drawing function per class, in the order of the labels."""


def draw_demo(
    train_images: int = TRAIN_IMAGES, test_images: int = TEST_IMAGES
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return training and test images with labels: uint8 [n, 28, 28] and int64 [n], balanced over the classes.

    Both are drawn one after the other from one stream of random numbers, so no image occurs in both.
    """
    generator = torch.Generator().manual_seed(DEMO_SEED)
    with _one_thread():
        return _draw(train_images, generator), _draw(test_images, generator)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Run torch's operations on the calling thread.

    The operations are too small to gain from a second thread. If other programs are busy, it makes them 15 times as
    slow, because the threads wait for each other after each operation.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _draw(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    labels = torch.randperm(count, generator=generator) % len(GARMENTS)
    images = torch.empty(count, 28, 28, dtype=torch.uint8)
    for label, garment in enumerate(GARMENTS):
        all_places = (labels == label).nonzero().squeeze(1)
        for start in range(0, len(all_places), CHUNK_IMAGES):
            places = all_places[start : start + CHUNK_IMAGES]
            canvas = Canvas(len(places), generator)
            garment(canvas)
            images[places] = canvas.finish()
    return images, labels
