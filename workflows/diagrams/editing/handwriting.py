"""How a file writes what XML lets one write in several ways, so that no line changes for nothing."""

import re
from dataclasses import dataclass

# What is looked at as a whole: remarks and raw text are never rewritten.
_PIECE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<[^<>]+>", re.DOTALL)
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}\?>\s*")
_ENCODING = re.compile(rb"""(encoding\s*=\s*["'])([^"']{1,40})""")
_WHOLE = (b"<!", b"<?")


@dataclass(frozen=True)
class Handwriting:
    """The declaration of a file, and how it writes the ends of elements and of itself.

    `spaced`: empty elements end in " />". `quote` is a quotation mark in an attribute.
    """

    declaration: bytes = b""
    spaced: bool = False
    quote: bytes = b"&quot;"
    end: bytes = b"\n"

    @classmethod
    def of(cls, data: bytes) -> "Handwriting":
        """Look at a file: what it mostly does is its way. It is UTF-8 from now on."""
        found = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf"))
        return cls(
            declaration=_ENCODING.sub(_utf8, found[0].lstrip()) if found else b"",
            spaced=data.count(b'" />') > data.count(b'"/>'),
            quote=b"&#34;" if data.count(b"&#34;") > data.count(b"&quot;") else b"&quot;",
            end=b"\n" if data.endswith(b"\n") else b"",
        )

    def write(self, written: bytes) -> bytes:
        """Give what lxml wrote, without declaration, in the manner of the file."""
        if self.spaced or self.quote != b"&quot;":
            written = _PIECE.sub(self._piece, written)
        return self.declaration + written.rstrip(b"\n") + self.end

    def _piece(self, match: re.Match[bytes]) -> bytes:
        piece = match[0]
        if piece.startswith(_WHOLE):
            return piece
        if self.spaced and piece.endswith(b"/>"):
            piece = piece[:-2].rstrip() + b" />"
        return piece.replace(b"&quot;", self.quote)


def _utf8(match: re.Match[bytes]) -> bytes:
    named = match[2] if match[2].lower() in (b"utf-8", b"utf8") else b"UTF-8"
    return match[1] + named
