// The AWS SDK for JavaScript as a client of the gateway: the same in Node.js and in a page. What it returns is plain data, so
// that a page can hand it to a test.
import * as sdk from "@aws-sdk/client-chime-sdk-meetings";

// Commands and exceptions by their names.
const EXPORTS = new Map(Object.entries(sdk));

export class SdkClient {
  #url;
  #token;
  #client;
  #sent = [];

  /** A client that sends a token, at most so many times for one call. */
  constructor({ url, token, attempts = 1 }) {
    this.#url = url;
    this.#token = token;
    this.#client = new sdk.ChimeSDKMeetingsClient({
      endpoint: url,
      region: "eu-central-1",
      maxAttempts: attempts,
      credentials: { accessKeyId: "-", secretAccessKey: "-" },
      signer: {
        sign: async (request) => {
          this.#sent.push(performance.now());
          request.headers.authorization = `Bearer ${token}`;
          return request;
        },
      },
    });
  }

  /** Calls an operation by its name in the model; returns the answer's members. */
  async call(operation, input) {
    const Command = EXPORTS.get(`${operation}Command`);
    const { $metadata, ...answer } = await this.#client.send(new Command(input));
    return answer;
  }

  /** Calls an operation that is refused; returns what the SDK's exception says. */
  async refused(operation, input) {
    try {
      return { answer: await this.call(operation, input) };
    } catch (error) {
      const { headers = {} } = error.$response ?? {};
      const waits = Object.fromEntries(Object.entries(headers).filter(([name]) => name.endsWith("retry-after")));
      const isTyped = EXPORTS.has(error.name) && error instanceof EXPORTS.get(error.name);
      return { exception: isTyped ? error.name : String(error), status: error.$metadata?.httpStatusCode, waits };
    }
  }

  /** Calls an operation; returns the seconds between the attempts that it took. */
  async pauses(operation, input) {
    this.#sent = [];
    await this.call(operation, input);
    return this.#sent.slice(1).map((time, index) => (time - this.#sent[index]) / 1000);
  }

  /** Joins a meeting: the gateway's own operation, which no SDK has. */
  async join(meeting) {
    const headers = { Authorization: `Bearer ${this.#token}` };
    const answer = await fetch(`${this.#url}/meetings/${meeting}/join`, { method: "POST", headers });
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
    return answer.json();
  }
}
