"""A person as an address-book entry: vCard 4.0 (RFC 6350)."""

import datetime as dt
import uuid

import phonenumbers

from puebla.accounts.models import Person
from puebla.core.languages import show
from puebla.members.models import Seat


def vcard(person: Person, seats: list[Seat], *, url: str, at: dt.datetime) -> str:
    """The person's card: name, offices, organisations of the seats given, address, telephone."""
    *given, family = person.full_name.split() or [""]
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"UID:urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, person.ref)}",
        f"FN:{_text(person.full_name)}",
        # Where family names begin is not known of people from eleven countries; programs show FN.
        f"N:{_text(family)};{_text(' '.join(given))};;;",
        f"EMAIL:{_text(person.email)}",
        f"LANG:{person.language}",
    ]
    # One title in several languages, not several titles: ALTID says so.
    titles = {code: words for code, words in person.job_titles.items() if words}
    lines += [f"TITLE;ALTID=1;LANGUAGE={code}:{_text(words)}" for code, words in titles.items()]
    lines += _telephone(person.phone)
    organisations = dict.fromkeys(str(show(seat.party.names)) for seat in seats)
    lines += [f"ORG:{_text(name)}" for name in organisations]
    lines += [f"ROLE:{_text(f'{seat.role}, {seat.body}')}" for seat in seats if seat.body]
    lines += [f"URL:{url}", f"REV:{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}", "END:VCARD"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _telephone(text: str) -> list[str]:
    if not text:
        return []
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return [f"TEL;VALUE=text:{_text(text)}"]
    return [
        f"TEL;VALUE=uri;TYPE=work:{phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)}"
    ]


def _text(words: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        words = words.replace(sign, written)
    return words


def _folded(line: str) -> str:
    """The line cut after at most 75 bytes, never inside a character, continued after a space."""
    pieces, piece = [], b""
    for character in line:
        encoded = character.encode()
        if len(piece) + len(encoded) > 75:
            pieces.append(piece)
            piece = b" "
        piece += encoded
    return b"\r\n".join([*pieces, piece]).decode()
