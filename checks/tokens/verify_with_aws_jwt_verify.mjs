// Verifies tokens with aws-jwt-verify, AWS's own verifier for Node.js. Standard input: one JSON object with `issuer`,
// `audiences`, `jwks`, `now`, `leeway` and `tokens`. Standard output: a JSON array, null for each accepted token and
// the error for each refused one.
import { JwtVerifier } from "aws-jwt-verify";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { issuer, audiences, jwks, now, leeway, tokens } = JSON.parse(text);

Date.now = () => now * 1000;
const verifier = JwtVerifier.create({
  issuer,
  audience: audiences,
  jwksUri: "https://issuer.example/keys",
  graceSeconds: leeway,
});
verifier.cacheJwks(jwks);
// `verifySync` never fetches keys; the cache has all of them.
const verdicts = tokens.map((token) => {
  try {
    verifier.verifySync(token);
    return null;
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
});
process.stdout.write(JSON.stringify(verdicts));
