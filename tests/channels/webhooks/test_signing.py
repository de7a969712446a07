"""Signatures as the Standard Webhooks specification has them, checked as a stranger would."""

from __future__ import annotations

import base64
import hashlib
import hmac

from notify.channels.webhooks.signing import KEY_BYTES, headers, new_secret, sign


def test_the_specifications_own_example_has_its_signature() -> None:
    # Published with the specification's libraries.
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_stranger_comes_to_the_same_signature() -> None:
    secret, body = new_secret(), '{"å": 1}'.encode()
    key = base64.b64decode(secret.split("_", 1)[1])
    mine = hmac.new(key, b"msg_1.1700000000." + body, hashlib.sha256).digest()
    assert sign(secret, "msg_1", 1700000000, body) == f"v1,{base64.b64encode(mine).decode()}"


def test_a_secret_is_as_long_as_the_specification_wants_and_never_the_same() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert 24 <= len(base64.b64decode(first.removeprefix("whsec_"))) == KEY_BYTES <= 64


def test_with_two_secrets_each_signs_the_newest_first() -> None:
    old, new = new_secret(), new_secret()
    made = headers([new, old], "msg_1", 17, b"{}")
    assert made["webhook-id"] == "msg_1"
    assert made["webhook-timestamp"] == "17"
    signatures = [sign(one, "msg_1", 17, b"{}") for one in (new, old)]
    assert made["webhook-signature"].split(" ") == signatures
