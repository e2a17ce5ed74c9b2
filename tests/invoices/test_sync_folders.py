"""Folders on the disk: complete files only, nothing outside, no links, and a file leaves with its report."""

import datetime
import os

import pytest

from customers.models import Business
from invoices.sync_folders import (
    DONE,
    REFUSED,
    WORKING,
    FolderProblem,
    claim,
    folder_of,
    links_in,
    make_folder,
    put_away,
    read_bytes,
    ready_files,
)


def after(minutes):
    """So long after what was just written: the time of a file's last change is the disk's own."""
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)


@pytest.fixture
def folder(settings):
    return make_folder(Business(slug="hollis"), "bank")


def names(paths):
    return [path.name for path in paths]


def test_a_file_is_ready_once_nothing_was_written_for_a_minute(folder):
    (folder / "a.csv").write_text("x")
    assert ready_files(folder, after(0)) == []
    assert names(ready_files(folder, after(2))) == ["a.csv"]
    os.utime(folder / "a.csv", (0, 0))
    assert ready_files(folder, after(0)) == [], "the time a file shows can be set, the time of its change cannot"


@pytest.mark.parametrize("name", [".hidden", "~$a.xlsx", "a.csv.part", "a.tmp", "a.csv.report.txt"])
def test_what_is_still_written_or_ours_is_left_alone(folder, name):
    (folder / name).write_text("x")
    assert ready_files(folder, after(2)) == []


@pytest.mark.parametrize("name", ["..", "a/b", "/etc", "../other", "", ".ssh", "a\n", "a ", "a\\b", "x" * 101])
def test_no_other_place_can_be_named(name):
    with pytest.raises(FolderProblem):
        folder_of(Business(slug="hollis"), name)


def test_links_are_followed_nowhere(folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    (folder / "link.csv").symlink_to(secret)
    (folder / "elsewhere").symlink_to(tmp_path)
    assert ready_files(folder, after(2)) == []
    assert links_in(folder) == ["elsewhere", "link.csv"]
    with pytest.raises(FolderProblem, match="cannot be read"):
        read_bytes(folder / "link.csv", 100)
    with pytest.raises(FolderProblem, match="no plain file"):
        read_bytes(folder, 100)


@pytest.mark.parametrize("part", ["", DONE, WORKING])
def test_a_folder_that_is_a_link_is_not_used(folder, tmp_path, part):
    place = folder / part if part else folder
    place.rename(tmp_path / "moved")
    place.symlink_to(tmp_path / "moved")
    with pytest.raises(FolderProblem, match="links are not followed"):
        ready_files(folder, after(2))


def test_a_folder_that_is_gone_is_said(folder):
    for part in (DONE, REFUSED, WORKING, ""):
        (folder / part).rmdir()
    with pytest.raises(FolderProblem, match="not there"):
        ready_files(folder, after(2))


def test_only_one_takes_a_file_and_a_crash_gives_it_back(folder):
    (folder / "a.csv").write_text("x")
    taken = claim(folder / "a.csv")
    assert (taken.parent.name, claim(folder / "a.csv")) == (WORKING, None)
    assert ready_files(folder, after(2)) == []
    assert ready_files(folder, after(31)) == [taken]
    assert claim(taken) == taken


def test_a_file_that_a_crash_left_is_not_written_over(folder):
    for text in ("one", "two"):
        (folder / "a.csv").write_text(text)
        claim(folder / "a.csv")
    assert sorted(path.read_text() for path in (folder / WORKING).iterdir()) == ["one", "two"]


def test_a_file_leaves_with_its_report_beside_it_and_replaces_none(folder):
    for good in (True, True, False):
        (folder / "a.csv").write_text("x")
        put_away(claim(folder / "a.csv"), good=good, report="fine\n")
    assert sorted(os.listdir(folder / DONE)) == ["a (2).csv", "a (2).csv.report.txt", "a.csv", "a.csv.report.txt"]
    assert (folder / REFUSED / "a.csv.report.txt").read_text() == "fine\n"
    assert os.listdir(folder / WORKING) == []


def test_a_file_beyond_the_limit_is_not_read(folder):
    (folder / "a.csv").write_bytes(b"x" * 11)
    with pytest.raises(FolderProblem, match="larger than"):
        read_bytes(folder / "a.csv", 10)
