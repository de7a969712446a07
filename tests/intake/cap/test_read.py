"""Documents as strangers send them: hostile ones, wrong ones, and what is read of right ones."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from notify.intake.cap.guard import DEEPEST, MOST
from notify.intake.cap.read import LANGUAGES, REFERENCES, read
from notify.intake.document import Circle, Extent, Reference
from notify.intake.faults import Fault, Refused, Unreadable
from tests.intake.documents import CAP, cap, info, xml

HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{CAP}">'.encode()
RIGHT = xml(cap())
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, (b"&l%d;" % (n - 1)) * 10 if n else b"lol" * 10) for n in range(10)
)


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


def refused(body: bytes) -> tuple[Fault, ...]:
    """Why the body is refused: for little work, whatever it holds."""
    began = time.process_time()
    with pytest.raises(Refused) as no:
        read(body)
    assert time.process_time() - began < 2
    assert len(no.value.faults) <= 20
    return no.value.faults


# --- hostile ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        (b"", 0, "line 1, column"),
        (b"Hello", 0, "not well-formed"),
        (b'{"alert": 1}', 0, "not well-formed"),
        (HEAD + b"\n<info>\n</alert>", 0, "line 4, column"),
        (b"\x00" + RIGHT, 0, "not well-formed"),
        (RIGHT.replace("gått".encode(), b"g\x00tt"), 0, "not well-formed"),
        (RIGHT.replace("gått".encode(), b"g\xe5tt"), 0, "not well-formed"),
        (RIGHT.replace("gått".encode(), b"&#0;"), 0, "not well-formed"),
        (RIGHT.replace("gått".encode(), b"&unknown;"), 0, "not well-formed"),
        (RIGHT.replace(b"UTF-8", b"x-none"), 1, "UTF-8"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE alert>\n' + HEAD[39:], 2, "DOCTYPE"),
        (b"<!DOCTYPE a [" + LAUGHS + b"]>" + HEAD[39:] + b"&l9;</alert>", 1, "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>', 1, "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><alert/>', 1, "DOCTYPE"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]><alert/>', 1, "DOCTYPE"),
        (b"<feed/>", 1, "begins with <feed>"),
        (b"<alert/>", 1, "begins with <alert>"),
        (b'\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', 2, "This is CAP 1.1"),
        (b'<alert xmlns="http://www.incident.com/cap/1.0"/>', 1, "This is CAP 1.0"),
        (HEAD + b"<a>" * 100_000, 2, "inside each other"),
        (HEAD + b"\n<info/>" * 100_000, MOST + 2, "Too many elements"),
    ],
)  # fmt: skip
def test_what_is_no_cap_is_refused_with_its_line_and_the_reason(
    body: bytes, line: int, says: str
) -> None:
    with pytest.raises(Unreadable):
        read(body)
    (fault,) = refused(body)
    assert fault.line == line
    assert says in str(fault)


def test_the_deepest_that_is_read_is_deeper_than_a_signature() -> None:
    inner = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">' + b"<a>" * (DEEPEST - 2)
    signed = RIGHT.replace(b"</alert>", inner + b"</a>" * (DEEPEST - 2) + b"</Signature></alert>")
    assert read(signed) == read(RIGHT)


def test_ten_thousand_infos_are_refused_by_the_first_faults() -> None:
    assert len(refused(RIGHT.replace(b"</alert>", b"<info/>" * 10_000 + b"</alert>"))) == 20
    (fault,) = refused(xml(cap(*[info()] * (LANGUAGES + 1))))
    assert fault.field == "info"


def test_a_file_that_a_document_names_as_its_schema_is_not_opened(tmp_path: Path) -> None:
    schema = tmp_path / "x.xsd"
    schema.write_text(
        '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'
        '<element name="x" type="integer"/></schema>'
    )
    named = (
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x {schema}"'
    )
    no_integer = f'<x xmlns="urn:x" {named}>abc</x>'
    signature = f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">{no_integer}</Signature>'
    body = RIGHT.replace(b"<alert ", f"<alert {named} ".encode())
    assert read(body.replace(b"</alert>", f"{signature}</alert>".encode())) == read(RIGHT)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "iso-8859-1"])
def test_the_encodings_of_xml_are_read(encoding: str) -> None:
    text = RIGHT.decode().split("\n", 1)[1]
    declared = encoding.removesuffix("-sig")
    declared = "utf-16" if declared == "utf-16-be" else declared
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    body = f'{mark}<?xml version="1.0" encoding="{declared}"?>\n{text}'.encode(encoding)
    assert read(body) == read(RIGHT)


# --- wrong ------------------------------------------------------------------------------------


def faults_of(*changes: tuple[str, str]) -> list[str]:
    """The sentences about the right document with some of its text replaced."""
    text = RIGHT.decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return [str(fault) for fault in refused(text.encode())]


def test_each_fault_is_named_with_its_line() -> None:
    assert faults_of(
        ("<severity>Severe", "<severity>Bad"), ("<urgency>Immediate</urgency>", ""), ("+01:00", "Z")
    ) == [
        "Line 5: <sent> needs date, time and offset, as 2026-11-23T10:00:00+01:00.",
        "Line 14: <severity> does not belong here. Expected: <responseType>, <urgency>.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("<scope>", "<bogus/><scope>", "<bogus> does not belong here. Expected: <source>, <scope>."),
        ("<scope>Public</scope>", "", "Expected: <source>, <scope>."),
        ("<scope>", "text<scope>", "<alert> is not as CAP 1.2 has it."),
        ("<scope>", '<scope a="b">', "<scope> is not as CAP 1.2 has it."),
        ("<severity>Severe", "<severity>Bad", "must be one of: Extreme, Severe, Moderate, Minor, Unknown."),
        ("<certainty>Observed</certainty>", "", "Expected: <certainty>."),
        ("<identifier>", "<identifier>a b", "<identifier> is 1 to 200 characters without spaces"),
        ("<sender>scada", f"<sender>{'s' * 200}", "<sender> is 1 to 200 characters"),
        ("<scope>Public</scope>", "<scope>Public</scope><references>x,y</references>", "“x,y” is not “sender,"),
        ("</areaDesc>", "</areaDesc><polygon>1,2 3,4</polygon>", "at least four points"),
        ("</areaDesc>", "</areaDesc><polygon>1,2 3,4 5,6 7,8</polygon>", "the same as the first"),
        ("</areaDesc>", "</areaDesc><polygon>91,2 3,4 5,6 91,2</polygon>", "“91,2” is no point"),
        ("</areaDesc>", "</areaDesc><polygon>1e1,2 3,4 5,6 1e1,2</polygon>", "“1e1,2” is no point"),
        ("</areaDesc>", "</areaDesc><circle>57.7,12.9</circle>", "A circle is a point and a radius"),
        ("</areaDesc>", "</areaDesc><circle>57.7,12.9 -1</circle>", "A circle is a point and a radius"),
        ("</areaDesc>", "</areaDesc><circle>57.7,12.9 99999</circle>", "A circle is a point and a radius"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(before: str, after: str, says: str) -> None:
    (sentence,) = faults_of((before, after))
    assert sentence.startswith("Line ")
    assert says in sentence


@pytest.mark.parametrize(
    "time", ["2026-11-23T10:00:00", "2026-11-23T10:00:00Z", "2026-13-23T10:00:00+01:00",
             "2026-11-23T24:00:00+01:00", "0001-01-01T00:00:00+01:00", "9999-12-31T23:00:00-05:00", "now"],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(time: str) -> None:
    (fault,) = refused(xml(cap(info(expires=time))))
    assert (fault.field, fault.line) == ("expires", 21)


def test_how_much_is_read_has_bounds() -> None:
    references = " ".join(["a,b,c"] * (REFERENCES + 1))
    assert "Too many references" in str(refused(xml(cap(references=references)))[0])


# --- right ------------------------------------------------------------------------------------


def test_everything_that_it_says_is_read() -> None:
    extent = {
        "areaDesc": " Skolan ",
        "polygon": ["57,12 58,12 58,13 57,12"],
        "circle": ["57.5,12.5 1.5"],
        "geocode": [("Kommun", "1490")],
    }
    said = info(
        language=None,
        onset="2026-11-23T10:00:00+01:00",
        instruction="Koka\n\nvattnet & <vänta>",
        parameter=[("a", "b")],
        contact="033-35 70 00",
        web="https://example.se/",
        area=[extent],
    )
    document = read(xml(cap(said, sent="2026-01-15T12:00:00-00:00", references="a,b,c d,e,f")))
    (only,) = document.infos
    assert document.sent == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert document.references == (Reference("a", "b"), Reference("d", "e"))
    assert only.language == "en-US"
    assert only.onset == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert only.instruction == "Koka\n\nvattnet & <vänta>"
    assert only.codes == (("urn:notify:service", "water"), ("a", "b"))
    assert (only.contact, only.web) == ("033-35 70 00", "https://example.se/")
    ring = ((12.0, 57.0), (12.0, 58.0), (13.0, 58.0), (12.0, 57.0))
    assert only.extents == (
        Extent("Skolan", (ring,), (Circle((12.5, 57.5), 1.5),), (("Kommun", "1490"),)),
    )


def test_the_same_message_written_otherwise_is_the_same() -> None:
    message = cap()
    spaced = xml(message).replace(b"</sender>", b" </sender><!-- hello -->")
    assert read(spaced).digest == read(xml(message)).digest
    assert read(xml(message | {"status": "Draft"})).digest != read(xml(message)).digest
