"""Pictures: photographs and scans. Their text is recognised; each frame of a TIFF is a page."""

import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps

from . import MAX_PICTURES, Job, UnparsableError, ocr, webp

PIXELS = 100_000_000
_OCR_SIDE = 3500


def parse(job: Job) -> None:
    """Keep a picture of every frame and recognise what is written on it."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    scans: list[bytes] = []
    reads = job.recognise and ocr.present()
    try:
        for number, frame in enumerate(_frames(job), start=1):
            job.pages.append("")
            if number <= MAX_PICTURES:
                webp.keep(job, frame, number)
            if reads:
                scans.append(_for_recognition(frame))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnparsableError("huge") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnparsableError("broken") from error
    numbers = list(range(1, len(job.pages) + 1))
    if reads:
        ocr.recognise(job, numbers, lambda number: scans[number - 1])
    elif job.recognise:
        job.warnings["no_ocr"] = numbers


def _frames(job: Job) -> Iterator[Image.Image]:
    with Image.open(job.path, formats=["PNG", "JPEG", "TIFF", "WEBP", "GIF"]) as picture:
        # Only TIFF frames are pages; those of the others are an animation.
        most = min(job.max_pages, MAX_PICTURES) if picture.format == "TIFF" else 1
        for index in range(most):
            try:
                picture.seek(index)
            except EOFError:
                return
            yield upright_on_white(picture)


def upright_on_white(picture: Image.Image) -> Image.Image:
    """The picture as it is to be looked at: turned as its camera was held, on white where it is clear."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        opaque = upright.convert("RGBA")
        white = Image.new("RGBA", opaque.size, "white")
        return Image.alpha_composite(white, opaque).convert("RGB")
    return upright.convert("RGB")


def _for_recognition(frame: Image.Image) -> bytes:
    scale = _OCR_SIDE / max(frame.size)
    if scale < 1:
        frame = frame.resize((max(1, round(frame.width * scale)), max(1, round(frame.height * scale))))
    return ocr.portable(frame)
