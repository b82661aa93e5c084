"""The photograph of the demonstration: a wall of Talavera tiles, drawn here, so that nobody's rights are in it."""

import io
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

COBALT, OCHRE, JADE, CLAY, GLAZE = "#12357f", "#e0a020", "#16877a", "#c2451e", "#fbf8f1"
SIDE, COLUMNS, ROWS = 160, 9, 6


def tiles() -> bytes:
    """A wall of tiles as a JPEG, the same each time."""
    chance = random.Random(1996)  # noqa: S311 - how light falls on glaze, not a secret
    wall = Image.new("RGB", (SIDE * COLUMNS, SIDE * ROWS), "#b9ad98")
    for row in range(ROWS):
        for column in range(COLUMNS):
            tile = _tile((column + row * 4) % 11)
            tile = ImageEnhance.Brightness(tile).enhance(chance.uniform(0.9, 1.04))
            tile = tile.rotate(chance.uniform(-0.6, 0.6), resample=Image.Resampling.BICUBIC, fillcolor=GLAZE)
            wall.paste(tile.resize((SIDE - 6, SIDE - 6)), (column * SIDE + 3, row * SIDE + 3))
    lit = Image.composite(wall, ImageEnhance.Brightness(wall).enhance(0.72), _light(wall.size))
    kept = io.BytesIO()
    lit.filter(ImageFilter.GaussianBlur(0.6)).save(kept, "JPEG", quality=86)
    return kept.getvalue()


def _light(size: tuple[int, int]) -> Image.Image:
    """Light from a window on the left, fading to the right."""
    return Image.linear_gradient("L").rotate(90).resize(size).point(lambda shade: 255 - shade // 2)


def _tile(kind: int) -> Image.Image:
    """One of eleven patterns, drawn large and made smaller, so that its edges are soft."""
    tile = Image.new("RGB", (320, 320), GLAZE)
    pen = ImageDraw.Draw(tile)
    main, second = (COBALT, JADE, CLAY)[kind % 3], (OCHRE, COBALT, OCHRE)[kind % 3]
    for x, y in ((0, 0), (320, 0), (0, 320), (320, 320)):
        reach = 70 + 12 * (kind % 4)
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=main)
        pen.ellipse((x - reach // 2, y - reach // 2, x + reach // 2, y + reach // 2), fill=second)
    petals = 4 + kind % 5
    for turn in range(petals):
        petal = Image.new("L", (320, 320))
        ImageDraw.Draw(petal).ellipse((138, 46, 182, 150), fill=255)
        tile.paste(second if turn % 2 else main, mask=petal.rotate(360 * turn / petals))
    pen.ellipse((130, 130, 190, 190), fill=OCHRE if main != CLAY else COBALT)
    pen.rectangle((4, 4, 315, 315), outline=COBALT, width=6 if kind % 2 else 2)
    return tile
