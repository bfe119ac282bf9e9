// Runs the built `local`: the gateway behind its HTTP front, the Chime simulator, the registry's table and the token issuer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const PROGRAM = process.env.LOCAL_PROGRAM ?? fileURLToPath(new URL("../../../target/debug/local", import.meta.url));
const MAX_START_SECONDS = 20;

/** A running gateway with all that it talks to, on ports of its own. */
export class LocalGateway {
  #process;
  #arguments;
  #variables;

  constructor([front, simulator, issuer, registry], options, variables) {
    /** Where the HTTP front is, which plays API Gateway. */
    this.url = `http://127.0.0.1:${front}`;
    this.simulatorUrl = `http://127.0.0.1:${simulator}`;
    this.issuerUrl = `http://127.0.0.1:${issuer}`;
    const ports = { port: front, "simulator-port": simulator, "issuer-port": issuer, "registry-port": registry };
    this.#arguments = [...Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]), ...options];
    this.#variables = variables;
  }

  /** Starts the program with further options and waits until all of its ports answer. */
  static start(...options) {
    return LocalGateway.startWith({}, ...options);
  }

  /** The same with variables of the environment beside this process's own. */
  static async startWith(variables, ...options) {
    const gateway = new LocalGateway(await freePorts(4), options, variables);
    await gateway.startAgain();
    return gateway;
  }

  /** Starts the program after `stop`, on the same ports. It has forgotten everything. */
  async startAgain() {
    const environment = { ...process.env, ...this.#variables };
    this.#process = spawn(PROGRAM, this.#arguments, { stdio: ["ignore", "ignore", "inherit"], env: environment });
    await once(this.#process, "spawn");
    try {
      const hasSimulator = !this.#arguments.includes("--chime-endpoint");
      for (const url of [this.url, this.issuerUrl]) await this.#answersAt(url);
      if (hasSimulator) await this.#answersAt(this.simulatorUrl);
    } catch (error) {
      this.#process.kill();
      throw error;
    }
  }

  /** A token of the issuer; anyone gets one who asks. `person` is such as `{ sub, tenant, groups }`, groups by commas. */
  async token(person) {
    const answer = await fetch(`${this.issuerUrl}/token?${new URLSearchParams(person)}`);
    if (!answer.ok) throw new Error(`the issuer answers ${answer.status}: ${await answer.text()}`);
    return (await answer.text()).trim();
  }

  /** Sends the gateway a request as a person, with an optional body. */
  async send(person, method, path, body) {
    const headers = { Authorization: `Bearer ${await this.token(person)}` };
    if (body === undefined) return fetch(this.url + path, { method, headers });
    headers["Content-Type"] = "application/json";
    return fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
  }

  /** Arms a fault of the simulator for coming requests. */
  async arm(fault) {
    const answer = await fetch(`${this.simulatorUrl}/simulator/faults`, {
      method: "POST",
      body: JSON.stringify(fault),
    });
    if (!answer.ok) throw new Error(`the simulator answers ${answer.status}: ${await answer.text()}`);
  }

  /** Every meeting that exists or existed, as the simulator has them. */
  async meetings() {
    const answer = await fetch(`${this.simulatorUrl}/simulator/meetings`);
    return answer.json();
  }

  /** Removes meetings and faults from the simulator. */
  async reset() {
    await fetch(`${this.simulatorUrl}/simulator/state`, { method: "DELETE" });
  }

  async stop() {
    if (this.#hasEnded) return;
    const end = once(this.#process, "exit");
    this.#process.kill();
    await end;
  }

  get #hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #answersAt(url) {
    for (let wait = 0; wait < MAX_START_SECONDS * 20; wait += 1) {
      if (this.#hasEnded) throw new Error(`${PROGRAM} ended with status ${this.#process.exitCode}`);
      try {
        return await fetch(url);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`${url} does not answer within ${MAX_START_SECONDS} seconds`);
  }
}

/** Ports that are free now. They are all held at once, so that they differ. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
