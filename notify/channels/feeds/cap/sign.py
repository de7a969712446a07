"""XML-DSig (XML Signature Syntax and Processing 1.1) as CAP 1.2 wants it (section 3.3.4.1).

Enveloped, RSA with SHA-256 (PKCS #1 v1.5), exclusive canonicalisation. One document, one key: one
signature, bit for bit. Only ever made here, never checked: what is not ours is not trusted by it.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DIGEST_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def sign(root: etree._Element, key: str, certificates: str = "") -> None:
    """Add the signature of the whole document as the root's last element.

    key: an RSA private key as PEM. certificates: the key's own first, as PEM; without any the
    signature names the bare public key.
    """
    private = _private(key)
    digest = sha256(_canonical(root)).digest()
    signature = etree.SubElement(root, f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = _signed_info(signature, digest)
    made = private.sign(_canonical(info), PKCS1v15(), SHA256())
    _add(signature, "SignatureValue").text = _base64(made)
    _key_info(signature, private, certificates)


def _signed_info(signature: etree._Element, digest: bytes) -> etree._Element:
    info = _add(signature, "SignedInfo")
    _add(info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    _add(info, "SignatureMethod", Algorithm=RSA_SHA256)
    reference = _add(info, "Reference", URI="")
    transforms = _add(reference, "Transforms")
    _add(transforms, "Transform", Algorithm=ENVELOPED)
    _add(transforms, "Transform", Algorithm=EXCLUSIVE)
    _add(reference, "DigestMethod", Algorithm=DIGEST_SHA256)
    _add(reference, "DigestValue").text = _base64(digest)
    return info


def _key_info(signature: etree._Element, private: RSAPrivateKey, certificates: str) -> None:
    info = _add(signature, "KeyInfo")
    if certificates:
        data = _add(info, "X509Data")
        for certificate in x509.load_pem_x509_certificates(certificates.encode()):
            _add(data, "X509Certificate").text = _base64(certificate.public_bytes(Encoding.DER))
        return
    numbers = private.public_key().public_numbers()
    value = _add(_add(info, "KeyValue"), "RSAKeyValue")
    _add(value, "Modulus").text = _base64(_bytes(numbers.n))
    _add(value, "Exponent").text = _base64(_bytes(numbers.e))


@lru_cache(maxsize=1)
def _private(key: str) -> RSAPrivateKey:
    private = load_pem_private_key(key.encode(), password=None)
    if not isinstance(private, RSAPrivateKey):  # the settings refuse any other
        raise TypeError("A CAP document is signed with RSA.")
    return private


def _canonical(element: etree._Element) -> bytes:
    canonical: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    return canonical


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{DS}}}{name}", attributes)


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
