"""Portraits for badges: drawn anew, small, upright, without what a camera writes beside the pixels (place, owner)."""

import warnings
from pathlib import Path

from PIL import Image, ImageOps

from . import UnparsableError
from .pictures import PIXELS, upright_on_white

_QUALITY = 85


def draw(path: Path, into: Path, size: tuple[int, int]) -> None:
    """Write the picture as a JPEG of this size: its middle, a little above."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as picture:
            # Opened at a lower resolution where the format can: a telephone's picture has twelve million pixels.
            picture.draft("RGB", (size[0] * 2, size[1] * 2))
            portrait = ImageOps.fit(upright_on_white(picture), size, centering=(0.5, 0.35))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnparsableError("huge") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnparsableError("broken") from error
    portrait.save(into, "JPEG", quality=_QUALITY, optimize=True)
