"""`emotag tag-topic` against an Apache Kafka with TLS, logins and ACLs: what it is refused it says, with its exit code."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from structlog.testing import capture_logs

from emotag.cli.main import main
from emotag_service.kafka.cluster.aiokafka_private import own_connections
from emotag_service.kafka.cluster.client import ClientSettings
from tests.brokers.apache import Apache
from tests.brokers.records import Seen, read_until, write
from tests.e2e.secured import DEAD, GROUP, INPUT, OUTPUT, PASSWORDS, Secured, start_secured

WRONG = "wrong-secret-77aa"


@pytest.fixture(scope="module")
def secured(make_apache: Callable[..., Apache], tmp_path_factory: pytest.TempPathFactory) -> Secured:
    return start_secured(make_apache, tmp_path_factory.mktemp("secured"))


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of this process read the variable of the password."""
    monkeypatch.delenv("EMOTAG_SASL_PASSWORD", raising=False)


def _options(bootstrap: str, checkpoint: Path, *more: str) -> list[str]:
    return [
        "tag-topic", "--bootstrap", bootstrap, "--input", INPUT, "--output", OUTPUT, "--group", GROUP,
        "--checkpoint", str(checkpoint), "--devices", "cpu", "--log-format", "json", "--no-create-topics", *more,
    ]  # fmt: skip


def _login(secured: Secured, user: str, mechanism: str = "PLAIN") -> list[str]:
    return ["--tls-ca", secured.file("ca.pem"), "--sasl-mechanism", mechanism, "--sasl-username", user]


def _say(secured: Secured) -> None:
    write(secured.plaintext, INPUT, [Seen(b'{"text": "thank you"}', partition=number) for number in (0, 1)])


class Outcome:
    """How a run of this process ended."""

    def __init__(self, code: int, capfd: pytest.CaptureFixture[str]) -> None:
        self.code = code
        out, self.err = capfd.readouterr()
        assert out == ""
        for secret in (*PASSWORDS.values(), WRONG):
            assert secret not in self.err

    @property
    def problem(self) -> str:
        """The last line, which is for people."""
        *_, last = self.err.splitlines()
        assert last.startswith("emotag tag-topic: error: ")
        return last.removeprefix("emotag tag-topic: error: ")


@pytest.fixture
def attempt(
    secured: Secured, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Runs the command until it ends by itself."""

    def run(bootstrap: str, *more: str, password: str = "") -> Outcome:
        if password:
            monkeypatch.setenv("EMOTAG_SASL_PASSWORD", password)
        code = main(_options(bootstrap, checkpoint, *more))
        gc.collect()  # a connection that the run left open fails its own test, and not whichever runs then
        return Outcome(code, capfd)

    return run


@pytest.mark.parametrize("who", ["SCRAM-SHA-256", "PLAIN", "certificate"])
def test_who_is_allowed_tags(secured: Secured, checkpoint: Path, tmp_path: Path, who: str) -> None:
    if who == "certificate":
        bootstrap = secured.mutual
        pair = ["--tls-cert", secured.file("client.pem"), "--tls-key", secured.file("client.key")]
        more = ["--tls-ca", secured.file("ca.pem"), *pair]
    else:
        user = "bob" if who == "PLAIN" else "alice"
        (tmp_path / "password").write_text(PASSWORDS[user] + "\n")
        bootstrap = secured.sasl
        more = [*_login(secured, user, who), "--sasl-password-file", str(tmp_path / "password")]
    _say(secured)
    before = len(read_until(secured.plaintext, OUTPUT, count=0))
    process = subprocess.Popen(
        [sys.executable, "-m", "emotag", *_options(bootstrap, checkpoint, *more)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ),
    )  # fmt: skip

    def alive() -> None:
        assert process.poll() is None, process.communicate()[0]

    try:
        found = read_until(secured.plaintext, OUTPUT, count=before + 2, alive=alive)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, said
    assert len(found) == before + 2
    assert json.loads(found[-1].value or b"")["emotion"]["status"] == "OK"
    assert not [secret for secret in PASSWORDS.values() if secret in said]


@pytest.mark.parametrize(
    ("user", "mechanism"), [("alice", "SCRAM-SHA-256"), ("alice", "SCRAM-SHA-512"), ("bob", "PLAIN"), ("eve", "PLAIN")]
)
def test_a_wrong_password(attempt: Callable[..., Outcome], secured: Secured, user: str, mechanism: str) -> None:
    outcome = attempt(secured.sasl, *_login(secured, user, mechanism), password=WRONG)
    assert outcome.code == 4
    assert f"the cluster refuses the login of {user}: wrong user name or password" in outcome.problem


@pytest.mark.parametrize(("user", "mechanism"), [("alice", "SCRAM-SHA-256"), ("bob", "PLAIN")])
async def test_a_password_is_read_again_for_each_connection(
    secured: Secured, tmp_path: Path, user: str, mechanism: str
) -> None:
    file = tmp_path / "password"
    settings = ClientSettings(
        bootstrap=(secured.sasl,), tls_ca=Path(secured.file("ca.pem")), sasl_mechanism=mechanism, sasl_username=user,
        sasl_password_file=file, sasl_password=WRONG,
    )  # fmt: skip
    async with own_connections():
        client = AIOKafkaClient(**settings.kwargs())
        with pytest.raises(KafkaConnectionError), capture_logs() as logs:
            await client.bootstrap()  # there is no such file now: it goes on with what it had
        assert [log["event"] for log in logs] == ["password not read again"]
        file.write_text(PASSWORDS[user] + "\n")
        await client.bootstrap()
        await client.close()


@pytest.mark.parametrize("trust", ["foreign", "system"])
def test_a_cluster_that_we_do_not_trust(attempt: Callable[..., Outcome], secured: Secured, trust: str) -> None:
    trusted = ["--tls-ca", secured.file("foreign.pem")] if trust == "foreign" else ["--tls"]
    login = ["--sasl-mechanism", "PLAIN", "--sasl-username", "bob"]
    outcome = attempt(secured.sasl, *trusted, *login, password=PASSWORDS["bob"])
    assert outcome.code == 4
    assert "its certificate is not trusted" in outcome.problem
    assert "--tls-ca" in outcome.problem


def test_a_certificate_is_asked_for(attempt: Callable[..., Outcome], secured: Secured) -> None:
    outcome = attempt(secured.mutual, "--tls-ca", secured.file("ca.pem"))
    assert outcome.code == 4
    assert "does not accept our certificate; give one with --tls-cert and --tls-key" in outcome.problem


def test_a_certificate_of_a_stranger(attempt: Callable[..., Outcome], secured: Secured) -> None:
    pair = ["--tls-cert", secured.file("stranger.pem"), "--tls-key", secured.file("stranger.key")]
    outcome = attempt(secured.mutual, "--tls-ca", secured.file("ca.pem"), *pair)
    assert outcome.code == 4
    assert "does it trust who signed --tls-cert?" in outcome.problem


@pytest.mark.parametrize(
    ("login", "tls", "words"),
    [
        (False, False, "does this port expect TLS (--tls), or a login (--sasl-mechanism)?"),
        (True, False, "does this port expect TLS (--tls)?"),
        (False, True, "does it expect a login (--sasl-mechanism)?"),
    ],
    ids=["nothing", "login", "tls"],
)
def test_what_the_port_expects(
    attempt: Callable[..., Outcome], secured: Secured, login: bool, tls: bool, words: str
) -> None:
    more = ["--sasl-mechanism", "PLAIN", "--sasl-username", "bob"] if login else []
    more += ["--tls-ca", secured.file("ca.pem")] if tls else []
    outcome = attempt(secured.sasl, *more, password=PASSWORDS["bob"])
    assert outcome.code == 1
    assert "it hangs up" in outcome.problem
    assert words in outcome.problem


def test_a_login_that_nobody_asked_for(attempt: Callable[..., Outcome], secured: Secured) -> None:
    more = ["--sasl-mechanism", "PLAIN", "--sasl-username", "bob"]
    outcome = attempt(secured.plaintext, *more, password=PASSWORDS["bob"])
    assert outcome.code == 4
    assert "this port takes no login; leave --sasl-mechanism out" in outcome.problem


@pytest.mark.parametrize(
    ("user", "resource", "fix"),
    [
        ("unread", f"topic {INPUT}", f"--operation Read --topic {INPUT}"),
        ("peeker", f"topic {INPUT}", f"--operation Read --topic {INPUT}"),
        ("unwritten", f"topic {OUTPUT}", f"--operation Write --topic {OUTPUT}"),
        ("describer", f"topic {OUTPUT}", "--operation Write"),
        ("unburied", f"topic {DEAD}", f"--operation Write --topic {DEAD}"),
        ("ungrouped", f"consumer group {GROUP}", f"--operation Read --group {GROUP}"),
        (
            "untransacted",
            f"transactional id {GROUP}:{INPUT}:",
            f"--operation Write --transactional-id {GROUP}: --resource-pattern-type prefixed",
        ),
    ],
)
def test_a_missing_acl(attempt: Callable[..., Outcome], secured: Secured, user: str, resource: str, fix: str) -> None:
    _say(secured)
    outcome = attempt(secured.sasl, *_login(secured, user), password=PASSWORDS[user])
    assert outcome.code == 4
    assert f"the cluster does not allow it on {resource}" in outcome.problem or (
        f"the cluster does not allow {resource}" in outcome.problem
    )
    assert f"kafka-acls --add --allow-principal User:{user} " in outcome.problem
    assert fix in outcome.problem


def test_topics_that_may_not_be_created(
    secured: Secured, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMOTAG_SASL_PASSWORD", PASSWORDS["bob"])
    options = [
        one for one in _options(secured.sasl, checkpoint, *_login(secured, "bob")) if one != "--no-create-topics"
    ]
    outcome = Outcome(main([*options, "--route", f"joy={OUTPUT}.of.joy"]), capfd)
    assert outcome.code == 4
    assert f"{OUTPUT}.of.joy" in outcome.problem
    assert "kafka-acls --add --allow-principal User:bob" in outcome.problem


def test_a_dry_run_needs_no_right_to_write(
    secured: Secured, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _say(secured)
    monkeypatch.setenv("EMOTAG_SASL_PASSWORD", PASSWORDS["describer"])
    code = main(_options(secured.sasl, checkpoint, *_login(secured, "describer"), "--dry-run", "1"))
    out, err = capfd.readouterr()
    assert code == 0, err
    assert json.loads(out)["topic"] == OUTPUT
