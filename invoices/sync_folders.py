"""Folders that are looked into by themselves: where they are, which files in them are ready, and how a file leaves them.

Everything lies in MEDIA_ROOT/sync/<business>/<folder>. A folder is one plain name, so that no other place can be named, and
links are followed nowhere. A file that is being read lies in `working`, then in `done` or `refused` with a report beside it.
"""

import datetime
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from customers.models import Business

DONE, REFUSED, WORKING = "done", "refused", "working"
REPORT = ".report.txt"
# A file is complete once nothing was written to it for so long; one that lies in `working` for so long was left by a crash.
QUIET = datetime.timedelta(minutes=1)
LEFT_BY_A_CRASH = datetime.timedelta(minutes=30)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,99}")
# What programs call a file they are still writing.
_UNFINISHED = (".", "~")
_UNFINISHED_ENDS = (".part", ".tmp", ".crdownload", REPORT)


class FolderProblem(Exception):
    """A folder or a file that cannot be used; the message says why."""


def is_folder_name(name: str) -> bool:
    """Whether this names a folder of ours and no other place: letters, digits, blanks, dashes."""
    return bool(_NAME.fullmatch(name)) and name.strip() == name


def folder_of(business: Business, name: str) -> Path:
    """Where it lies. Raises FolderProblem for a name that could lead elsewhere."""
    if not is_folder_name(name):
        raise FolderProblem(_("%(name)s is not the name of a folder here.") % {"name": name})
    return Path(settings.MEDIA_ROOT) / "sync" / business.slug / name


def make_folder(business: Business, name: str) -> Path:
    """Makes the folder and those in it where they are missing."""
    folder = folder_of(business, name)
    for part in (DONE, REFUSED, WORKING):
        (folder / part).mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder


def ready_files(folder: Path, now: datetime.datetime) -> list[Path]:
    """The complete files of a folder, the oldest first, and those a crash left in `working`.

    Raises FolderProblem where the folder cannot be read, is missing or is a link.
    """
    _refuse_links(folder)
    try:
        # The time of the last change cannot be set by whoever copies a file, unlike the one it shows.
        fresh = [(entry.stat(follow_symlinks=False).st_ctime, Path(entry)) for entry in _files(folder)]
        stuck = [(entry.stat(follow_symlinks=False).st_ctime, Path(entry)) for entry in _files(folder / WORKING)]
    except OSError as error:
        raise FolderProblem(_("The folder cannot be read: %(why)s.") % {"why": error.strerror}) from error
    complete = [pair for pair in fresh if pair[0] <= (now - QUIET).timestamp()]
    left = [pair for pair in stuck if pair[0] <= (now - LEFT_BY_A_CRASH).timestamp()]
    return [path for _at, path in sorted(complete + left)]


def links_in(folder: Path) -> list[str]:
    """The names of links that lie in the folder: they are left alone, which should be said."""
    with os.scandir(folder) as entries:
        return sorted(shown(entry.name) for entry in entries if entry.is_symlink())


def claim(path: Path) -> Path | None:
    """Takes a file into `working`, so that nobody else reads it; None where somebody has it already."""
    if path.parent.name == WORKING:
        # Its time begins anew: who else finds it there now leaves it alone.
        os.utime(path, follow_symlinks=False)
        return path
    try:
        return path.rename(_free(path.parent / WORKING, path.name))
    except FileNotFoundError:
        return None


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a plain file. Raises FolderProblem for a link, for what else is no file, and above `limit` bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FolderProblem(_("It cannot be read: %(why)s.") % {"why": error.strerror}) from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
        os.close(descriptor)
        too_large = _("It is larger than %(size)d MB.") % {"size": limit // 1024 // 1024}
        raise FolderProblem(too_large if stat.S_ISREG(found.st_mode) else _("It is no plain file."))
    with open(descriptor, "rb") as file:
        return file.read()


def put_away(path: Path, *, good: bool, report: str) -> None:
    """Moves a file that was read to `done` or `refused`, with its report; an earlier one of that name keeps its own."""
    target = _free(path.parent.parent / (DONE if good else REFUSED), path.name)
    target.with_name(target.name + REPORT).write_text(report, encoding="utf-8", errors="replace")
    path.rename(target)


def shown(name: str) -> str:
    """The name as it can be kept and shown, also where it is not written in UTF-8."""
    return name.encode("utf-8", "replace").decode()


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    if folder.name == WORKING and not folder.exists():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            unfinished = entry.name.startswith(_UNFINISHED) or entry.name.lower().endswith(_UNFINISHED_ENDS)
            if not unfinished and not entry.is_symlink() and entry.is_file(follow_symlinks=False):
                yield entry


def _refuse_links(folder: Path) -> None:
    """Neither the folder nor those it lies in or holds, down from MEDIA_ROOT/sync, may be a link to elsewhere."""
    parts = [folder, folder.parent, folder.parent.parent, *(folder / name for name in (DONE, REFUSED, WORKING))]
    if any(part.is_symlink() for part in parts):
        raise FolderProblem(_("The folder is a link to another place: links are not followed."))
    if not folder.is_dir():
        raise FolderProblem(_("The folder is not there."))


def _free(folder: Path, name: str) -> Path:
    """A name that is free there: the own one, or with a number."""
    stem, suffix = os.path.splitext(name)
    number, target = 1, folder / name
    while target.exists() or target.is_symlink():
        number += 1
        target = folder / f"{stem} ({number}){suffix}"
    return target
