"""Keys for every algorithm, and signed tokens with any header and payload, also those that no library would write."""

import base64
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": (ec.SECP256R1, "P-256", 32), "ES384": (ec.SECP384R1, "P-384", 48)}
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number: int, length: int | None = None) -> str:
    return encode(number.to_bytes(length or (number.bit_length() + 7) // 8, "big"))


class Signer:
    """A private key for one algorithm, and its public key as a JWK."""

    rsa_key = None

    def __init__(self, algorithm: str, kid: str):
        self.algorithm, self.kid = algorithm, kid
        public = {"kid": kid, "alg": algorithm, "use": "sig"}
        if algorithm in CURVES:
            curve, name, length = CURVES[algorithm]
            self.key = ec.generate_private_key(curve())
            point = self.key.public_key().public_numbers()
            public |= {
                "kty": "EC",
                "crv": name,
                "x": encode_number(point.x, length),
                "y": encode_number(point.y, length),
            }
        elif algorithm == "EdDSA":
            self.key = ed25519.Ed25519PrivateKey.generate()
            public |= {"kty": "OKP", "crv": "Ed25519", "x": encode(self.key.public_key().public_bytes_raw())}
        else:
            # One RSA key for all RSA algorithms, because making one is slow. Each JWK still names one algorithm.
            Signer.rsa_key = Signer.rsa_key or rsa.generate_private_key(65537, 2048)
            self.key = Signer.rsa_key
            numbers = self.key.public_key().public_numbers()
            public |= {"kty": "RSA", "n": encode_number(numbers.n), "e": encode_number(numbers.e)}
        self.jwk = public

    def sign(self, message: bytes, algorithm: str | None = None) -> bytes:
        """Signs any bytes, with another algorithm of the same kind of key if one is named."""
        algorithm = algorithm or self.algorithm
        if algorithm in CURVES:
            length = CURVES[self.algorithm][2]
            r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(HASHES[algorithm[2:]]())))
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
        if algorithm == "EdDSA":
            return self.key.sign(message)
        digest = HASHES[algorithm[2:]]()
        if algorithm.startswith("RS"):
            return self.key.sign(message, padding.PKCS1v15(), digest)
        return self.key.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)

    def header(self) -> dict:
        return {"alg": self.algorithm, "kid": self.kid, "typ": "JWT"}

    def token(self, header: dict | str, claims: dict | str) -> str:
        """Makes a signed token. Text is used as it is; an object is written as JSON."""
        header, claims = (part if isinstance(part, str) else json.dumps(part) for part in (header, claims))
        message = f"{encode(header.encode())}.{encode(claims.encode('utf-8', 'surrogatepass'))}"
        return f"{message}.{encode(self.sign(message.encode()))}"
