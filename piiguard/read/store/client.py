"""Asks an object store, by boto3: with its credentials, endpoint and settings, in bounded time; and in our words what went wrong.

Two things are ever asked: for the keys of a bucket (ListObjectsV2), and for bytes of an object (GetObject); boto3 itself asks where a
bucket is (HeadBucket) that says it lies elsewhere. What the store or
boto3 says of an error is not repeated: it may name an account, or hold what was signed.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from piiguard.errors import MissingExtra

__all__ = ["CHANGED", "LOST", "NO_STORE", "Refused", "call", "leave", "tried"]

CONNECT, SILENCE, ATTEMPTS = 10, 60, 4
"""Seconds for a connection and between two bytes, and how often something is asked."""
Given = TypeVar("Given")
Wrong = tuple[str, str]
"""What is wrong, and what to do."""

LOST = "the connection was lost"
CHANGED = "it was changed while it was read"
NO_STORE = "it does not answer as an object store does"
_GONE: Wrong = "it is no longer there", "scan again"
_DENIED: Wrong = (
    "permission denied",
    "s3:ListBucket on the bucket and s3:GetObject on its objects are enough: docs/scanning.md",
)
_ELSEWHERE: Wrong = "the bucket lies in another region", "set AWS_DEFAULT_REGION to the region of the bucket"
_EXPIRED: Wrong = "the session has expired", "log in again, or renew AWS_SESSION_TOKEN"
_UNKNOWN: Wrong = (
    "its credentials are not known there",
    "check AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL_S3",
)
_BUSY: Wrong = "the store is too busy, or broken", "try again later"
_UNREACHED: Wrong = "the store cannot be reached", "check the network, the region and AWS_ENDPOINT_URL_S3"
_NO_CREDENTIALS: Wrong = "credentials cannot be had", "log in again, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"
_CODES: dict[str, Wrong] = {
    "NoSuchBucket": ("there is no such bucket", "check its name, and AWS_ENDPOINT_URL_S3 where it is not at AWS"),
    **dict.fromkeys(("NoSuchKey", "404"), _GONE),
    **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "403"), _DENIED),
    **dict.fromkeys(("PreconditionFailed", "ConditionalRequestConflict", "InvalidRange", "412", "416"), (CHANGED, "scan again")),
    "InvalidObjectState": ("archived: it has to be restored before it can be read", "restore it"),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
    "InvalidRequest": ("encrypted with a key that the store does not keep", "fetch it with its key"),
    **dict.fromkeys(("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"), _ELSEWHERE),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), _EXPIRED),
    **dict.fromkeys(("InvalidAccessKeyId", "InvalidToken", "InvalidClientTokenId"), _UNKNOWN),
    "SignatureDoesNotMatch": ("its credentials do not belong together", "check AWS_SECRET_ACCESS_KEY"),
    "RequestTimeTooSkewed": ("the clock of this machine is wrong", "set the clock"),
    **dict.fromkeys(("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "500", "502", "503", "504"), _BUSY),
}  # fmt: skip
_ERRORS: dict[str, Wrong] = {
    "PartialCredentialsError": ("a half of the credentials is not set", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, both"),
    "ProfileNotFound": ("there is no such profile", "AWS_PROFILE names it: aws configure list-profiles"),
    "ConfigParseError": ("the settings of boto3 cannot be read", "check ~/.aws/config and ~/.aws/credentials"),
    **dict.fromkeys(("NoCredentialsError", "CredentialRetrievalError", "SSOError", "TokenRetrievalError", "RefreshWithMFAUnsupportedError"), _NO_CREDENTIALS),
    "ProxyConnectionError": ("the proxy cannot be reached", "check HTTPS_PROXY"),
    "SSLError": ("the certificate of the store is not accepted", "AWS_CA_BUNDLE names the file of an authority of your own"),
    **dict.fromkeys(("EndpointConnectionError", "ConnectTimeoutError"), _UNREACHED),
    "ReadTimeoutError": ("the server does not answer", "try again later"),
    **dict.fromkeys(("ConnectionClosedError", "HTTPClientError", "IncompleteReadError", "ResponseStreamingError", "HTTPError"), (LOST, "try again")),
    "ResponseParserError": (NO_STORE, "check AWS_ENDPOINT_URL_S3"),
    "ValueError": ("its endpoint is no address of a store", "AWS_ENDPOINT_URL_S3 is such as https://minio.example.kz:9000"),
}  # fmt: skip
"""By the names of the exceptions of botocore, and of those that they are made of."""
_CODE = re.compile(r"[A-Za-z.]{1,60}")


class Refused(OSError):
    """What was asked for was not given; ``hint`` says what to do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(errno.EIO, reason)
        self.reason, self.hint = reason, hint


def call(operation: str, **how: Any) -> dict[str, Any]:
    """Ask the store for something. Raises: :class:`Refused`, and :class:`MissingExtra` without boto3."""
    answer: dict[str, Any] = tried(lambda: getattr(_connected(), operation)(**how))
    return answer


def tried(step: Callable[[], Given]) -> Given:
    """What a step gives that boto3 takes. Raises: :class:`Refused`, which holds no other exception."""
    _, core, parsers, http = _imported()
    try:
        return step()
    except core.ClientError as error:
        wrong = _of_store(error)
    except (core.BotoCoreError, parsers.ResponseParserError, http.HTTPError, OSError, ValueError) as error:
        wrong = _of_boto(error)
    raise Refused(*wrong)


def leave() -> None:
    """Close the connections of this process."""
    if _connected.cache_info().currsize:
        _connected().close()
        _connected.cache_clear()


@lru_cache(maxsize=1)
def _connected() -> Any:
    """One client for each process. Where no credentials are set, it asks as anybody may."""
    boto3, *_ = _imported()
    from botocore import UNSIGNED
    from botocore.config import Config

    session = boto3.Session()
    anybody = {} if session.get_credentials() else {"signature_version": UNSIGNED}
    retries = {"total_max_attempts": ATTEMPTS, "mode": "standard"}
    config = Config(connect_timeout=CONNECT, read_timeout=SILENCE, retries=retries, **anybody)
    return session.client("s3", config=config)


def _imported() -> tuple[Any, Any, Any, Any]:
    try:
        import boto3
        import botocore.exceptions
        import botocore.parsers
        import urllib3.exceptions
    except ImportError:
        raise MissingExtra("s3", "boto3") from None
    return boto3, botocore.exceptions, botocore.parsers, urllib3.exceptions


def _of_store(error: Any) -> Wrong:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    if code.startswith("KMS."):
        return "the key that it is encrypted with cannot be used", "allow kms:Decrypt on that key"
    if known := _CODES.get(code) or _CODES.get(status):
        return known
    said = code if _CODE.fullmatch(code) else status
    return f"the store refuses it ({said})", "check the policy of the bucket, and AWS_ENDPOINT_URL_S3"


def _of_boto(error: Exception) -> Wrong:
    known = (_ERRORS[each.__name__] for each in type(error).__mro__ if each.__name__ in _ERRORS)
    other = (
        f"the store cannot be asked ({type(error).__name__})",
        "check the credentials, the endpoint and the network",
    )
    return next(known, other)
