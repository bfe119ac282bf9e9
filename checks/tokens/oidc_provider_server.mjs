// Runs the certified OpenID provider oidc-provider (npm) on loopback. It issues JWT access tokens by client credentials
// for two resources, one signed with RS256 and one with ES256. Prints its issuer as one line of JSON.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const keys = [];
for (const alg of ["RS256", "ES256"]) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  keys.push({ ...(await exportJWK(privateKey)), kid: `provider-${alg}`, alg, use: "sig" });
}

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    {
      client_id: "backend",
      client_secret: "not-a-secret-outside-this-check",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  scopes: ["openid", "meetings:create"],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, resource) => ({
        scope: "meetings:create",
        audience: resource,
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
        jwt: { sign: { alg: resource.endsWith("/es256") ? "ES256" : "RS256" } },
      }),
    },
  },
  extraTokenClaims: () => ({ "custom:tenant_id": "acme" }),
});
server.on("request", provider.callback());
process.stdout.write(`${JSON.stringify({ issuer })}\n`);
