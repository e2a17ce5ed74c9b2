"""Tells what a reply says from what it repeats, and HTML from its words. Pure, and never slower than the text is long.

The lists hold what mail programs write above a quote in the languages our letters go out in, and their neighbours'.
"""

import re

from lxml import etree, html

# Nobody reads more.
TEXT_LIMIT = 50_000
WROTE = re.compile(r"(?i)\b(wrote|schrieb|schreef|escribi[oó]|a écrit|ha scritto|escreveu|napisał|skrev)\b[^:]{0,200}:$")
SEPARATOR = re.compile(
    r"(?i)[-_ ]{2,}(original message|forwarded message|urspr[uü]ngliche nachricht|originalnachricht|mensaje original"
    r"|message d.origine|messaggio originale|oorspronkelijk bericht|mensagem original)[-_ ]{2,}$"
)
SENDER_FIELD = re.compile(r"(?i)\W{0,3}(from|von|de|da|van)\s?:")
OTHER_FIELD = re.compile(
    r"(?i)\W{0,3}(sent|date|to|cc|subject|gesendet|datum|an|betreff|enviado( el)?|fecha|para|asunto|envoyé|à|objet"
    r"|inviato|a|oggetto|verzonden|aan|onderwerp)\s?:"
)
BLOCKS = {"address", "article", "blockquote", "div", "h1", "h2", "h3", "h4", "hr", "li", "ol", "section", "table", "tr", "ul"}
UNREAD = ("script", "style", "head", "title", "template", "noscript")


def split_reply(text: str) -> tuple[str, str]:
    """(what is new, what is quoted) of a reply, answered above, below or between the quoted lines.

    In doubt a line is new: nothing a customer wrote may be folded away.
    """
    lines = [line.strip() for line in text[:TEXT_LIMIT].splitlines()]
    start = next((number for number in range(len(lines)) if _quote_begins(lines, number)), len(lines))
    above = "\n".join(lines[:start]).strip()
    answers, quoted = _below(lines[start:])
    return "\n\n".join(part for part in (above, answers) if part), quoted


def _quote_begins(lines: list[str], number: int) -> bool:
    """Whether the line is a quoted one, or what a mail program writes above a quote; that may run over two lines."""
    line, coming = lines[number], [one for one in lines[number + 1 : number + 6] if one]
    if line.startswith(">") or SEPARATOR.match(line):
        return True
    if SENDER_FIELD.match(line):
        return sum(bool(OTHER_FIELD.match(one)) for one in coming) >= 2
    if _introduces(line, coming):
        return True
    below = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(line and below) and not _introduces(below, coming[1:]) and _introduces(f"{line} {below}", coming[1:])


def _introduces(words: str, coming: list[str]) -> bool:
    """ "On Monday, Jane <jane@b.example> wrote:"; in another language an address and a colon, if a quote follows."""
    if (
        len(words) > 400
        or words.startswith("<")
        or not words.endswith(":")
        or not any(sign.isdigit() or sign == "@" for sign in words)
    ):
        return False
    return bool(WROTE.search(words)) or ("@" in words and bool(coming) and coming[0].startswith(">"))


def _below(lines: list[str]) -> tuple[str, str]:
    """(answers, quotes) of the part that begins with a quote: unmarked lines after marked ones are answers in between."""
    first = next((number for number, line in enumerate(lines) if line.startswith(">")), None)
    if first is None:
        return "", "\n".join(lines).strip()
    answers = [line for line in lines[first:] if not line.startswith(">")]
    quotes = lines[:first] + [line for line in lines[first:] if line.startswith(">")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(answers)).strip(), "\n".join(quotes).strip()


def from_html(source: str) -> str:
    """The words of an HTML mail, a line a block, quotes marked with ">": no script, no picture, nothing fetched."""
    if not source.strip():
        return ""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(source[: 4 * TEXT_LIMIT].encode(), parser=parser)
    except etree.ParserError:
        return ""
    for node in root.xpath("|".join(f"//{tag}" for tag in UNREAD)):
        node.drop_tree()
    lines, depth = [[0, ""]], 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        opens = event == "start"
        if node.tag in BLOCKS or (node.tag == "p" and opens) or (node.tag == "br" and opens):
            if lines[-1][1].strip() or node.tag == "br":
                lines.append([depth, ""])
        if node.tag == "p" and not opens:
            lines += [[depth, ""], [depth, ""]]
        depth += (1 if opens else -1) if node.tag == "blockquote" else 0
        lines[-1][0] = depth if not lines[-1][1].strip() else lines[-1][0]
        lines[-1][1] += re.sub(r"\s+", " ", (node.text if opens else node.tail) or "")
    words = "\n".join(f"{'> ' * quoted}{line.strip()}".strip() for quoted, line in lines)
    return re.sub(r"\n{3,}", "\n\n", words).strip()
