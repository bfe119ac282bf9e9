// The page of a gateway that was started with other options.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { LocalGateway } from "../browser/local_gateway.mjs";
import { assertHolds, button, openPage, said, section, waitForText } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

/** Opens the page of another gateway than the harness's; it is stopped after the test. */
async function openPageOf(t, gateway, options) {
  const opened = await openPage(harness, t, { gateway, ...options });
  t.after(() => gateway.stop());
  return opened.page;
}

test("with another issuer, the page takes its tokens and makes none", async (t) => {
  const variables = { JWT_ISSUER: harness.gateway.issuerUrl, JWT_AUDIENCE: "local" };
  const page = await openPageOf(t, await LocalGateway.startWith(variables), { expectedErrors: [/status of 401/] });
  const request = section(page, "Request");
  const token = section(page, "Who").getByRole("textbox", { name: "Token", exact: true });
  await token.waitFor();
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 401 Unauthorized");

  await token.fill("not a token");
  await waitForText(section(page, "Who"), "this is not a JSON Web Token");
  await assertHolds(page, "another issuer");
  await token.fill(await harness.gateway.token({ tenant: "acme", groups: "hosts", sub: "zoe" }));
  await waitForText(section(page, "Who"), "zoe may");
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 201 Created");

  const rooms = section(page, "Rooms");
  await button(rooms, "Join both at once").click();
  await waitForText(rooms, "Not done: ann has no token yet");
  for (const [index, sub] of ["zoe", "max"].entries()) {
    const own = await harness.gateway.token({ tenant: "acme", groups: "hosts", sub });
    await rooms.getByLabel("Token of your issuer").nth(index).fill(own);
  }
  await button(rooms, "Join both at once").click();
  await waitForText(rooms, "Both are in the same meeting");
  await button(rooms, "Join as zoe").click();
  await waitForText(section(page, "What happened").getByRole("region", { name: "You sent" }), "… zoe Content-Type");
});

test("without a registry, the page has no rooms and says why", async (t) => {
  const page = await openPageOf(t, await LocalGateway.start("--registry", "none"), {
    expectedErrors: [/status of 404/],
  });
  await waitForText(section(page, "Rooms"), "Rooms need the registry");
  const request = section(page, "Request");
  await waitForText(section(page, "Who"), "ann may");
  await request.getByLabel("Operation").selectOption("JoinRoom");
  await waitForText(request, "Expected: 404 Not Found");
  await button(request, "Send").click();
  await said(page, "JoinRoom: 404 Not Found");
  await assertHolds(page, "no registry");
});

test("with a Chime that is not simulated here, the page says what it can't show", async (t) => {
  const gateway = await LocalGateway.startWith(
    { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" },
    ...["--chime-endpoint", harness.gateway.simulatorUrl],
  );
  const page = await openPageOf(t, gateway);
  await waitForText(section(page, "Meetings"), "The page can look into the simulated Chime only.");
  await waitForText(section(page, "Chime’s faults"), "Only the simulated Chime fails on request.");
  await waitForText(section(page, "Events"), "where the page can’t see them");
  await waitForText(section(page, "Who"), "ann may");
  await button(section(page, "Request"), "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  const received = section(page, "What happened").getByRole("region", { name: "Chime received" });
  await waitForText(received, "Only requests to the simulator are recorded.");
  const rooms = section(page, "Rooms");
  await button(rooms, "Join both at once").click();
  await waitForText(rooms, "Both are in the same meeting");
  await waitForText(page.getByRole("contentinfo"), harness.gateway.simulatorUrl);
  await assertHolds(page, "another Chime");
});

test("a policy with hundreds of tenants and groups leaves the page usable", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tenants-"));
  t.after(() => rm(folder, { recursive: true }));
  const tenant = (index) => [`tenant-${index}`, { Callers: { AnyGroup: [`hosts-${index}`] } }];
  const policy = {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the policy's own template
    Everyone: { Fixed: { TenantIds: ["${tenant}"] }, Default: { MediaRegion: "us-east-1" } },
    Tenants: Object.fromEntries(Array.from({ length: 500 }, (_, index) => tenant(index))),
  };
  const file = join(folder, "policy.json");
  await writeFile(file, JSON.stringify(policy, null, 2));
  const page = await openPageOf(t, await LocalGateway.start("--policy", file));
  const who = section(page, "Who");
  await waitForText(who, "ann may");
  assert.ok((await who.boundingBox()).height < 800, "the groups fill the page");
  await who.getByLabel("Tenant", { exact: true }).selectOption("tenant-499");
  await button(section(page, "Request"), "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  const text = section(page, "Policy").getByLabel("Policy document");
  await text.press("Control+End");
  const start = Date.now();
  await text.pressSequentially("}}}}}}}}}}");
  assert.ok(Date.now() - start < 5000, "the field does not keep up with typing");
  await waitForText(section(page, "Policy").locator("#policy-faults"), "1 fault");
});
