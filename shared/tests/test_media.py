"""What a file is."""

from shared.media import media_type


def test_media_types() -> None:
    """A file's type is read from its first bytes."""
    assert media_type(b"%PDF-1.7\n") == "application/pdf"
    assert media_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert media_type(b"\x89PNG\r\n\x1a\n...") == "image/png"
    for other in (b"", b"MZ", b"<html>", b" %PDF-"):
        assert media_type(other) is None
