"""The signature is checked by signxml, which shares no line with the module that makes it."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given as generated
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from notify.channels.feeds.cap.document import document
from notify.channels.feeds.cap.sign import sign
from notify.channels.notice import Words
from tests.certificates import certificate, pem
from tests.channels.feeds.cap.reading import valid
from tests.channels.notices import notice

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
SIGNER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY = pem(SIGNER)


def signed(certificates: str = "", **changes: Any) -> bytes:
    root = document(notice(**changes), [], {})
    sign(root, KEY, certificates)
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml


def signed_part(xml: bytes, key: rsa.RSAPrivateKey = SIGNER) -> Any:
    """What a stranger who trusts that key gets out of it: what is signed, and only that."""
    how = SignatureConfiguration(require_x509=False, location="./")
    found = XMLVerifier().verify(xml, expect_config=how)
    assert isinstance(found, VerifyResult)
    if load_pem_public_key(found.signature_key) != key.public_key():
        raise InvalidSignature("Somebody else's key.")
    return found.signed_xml


def test_a_stranger_with_the_public_key_finds_it_whole() -> None:
    xml = signed()
    root = valid(xml)
    whole = signed_part(xml)
    root.remove(root.find(SIGNATURE))
    assert etree.tostring(whole, method="c14n") == etree.tostring(root, method="c14n")


def test_a_certificate_goes_with_it_and_is_trusted_as_any_other() -> None:
    own = certificate(SIGNER)
    xml = signed(own)
    valid(xml)
    assert isinstance(XMLVerifier().verify(xml, x509_cert=own), VerifyResult)
    with pytest.raises(InvalidSignature):
        XMLVerifier().verify(xml, x509_cert=certificate(STRANGER))


def test_a_letter_changed_is_noticed() -> None:
    with pytest.raises(InvalidDigest):
        signed_part(signed().replace(b"Vattenavbrott", b"Vattenavbrotz", 1))


def test_another_key_is_noticed() -> None:
    root = document(notice(), [], {})
    sign(root, pem(STRANGER))
    with pytest.raises(InvalidSignature):
        signed_part(etree.tostring(root))


def test_it_is_enveloped_rsa_with_sha256_over_exclusive_c14n() -> None:
    (signature,) = etree.fromstring(signed()).iterfind(SIGNATURE)
    algorithms = [element.get("Algorithm") for element in signature.iter() if element.attrib]
    assert signature.getnext() is None
    assert [one for one in algorithms if one] == [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]


def test_the_same_is_signed_in_the_same_bytes() -> None:
    told = notice()
    first, again = document(told, [], {}), document(told, [], {})
    for root in (first, again):
        sign(root, KEY)
    assert etree.tostring(first) == etree.tostring(again)


@effort(max_examples=30, deadline=None)
@generated(st.text(max_size=80))
def test_whatever_is_said_is_signed(text: str) -> None:
    signed_part(signed(words={"sv": Words("Rubrik", text)}))
