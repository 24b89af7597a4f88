"""What reading from outside promises: no way into our own network, whatever an address, a name or a redirect says."""

import datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from booking.calendars import fetching
from booking.calendars.fetching import OPEN, Unread, Way
from tests.calendars import served


@pytest.fixture
def server():
    with served() as made:
        made.shows("/a.ics", b"whole")
        yield made


def trouble(url, way=OPEN):
    with pytest.raises(Unread) as unread:
        fetching.fetch(url, way=way)
    return unread.value.trouble


OURS = [
    *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1", "2001:0:0a00:1::"),
]


@pytest.mark.parametrize("address", OURS)
def test_an_address_of_our_own_is_never_public(address):
    assert not fetching.is_public(ip_address(address))
    way = Way(resolve=lambda host, port: [address])
    assert trouble("https://calendar.example/a.ics", way) == "not_allowed"


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_an_address_of_the_open_internet_is_public(address):
    assert fetching.is_public(ip_address(address))


def test_one_bad_address_among_good_ones_is_refused():
    way = Way(resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"])
    assert trouble("https://calendar.example/a.ics", way) == "not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "http://calendar.example/a.ics",
        "file:///etc/passwd",
        "ftp://calendar.example/a.ics",
        "https://",
        "calendar.example/a.ics",
        "",
        "https://someone:secret@calendar.example/a.ics",
        "https://calendar.example:99999/a.ics",
        "https://127.0.0.1/a.ics",
        "https://[::1]/a.ics",
        "https://2130706433/a.ics",
        "https://0x7f.1/a.ics",
        "https://localhost/a.ics",
        "https://[::1",
        "https://a\0b/a.ics",
        "https://\ud800/a.ics",
        f"https://{'a' * 300}.example/",
    ],
)
def test_only_https_to_a_public_server_is_asked(url):
    assert trouble(url) in {"not_allowed", "unreachable"}


def test_a_name_that_changes_its_mind_gains_nothing(server):
    """The connection is made to the address that was checked; the name is asked once."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    way = Way(resolve=resolve, is_allowed=server.way.is_allowed, schemes=server.way.schemes)
    assert fetching.fetch(f"{server.url}/a.ics", way=way) == b"whole"
    assert asked == ["calendar.test"]


def test_a_redirect_is_followed_and_checked_like_the_first_address(server):
    server.leads("/moved", "/a.ics")
    assert fetching.fetch(f"{server.url}/moved", way=server.way) == b"whole"

    inside = {"inside.test": ["10.0.0.1"]}
    way = Way(
        resolve=lambda host, port: inside.get(host, ["127.0.0.1"]),
        is_allowed=server.way.is_allowed,
        schemes=server.way.schemes,
    )
    server.leads("/moved", f"http://inside.test:{server.port}/a.ics")
    assert trouble(f"{server.url}/moved", way) == "not_allowed"
    for where in ("file:///etc/passwd", "http://[::1", "https://calendar.test/a.ics"):
        server.leads("/moved", where)
        assert trouble(f"{server.url}/moved", way) == "not_allowed"


def test_three_redirects_are_the_most(server):
    for n in range(4):
        server.leads(f"/{n}", f"/{n + 1}")
    server.shows("/4", b"whole")
    assert trouble(f"{server.url}/0", server.way) == "refused"
    assert fetching.fetch(f"{server.url}/1", way=server.way) == b"whole"


def test_what_was_asked_reaches_the_server_as_it_was_written(server):
    fetching.fetch(f"{server.url}/a.ics?key=a%2Fb&x=ñ y", way=server.way)
    assert server.asked == [("/a.ics?key=a%2Fb&x=%C3%B1%20y", f"calendar.test:{server.port}")]


def test_five_megabytes_are_the_most(server):
    server.shows("/a.ics", b"x" * fetching.LARGEST)
    assert len(fetching.fetch(f"{server.url}/a.ics", way=server.way)) == fetching.LARGEST
    server.shows("/a.ics", b"x" * (fetching.LARGEST + 1))
    assert trouble(f"{server.url}/a.ics", server.way) == "too_large"


def certificate(folder, name):
    """A certificate that this test alone trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(("name", "is_trusted"), [("calendar.test", True), ("other.test", False)])
def test_over_https_the_server_must_be_who_the_address_names(tmp_path, monkeypatch, name, is_trusted):
    path = certificate(tmp_path, name)
    with served(certificate=path) as server:
        server.shows("/a.ics", b"whole")
        assert trouble(f"{server.url}/a.ics", server.way) == "unreachable", "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        if is_trusted:
            assert fetching.fetch(f"{server.url}/a.ics", way=server.way) == b"whole"
        else:
            assert trouble(f"{server.url}/a.ics", server.way) == "unreachable"
