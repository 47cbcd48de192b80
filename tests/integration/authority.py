"""A certificate authority of a test, and the files that it fills."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import trustme

from emotag import TLS

_PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Authority:
    """Signs certificates for localhost and for agents, into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.ca)

    def server(self, name: str = "server", *, expired: bool = False) -> tuple[Path, Path]:
        """Certificate and key of localhost."""
        return self._write(name, self._authority.issue_cert("localhost", "127.0.0.1", not_after=_end(expired)))

    def agent(self, name: str, *, expired: bool = False, organization: str = "agents") -> TLS:
        """What an agent of this name connects with."""
        issued = self._authority.issue_cert(
            f"{name}.example", common_name=name, organization_name=organization, not_after=_end(expired)
        )
        certificate, key = self._write(name, issued)
        return TLS(self.ca, certificate, key)

    def _write(self, name: str, issued: trustme.LeafCert) -> tuple[Path, Path]:
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        # Written beside and moved, as whoever renews certificates does: nobody ever reads half a file.
        for path, content in ((key, issued.private_key_pem), (certificate, issued.cert_chain_pems[0])):
            content.write_to_path(path.with_suffix(".new"))
            path.with_suffix(".new").rename(path)
        return certificate, key


def agent_files(folder: Path) -> TLS:
    """Files of an agent's own, for `replace` to fill."""
    folder.mkdir()
    return TLS(folder / "ca.pem", folder / "agent.pem", folder / "agent.key")


def replace(old: TLS, new: TLS) -> None:
    """Put copies of the files of `new` in the place of those of `old`: each at once, one after the other."""
    for source, goal in ((new.ca, old.ca), (new.key, old.key), (new.certificate, old.certificate)):
        assert source is not None
        assert goal is not None
        beside = Path(goal).with_suffix(".new")
        shutil.copyfile(source, beside)
        beside.rename(goal)


def _end(expired: bool) -> dt.datetime | None:
    return _PAST if expired else None
