// Stands for the product's own sign-in: the token issuer of `cargo run -p local` gives a token to anyone who asks.

const { searchParams } = new URL(location.href);

export const GATEWAY = searchParams.get("gateway") ?? "http://127.0.0.1:3000";
const ISSUER = searchParams.get("issuer") ?? "http://127.0.0.1:3002";

/** Returns a token for a person: `{ sub, tenant, groups }`. */
export async function getToken(person) {
  const answer = await fetch(`${ISSUER}/token?${new URLSearchParams(person)}`);
  return (await answer.text()).trim();
}
