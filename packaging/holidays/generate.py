#!/usr/bin/env python3
"""Writes the country packs that are built into Steward: src/people/holidays/packs/world.pack.

The dates and names are facts that the Python package `holidays` (MIT) knows; the format is our own and is described in
README.md beside this file. The same version of the package and the same years write the same bytes.

    pip install holidays==0.108
    packaging/holidays/generate.py --version 0.108 --years 2024-2031
"""

import argparse
import datetime
import pathlib
import re
import sys
import zlib

import holidays

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent.parent / "src/people/holidays/packs/world.pack"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# What the package adds to a name, and what of that stays: Steward keeps "estimated" as a mark of its own.
LABELS = {"observed_estimated_label": "observed_label", "estimated_label": None}
LONGEST_NAME = 100


def base36(number):
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if number == 0:
            return text


def country_name(cls):
    """The words of the class's name: BosniaAndHerzegovina, of which BA is an alias."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__mro__[1].__name__)
    return re.sub(r"\b(And|Of|The)\b", lambda word: word.group().lower(), words)


def subdivision_name(cls, code):
    """The longest of the names that the package knows; the code where it knows none."""
    names = [name for name, own in (getattr(cls, "subdivisions_aliases", None) or {}).items() if own == code]
    return max(names, key=lambda name: (len(name), name), default=code)


def language_of(cls, english):
    """The language to ask for: English, or the country's own; None where the package speaks one only."""
    known = cls.supported_languages or ()
    if english:
        return next((one for one in ("en_US", "en_GB", "en") if one in known), None)
    return cls.default_language if cls.default_language in known else None


def plain(instance, name):
    """The name without what says that the date is estimated, and whether something said so."""
    for attribute, instead in LABELS.items():
        label = getattr(instance, attribute, None)
        if not label:
            continue
        before, after = instance.tr(label).split("%s")
        if name.startswith(before) and name.endswith(after) and before + after:
            bare = name[len(before) : len(name) - len(after)]
            observed = getattr(instance, instead, None) if instead else None
            return (instance.tr(observed) % bare if observed else bare), True
    return name, False


def days_of(cls, subdivision, years, category):
    """Date -> (English name, own name, estimated) of one category."""
    found = {}
    asked = dict(subdiv=subdivision, years=years, categories=(category,))
    english = cls(**asked, language=language_of(cls, True))
    own = cls(**asked, language=language_of(cls, False))
    for date in sorted(english):
        if date.year not in years:
            continue
        parts = [plain(english, part) for part in english[date].split("; ")]
        locals_ = [plain(own, part)[0] for part in own.get(date, "").split("; ")] if date in own else []
        # An estimated date that another rule names for certain is certain.
        estimated = all(flag for _, flag in parts)
        name, local = (unique("; ".join(dict.fromkeys(names))) for names in ([n for n, _ in parts], locals_))
        found[date] = (name, "" if local == name else local, estimated)
    return found


def unique(text):
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"


def days_text(dates, years):
    """`*MMDD` where it is that day in every year; else days since the first of January of the first year, base 36."""
    if len(dates) == len(years) and len({(d.month, d.day) for d in dates}) == 1:
        return f"*{dates[0].month:02}{dates[0].day:02}"
    start = datetime.date(years[0], 1, 1)
    offsets = [(date - start).days for date in sorted(dates)]
    steps = [b - a for a, b in zip([0] + offsets, offsets)]
    return " ".join(base36(step) for step in steps)


def country_text(code, cls, years):
    places = [None, *cls.subdivisions]
    where = {}
    for index, place in enumerate(places):
        for category, half in (("public", ""), ("half_day", "h")):
            if category not in cls.supported_categories:
                continue
            public = days_of(cls, place, years, "public") if half else {}
            for date, (name, local, estimated) in days_of(cls, place, years, category).items():
                # A day that is a whole holiday anyway is no half one.
                if date in public:
                    continue
                kind = (name, local, half + ("e" if estimated else ""))
                where.setdefault(kind, {}).setdefault(date, set()).add(index)
    lines = []
    everywhere = frozenset(range(len(places)))
    for (name, local, flags), dates in where.items():
        sets = {}
        for date, indexes in dates.items():
            sets.setdefault(frozenset(indexes), []).append(date)
        for indexes, days in sets.items():
            bits = "" if indexes == everywhere else f"{sum(1 << i for i in indexes):x}"
            lines.append("\t".join((days_text(days, years), flags, bits, name, local)).rstrip("\t"))
    return "\n".join(sorted(lines))


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--version", required=True, help="the version of the package that must be installed")
    ask.add_argument("--years", required=True, help="first and last year, such as 2024-2031")
    ask.add_argument("--out", type=pathlib.Path, default=OUT)
    args = ask.parse_args()
    if holidays.__version__ != args.version:
        sys.exit(f"holidays {holidays.__version__} is installed, not {args.version}")
    first, last = map(int, args.years.split("-"))
    years = list(range(first, last + 1))

    head, blobs, offset = [f"steward holidays 1\t{args.version}\t{first}\t{last}"], [], 0
    for code in sorted(holidays.list_supported_countries(include_aliases=False)):
        cls = getattr(holidays, code)
        text = country_text(code, cls, years)
        if not text:
            continue
        places = [f"{place}={subdivision_name(cls, place)}" for place in cls.subdivisions]
        blob = zlib.compress(text.encode(), 9)
        head.append("\t".join([code, country_name(cls), str(offset), str(len(blob)), *places]))
        blobs.append(blob)
        offset += len(blob)
    packed_head = zlib.compress("\n".join(head).encode(), 9)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(len(packed_head).to_bytes(4, "big") + packed_head + b"".join(blobs))
    print(f"{len(blobs)} countries, {args.out.stat().st_size} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
