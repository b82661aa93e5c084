"""What set-up makes and nobody commits: the web fonts and the compiled translations.

Run by `make setup`. The faces come from two wheels (SIL Open Font Licence); each is cut down to what English, Spanish and
their neighbours need and renamed, because the licence reserves the original family's name for the original. Copyright and
licence stay inside each file. A second run with nothing changed does nothing.
"""

import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools import translations

FONTS_DIR = Path(__file__).resolve().parent.parent / "src" / "puebla" / "theme" / "static" / "theme" / "fonts"
#: Latin-1, Latin Extended-A, and the signs of good typesetting: quotes, dashes, bullet, ellipsis, arrows, minus, ✓.
UNICODES = (
    set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | {0x2009, 0x200A, 0x202F, 0x20AC, 0x2116, 0x2122, 0x2190, 0x2191,
    0x2192, 0x2193, 0x2212, 0x2264, 0x2265, 0x2713, 0x0218, 0x0219, 0x021A, 0x021B} | set(range(0x2010, 0x2027))
    | {0x2030, 0x2039, 0x203A, 0x2044}
)  # fmt: skip
#: Kerning, ligatures, accents put together. Figures of these cuts have one width already, so they stand in columns.
FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk"]
#: Name records with the family's name in them, and the trademark, which does not come along.
RENAMED = {
    1: "{family}",
    2: "Regular",
    3: "{postscript}",
    4: "{family} {style}",
    6: "{postscript}",
    16: "{family}",
    17: "{style}",
}
DROPPED = {7, 18, 21, 22, 25}


@dataclass(frozen=True)
class Cut:
    """One face of the site.

    Args:
        file: made in the fonts folder.
        package: wheel that brings the original.
        source: file inside the wheel.
        family: name of ours.
        weight: as style sheets know it; a range where one cut serves several.
        like: what people's machines call the faces that stand in while ours is on its way.
        width: how wide our text runs beside theirs, measured by the frequency of letters in English and Spanish (the metrics
            of Liberation, which are those of Arial and Times New Roman).
        rise, fall: above and below the line, in parts of the size.
    """

    file: str
    package: str
    source: str
    family: str
    style: str
    weight: str
    like: tuple[str, ...]
    width: float
    rise: float
    fall: float


CUTS = (
    Cut(
        "serif.woff2",
        "font_source_serif_pro",
        "SourceSerifPro-Semibold.ttf",
        "Puebla Serif",
        "Semibold",
        "400 900",
        ("Times New Roman Bold", "TimesNewRomanPS-BoldMT", "Liberation Serif Bold"),
        1.066,
        1.036,
        0.335,
    ),
    Cut(
        "sans.woff2",
        "font_source_sans_pro",
        "SourceSansPro-Regular.ttf",
        "Puebla Sans",
        "Regular",
        "400",
        ("Arial", "ArialMT", "Liberation Sans"),
        0.940,
        0.984,
        0.273,
    ),
    Cut(
        "sans-semibold.woff2",
        "font_source_sans_pro",
        "SourceSansPro-Semibold.ttf",
        "Puebla Sans",
        "Semibold",
        "600 900",
        ("Arial Bold", "Arial-BoldMT", "Liberation Sans Bold"),
        0.894,
        0.984,
        0.273,
    ),
)


def main() -> int:
    """Make the fonts and compile the translations."""
    make_fonts(CUTS, FONTS_DIR)
    translations.compile_all()
    return 0


def make_fonts(cuts: Iterable[Cut], folder: Path) -> None:
    """Cut every face and write the sheet that names them; without the wheels the system's own faces serve."""
    cuts = tuple(cuts)
    sources = {cut: original(cut) for cut in cuts}
    missing = sorted({cut.package for cut, path in sources.items() if path is None})
    sheet = folder / "fonts.css"
    if missing:
        print(f"Web fonts: {', '.join(missing)} not installed; the pages use the system's own faces.")
        # A sheet that names missing files would stop the collection of static files.
        for stale in (sheet, *(folder / cut.file for cut in cuts)):
            stale.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for cut, path in sources.items():
        if path is not None and older(folder / cut.file, [path, Path(__file__)]):
            subset(path, folder / cut.file, cut)
    text = "".join(face(cut) for cut in cuts)
    if not sheet.exists() or sheet.read_text() != text:
        sheet.write_text(text)


def original(cut: Cut) -> Path | None:
    """The font in its wheel; None where it is not installed."""
    try:
        spec = importlib.util.find_spec(cut.package)
    except ImportError:
        return None
    if spec is None or spec.origin is None or importlib.util.find_spec("fontTools") is None:
        return None
    path = Path(spec.origin).parent / "files" / cut.source
    return path if path.exists() else None


def older(made: Path, sources: Iterable[Path]) -> bool:
    """Whether something must be made anew."""
    return not made.exists() or any(made.stat().st_mtime < source.stat().st_mtime for source in sources)


def subset(source: Path, target: Path, cut: Cut) -> None:
    """Write the cut: fewer signs, no hints, our own name, packed as woff2."""
    from fontTools import subset as cutter

    options = cutter.Options(
        flavor="woff2", layout_features=FEATURES, hinting=False, name_IDs=["*"], name_languages=["*"], notdef_outline=True,
        drop_tables=["DSIG", "meta", "BASE"], glyph_names=False, recalc_timestamp=False,
    )  # fmt: skip
    font = cutter.load_font(str(source), options)
    rename(font, cut)
    worker = cutter.Subsetter(options)
    worker.populate(unicodes=UNICODES)
    worker.subset(font)
    fresh = target.with_suffix(".new")
    cutter.save_font(font, str(fresh), options)
    fresh.replace(target)


def rename(font: object, cut: Cut) -> None:
    """Take the reserved name out of the font; copyright and licence stay."""
    names = font["name"]  # type: ignore[index]
    values = {
        "family": cut.family,
        "style": cut.style,
        "postscript": f"{cut.family}-{cut.style}".replace(" ", ""),
    }
    for record in list(names.names):
        if record.nameID in DROPPED:
            names.removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
        elif record.nameID in RENAMED:
            record.string = RENAMED[record.nameID].format(**values)


def face(cut: Cut) -> str:
    """The rules that give this cut its name in style sheets, and beside it a face of the machine's own that takes the same
    room, so that nothing moves when ours arrives (CSS Fonts 5, metrics overrides)."""
    local = ",".join(f'local("{name}")' for name in cut.like)
    return (
        f'@font-face{{font-family:"{cut.family}";src:url({cut.file}) format("woff2");'
        f"font-weight:{cut.weight};font-display:swap}}\n"
        f'@font-face{{font-family:"{cut.family} like";src:{local};font-weight:{cut.weight};size-adjust:{cut.width:.1%};'
        f"ascent-override:{cut.rise / cut.width:.1%};descent-override:{cut.fall / cut.width:.1%};line-gap-override:0%}}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
