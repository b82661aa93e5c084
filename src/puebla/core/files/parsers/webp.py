"""Page pictures for the reading page and its thumbnail: small, for weak lines."""

from typing import TYPE_CHECKING

from . import Job

if TYPE_CHECKING:
    from PIL import Image

WIDTH = 1000
TALLEST = 3000
THUMB = 240
_QUALITY = 70


def scale_for(width: float, height: float) -> float:
    """The scale that makes a page as wide as the reading page wants it, within reason for odd formats."""
    return min(WIDTH / max(width, 1), TALLEST / max(height, 1))


def keep(job: Job, picture: "Image.Image", number: int) -> None:
    """Write the page's picture, and the thumbnail if it is the first."""
    if job.pictures_into is None:
        return
    name = f"page-{number:04d}.webp"
    scale = min(1.0, scale_for(*picture.size))
    _write(picture, scale, job, name)
    if number == 1:
        _write(picture, min(1.0, THUMB / picture.width, 3 * THUMB / picture.height), job, "thumb.webp")


def _write(picture: "Image.Image", scale: float, job: Job, name: str) -> None:
    if job.pictures_into is None:
        return
    if scale < 1:
        picture = picture.resize(
            (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        )
    picture.save(job.pictures_into / name, "WEBP", quality=_QUALITY, method=2)
    job.pictures.append(name)
