// Mints tokens with jose (npm), one for each algorithm that the gateway accepts. Standard input: the claims. Standard
// output: `{jwks, tokens: {ALGORITHM: token}}`.
import { exportJWK, generateKeyPair, SignJWT } from "jose";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const claims = JSON.parse(text);

const keys = [];
const tokens = {};
for (const alg of ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]) {
  const { publicKey, privateKey } = await generateKeyPair(alg, {
    modulusLength: 2048,
    crv: alg === "EdDSA" ? "Ed25519" : undefined,
  });
  const kid = `jose-${alg}`;
  keys.push({ ...(await exportJWK(publicKey)), kid, alg, use: "sig" });
  tokens[alg] = await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "at+jwt" }).sign(privateKey);
}
process.stdout.write(JSON.stringify({ jwks: { keys }, tokens }));
