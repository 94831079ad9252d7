"""The wrapping key in AWS KMS: moto for what works, botocore's Stubber for the answers that moto does not give."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys import Keyring

boto3 = pytest.importorskip("boto3", reason="NO boto3: pip install 'piiguard[aws]'")
moto = pytest.importorskip("moto", reason="NO moto: pip install 'moto[kms]'")

ARN = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with moto.mock_aws():
        yield boto3.client("kms", region_name="eu-central-1")


@pytest.fixture
def arn(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def made(arn: str, tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keyring.json", [f"aws-kms:{arn}"])


def test_the_service_opens_the_keyring(made: Keyring, arn: str) -> None:
    assert made.open().generation == 1
    entry = json.loads(made.path.read_text())["recipients"][0]
    assert (entry["provider"], entry["arn"]) == ("aws-kms", arn)


def test_an_alias_is_kept_as_the_key_it_named(kms: Any, arn: str, tmp_path: Path) -> None:
    kms.create_alias(AliasName="alias/piiguard", TargetKeyId=arn)
    alias = arn.rpartition(":")[0] + ":alias/piiguard"
    made = Keyring.create(tmp_path / "keyring.json", [f"aws-kms:{alias}"])
    kms.update_alias(AliasName="alias/piiguard", TargetKeyId=kms.create_key()["KeyMetadata"]["Arn"])
    assert json.loads(made.path.read_text())["recipients"][0]["arn"] == arn
    assert Keyring.from_file(made.path).open().generation == 1


def test_the_encryption_context_is_the_keyring_id_alone(made: Keyring, kms: Any) -> None:
    from piiguard.keys.document import unb64

    entry = json.loads(made.path.read_text())["recipients"][0]
    context = {"piiguard-keyring": str(made.id)}
    answer = kms.decrypt(CiphertextBlob=unb64(entry["wrapped"]), EncryptionContext=context)
    assert len(answer["Plaintext"]) == 32


def test_another_keyring_s_wrapped_key_does_not_open_it(made: Keyring, arn: str, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    Keyring.create(other, [f"aws-kms:{arn}"])
    document = json.loads(other.read_text())
    document["recipients"] = json.loads(made.path.read_text())["recipients"]
    other.write_text(json.dumps(document))
    with pytest.raises(WrappingKeyError, match="this key does not open the keyring"):
        Keyring.from_file(other).open()


def test_an_unknown_key_is_said(kms: Any, tmp_path: Path) -> None:
    arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(WrappingKeyError, match="there is no such key"):
        Keyring.create(tmp_path / "k.json", [f"aws-kms:{arn}"])
    with pytest.raises(WrappingKeyError, match="needs the ARN"):
        Keyring.create(tmp_path / "k.json", ["aws-kms:"])


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("DisabledException", "the key is disabled", "enable-key"),
        ("KMSInvalidStateException", "pending deletion", "cancel-key-deletion"),
        ("AccessDeniedException", "access is denied", "kms:Decrypt"),
        ("IncorrectKeyException", "does not open the keyring", "rewrapped"),
        ("LimitExceededException", r"refuses it \(LimitExceededException\)", "key policy"),
    ],
)
def test_what_the_service_answers_is_said_in_words(
    made: Keyring, kms: Any, monkeypatch: pytest.MonkeyPatch, code: str, message: str, hint: str
) -> None:
    from botocore.stub import Stubber

    with Stubber(kms) as stub:
        stub.add_client_error("decrypt", code)
        monkeypatch.setattr(boto3, "client", lambda *args, **more: kms)
        with pytest.raises(WrappingKeyError, match=message) as caught:
            Keyring.from_file(made.path).open()
    assert hint in caught.value.hint


def test_a_service_that_cannot_be_reached_is_said(made: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.exceptions

    def unreachable(*args: Any, **more: Any) -> Any:
        raise botocore.exceptions.EndpointConnectionError(endpoint_url="https://kms")

    monkeypatch.setattr(boto3, "client", unreachable)
    with pytest.raises(WrappingKeyError, match="AWS KMS cannot be reached") as caught:
        Keyring.from_file(made.path).open()
    assert "AWS_ENDPOINT_URL" in caught.value.hint


@pytest.mark.parametrize(
    ("key", "set_to", "message", "cure"),
    [
        (
            "alias/x",
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
            "no region",
            "AWS_DEFAULT_REGION",
        ),
        (ARN, {}, "no credentials", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"),
        (ARN, {"AWS_ACCESS_KEY_ID": "a"}, "half of the credentials", "AWS_SECRET_ACCESS_KEY"),
        (ARN, {"AWS_PROFILE": "nobody"}, "no such profile", "AWS_PROFILE"),
    ],
)
def test_a_setting_that_is_missing_is_named_with_its_cure_before_anybody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, set_to: dict[str, str], message: str, cure: str
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        **set_to,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr("socket.create_connection", None)  # who asks, fails otherwise
    with pytest.raises(WrappingKeyError, match=message) as caught:
        Keyring.create(tmp_path / "k.json", [f"aws-kms:{key}"])
    assert cure in caught.value.hint


def test_the_region_comes_from_the_arn(arn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    regions, real = [], boto3.client

    def client(name: str, *, region_name: str, **options: Any) -> Any:
        regions.append(region_name)
        return real(name, region_name=region_name, **options)

    monkeypatch.setattr(boto3, "client", client)
    Keyring.create(tmp_path / "k.json", [f"aws-kms:{arn}"])
    assert set(regions) == {"eu-central-1"}


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingExtra) as caught:
        Keyring.create(tmp_path / "k.json", ["aws-kms:arn"])
    assert caught.value.hint == "pip install 'piiguard[aws]'"


def test_the_service_is_waited_for_seconds_and_not_minutes(
    made: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    given, real = [], boto3.client

    def client(*args: Any, **options: Any) -> Any:
        given.append(options["config"])
        return real(*args, **options)

    monkeypatch.setattr(boto3, "client", client)
    Keyring.from_file(made.path).open()
    assert [(one.connect_timeout, one.read_timeout) for one in given] == [(3, 5)]
    assert given[0].retries["total_max_attempts"] == 2
