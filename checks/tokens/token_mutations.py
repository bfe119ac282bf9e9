"""Mutated tokens for differential.py."""

import base64
import hashlib
import hmac
import json
import random

from token_minting import ALGORITHMS, Signer, encode

ISSUER = "https://issuer.example/pool"
AUDIENCES = ["meetings-client", "second-client"]
LEEWAY = 30

VALUES = [None, True, False, 0, 1, -1, 1.5, 2**63, 2**64 - 1, "", " ", "x", [], ["x"], {}, {"a": 1}, [None], [[]]]


def claims(now: int) -> dict:
    return {
        "iss": ISSUER,
        "sub": "user-1",
        "aud": "meetings-client",
        "exp": now + 300,
        "nbf": now - 10,
        "iat": now - 10,
        "custom:tenant_id": "acme",
        "scope": "meetings:create",
        "token_use": "access",
        "client_id": "meetings-client",
        "jti": "1",
    }


class Mutator:
    """Makes mutated tokens from a seed. The same seed gives the same tokens, except for their signatures."""

    def __init__(self, seed: int, now: int):
        self.random = random.Random(seed)
        self.now = now
        self.signers = [Signer(algorithm, f"key-{algorithm}") for algorithm in ALGORITHMS]
        self.strangers = [Signer(algorithm, f"key-{algorithm}") for algorithm in ("ES256", "EdDSA")]
        self.jwks = {"keys": [signer.jwk for signer in self.signers]}
        self.ways = [
            self.untouched,
            self.change_claim,
            self.change_claim,
            self.change_time,
            self.change_time,
            self.remove_claim,
            self.change_audience,
            self.change_header,
            self.change_header,
            self.remove_header_member,
            self.change_text,
            self.repeat_member,
            self.damage,
            self.damage,
            self.respell,
            self.swap,
            self.forge,
        ]

    def token(self) -> tuple[str, str]:
        """Returns the name of a mutation, and the token."""
        way = self.random.choice(self.ways)
        signer = self.random.choice(self.signers)
        return way.__name__, way(signer)

    def untouched(self, signer: Signer) -> str:
        return signer.token(signer.header(), claims(self.now))

    def change_claim(self, signer: Signer) -> str:
        changed = claims(self.now)
        name = self.random.choice(list(changed))
        kin = [changed[name], [changed[name]], str(changed[name]), f"{changed[name]} ", [changed[name], 7]]
        changed[name] = self.random.choice(VALUES + kin * 2)
        return signer.token(signer.header(), changed)

    def change_time(self, signer: Signer) -> str:
        changed = claims(self.now)
        name = self.random.choice(["exp", "nbf", "iat"])
        offset = self.random.choice(
            [-LEEWAY - 1, -LEEWAY, -LEEWAY + 1, -1, 0, 1, LEEWAY - 1, LEEWAY, LEEWAY + 1, 10**9]
        )
        value = self.now + offset
        changed[name] = self.random.choice(
            [value, value, float(value), value + 0.5, str(value), 2**64 - 1, -value, 1e19]
        )
        return signer.token(signer.header(), changed)

    def remove_claim(self, signer: Signer) -> str:
        changed = claims(self.now)
        for name in self.random.sample(list(changed), self.random.choice([1, 1, 2])):
            del changed[name]
        return signer.token(signer.header(), changed)

    def change_audience(self, signer: Signer) -> str:
        changed = claims(self.now)
        choices = [
            "meetings-client",
            "second-client",
            "other",
            "",
            None,
            7,
            "MEETINGS-CLIENT",
            "meetings-client second-client",
        ]
        some = [self.random.choice(choices) for _ in range(self.random.choice([0, 1, 2, 3]))]
        changed["aud"] = self.random.choice([some, some, *choices])
        return signer.token(signer.header(), changed)

    def change_header(self, signer: Signer) -> str:
        header = signer.header()
        name = self.random.choice(
            ["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5u", "x5c", "x5t", "cty", "zip", "enc", "other"]
        )
        others = {
            "alg": [*ALGORITHMS, "none", "None", "HS256", "ES512", signer.algorithm.lower()],
            "kid": [one.kid for one in self.signers] + [signer.kid.upper(), f" {signer.kid}"],
            "typ": ["JWT", "jwt", "at+jwt", "application/at+jwt", "JOSE", "dpop+jwt", "id_token+jwt"],
            "crit": [["exp"], ["b64"], [""], ["other"]],
            "jwk": [self.strangers[0].jwk],
            "jku": ["https://attacker.example/keys"],
            "cty": ["JWT", "json"],
        }
        header[name] = self.random.choice(others.get(name, []) * 2 + VALUES)
        return signer.token(header, claims(self.now))

    def remove_header_member(self, signer: Signer) -> str:
        header = signer.header()
        del header[self.random.choice(list(header))]
        return signer.token(header, claims(self.now))

    def change_text(self, signer: Signer) -> str:
        """Changes the JSON text: harmless white space, or text that is not JSON."""
        header, payload = json.dumps(signer.header()), json.dumps(claims(self.now))
        changes = [
            lambda text: f" {text}\n",
            lambda text: f"\ufeff{text}",
            lambda text: f"{text}{text}",
            lambda text: f"[{text}]",
            lambda text: text[:-1],
            lambda text: text[:-1] + ",}",
            lambda text: text.replace('"', "'"),
            lambda text: text.replace("{", '{"\\ud800":1,', 1),
            lambda text: text.replace(":", "\t: ", 1),
            lambda text: text[:-1] + ', "n": NaN}',
            lambda text: text[:-1] + ', "n": 01}',
            lambda text: text + "\x00",
            lambda text: text[:-1] + ', "n": 1e999}',
            lambda _: "",
            lambda _: "null",
        ]
        change = self.random.choice(changes)
        if self.random.random() < 0.5:
            return signer.token(change(header), payload)
        return signer.token(header, change(payload))

    def repeat_member(self, signer: Signer) -> str:
        header, payload = json.dumps(signer.header()), json.dumps(claims(self.now))
        if self.random.random() < 0.5:
            name, value = self.random.choice(
                [("alg", "none"), ("alg", signer.algorithm), ("kid", "other"), ("typ", "JWT")]
            )
            header = header[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"
        else:
            name, value = self.random.choice(
                [("sub", "admin"), ("exp", self.now + 9999), ("iss", ISSUER), ("aud", "other")]
            )
            again = f"{json.dumps(name)}: {json.dumps(value)}"
            payload = self.random.choice([payload[:-1] + f", {again}}}", "{" + again + ", " + payload[1:]])
        return signer.token(header, payload)

    def damage(self, signer: Signer) -> str:
        """Changes, adds or removes one character of a valid token."""
        token = self.untouched(signer)
        place = self.random.randrange(len(token))
        character = chr(self.random.choice([*range(0x21, 0x7F), 0x20, 0x3D, 0x2E, 0xE9]))
        return self.random.choice(
            [
                token[:place] + character + token[place + 1 :],
                token[:place] + character + token[place:],
                token[:place] + token[place + 1 :],
                token[:place],
                token + character,
            ]
        )

    def respell(self, signer: Signer) -> str:
        """Spells the same bytes differently in base64."""
        parts = self.untouched(signer).split(".")
        place = self.random.randrange(3)
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        part = parts[place]
        sibling = alphabet[alphabet.index(part[-1]) ^ 1] if len(part) % 4 else part[-1]
        parts[place] = self.random.choice(
            [
                part + "=" * (-len(part) % 4),
                part + "=",
                part[:-1] + sibling,
                part[:4] + "\n" + part[4:],
                part.replace("-", "+").replace("_", "/"),
                part + "A",
            ]
        )
        return ".".join(parts)

    def swap(self, signer: Signer) -> str:
        """Mixes the parts of two valid tokens, or adds or removes parts."""
        one, other = self.untouched(signer).split("."), self.untouched(self.random.choice(self.signers)).split(".")
        return ".".join(
            self.random.choice(
                [
                    [one[0], one[1], other[2]],
                    [other[0], one[1], one[2]],
                    [one[0], one[1]],
                    [one[0], one[1], ""],
                    [*one, one[2]],
                    ["", *one],
                    [one[0], one[1], one[2], "", ""],
                    [one[1], one[0], one[2]],
                    [one[0], "", one[2]],
                ]
            )
        )

    def forge(self, signer: Signer) -> str:
        """Makes a token that needs no key of the issuer."""
        stranger = self.random.choice(self.strangers)
        header, payload = encode(json.dumps(signer.header()).encode()), encode(json.dumps(claims(self.now)).encode())
        message = f"{header}.{payload}"
        public = base64.urlsafe_b64decode(signer.jwk.get("n", signer.jwk.get("x")) + "==")
        hs256 = encode(json.dumps({**signer.header(), "alg": "HS256"}).encode()) + "." + payload
        tag = hmac.new(public, hs256.encode(), hashlib.sha256).digest()
        with_key = {"alg": stranger.algorithm, "kid": signer.kid, "jwk": stranger.jwk}
        return self.random.choice(
            [
                f"{message}.",
                f"{message}.{encode(bytes(64))}",
                f"{message}.{encode(bytes(256))}",
                f"{hs256}.{encode(tag)}",
                encode(json.dumps({"alg": "none", "kid": signer.kid}).encode()) + f".{payload}.",
                stranger.token(stranger.header(), claims(self.now)),
                stranger.token(with_key, claims(self.now)),
                f"{message}.{encode(signer.sign(b'another message'))}",
            ]
        )
