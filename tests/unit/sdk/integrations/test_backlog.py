"""The queue behind an observer: what a process that is forked has of it."""

from __future__ import annotations

import os
import signal
import threading
import warnings
import weakref

from emotag.integrations.backlog import Backlog

LONG = 60.0  # a wait that does not end by itself


def in_child(work):
    """What `work` returns in a process that is forked here."""
    reads, writes = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks with threads, which is what is looked at
        child = os.fork()
    if not child:
        signal.alarm(int(LONG))  # a child that hangs ends, and says nothing
        try:
            os.write(writes, repr(work()).encode())
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def test_in_a_process_that_is_forked_nothing_waits_and_a_thread_of_its_own_works():
    entered, let, done = threading.Event(), threading.Event(), []

    def work(items):
        entered.set()
        assert let.wait(LONG)
        done.extend(items)

    def forked():
        before = backlog.drain(0.01)
        let.set()
        backlog.put("of the child")
        return before, backlog.drain(LONG), done

    backlog = Backlog(work, 10)
    backlog.put("at hand")
    assert entered.wait(LONG)
    backlog.put("waiting")
    assert in_child(forked) == repr((True, True, ["of the child"]))
    let.set()
    assert backlog.close(LONG) == []
    assert done == ["at hand", "waiting"]


def test_a_fork_in_the_middle_of_a_change_leaves_the_child_no_lock():
    held, let = threading.Event(), threading.Event()

    def hold():
        with backlog._changed:
            held.set()
            assert let.wait(LONG)

    backlog = Backlog(lambda items: None, 10)
    changing = threading.Thread(target=hold)
    changing.start()
    assert held.wait(LONG)
    assert in_child(lambda: (backlog.put("a"), backlog.drain(LONG))) == repr((True, True))
    let.set()
    changing.join()


def test_a_backlog_that_nobody_has_any_more_is_not_kept_for_forks():
    backlog = Backlog(lambda items: None, 10)
    kept = weakref.ref(backlog)
    del backlog
    assert kept() is None
