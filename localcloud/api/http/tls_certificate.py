"""A certificate for this machine's own name, and the files by which its clients trust it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from localcloud import private_file

if TYPE_CHECKING:
    from pathlib import Path

TRUST_STORE_PASSWORD = "changeit"  # noqa: S105 - Java's own default: a trust store holds no secret
_LIFETIME = timedelta(days=825)  # what Apple's and other trust checks allow at most
_NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class CertificateFiles:
    """Where the files are, all in one folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The certificate to trust, PEM."""
        return self.folder / "ca.pem"

    @property
    def trust_store(self) -> Path:
        """The same for Java, PKCS #12, password :data:`TRUST_STORE_PASSWORD`."""
        return self.folder / "truststore.p12"

    @property
    def server(self) -> Path:
        """The server's key and certificate chain, PEM, for its owner alone."""
        return self.folder / "server.pem"

    def make(self) -> None:
        """Make what is missing; :class:`OSError` if the folder does not take it.

        The authority's key is never written: it signs this one certificate.
        """
        if self.server.exists():
            return
        # A seventh of a second of imports, which only those need who ask for TLS.
        import trustme  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization.pkcs12 import (  # noqa: PLC0415
            PKCS12Certificate,
            serialize_java_truststore,
        )
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

        authority = trustme.CA(organization_name="Confluent local cloud")
        issued = authority.issue_cert(*_NAMES, not_after=datetime.now(UTC) + _LIFETIME)
        pem = authority.cert_pem.bytes()
        store = serialize_java_truststore(
            [PKCS12Certificate(load_pem_x509_certificate(pem), b"localcloud")],
            BestAvailableEncryption(TRUST_STORE_PASSWORD.encode()),
        )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in ((self.authority, pem), (self.trust_store, store)):
            path.write_bytes(content)
            os.chmod(path, 0o600)  # noqa: PTH101
        private_file.write(self.server, issued.private_key_and_cert_chain_pem.bytes().decode())
