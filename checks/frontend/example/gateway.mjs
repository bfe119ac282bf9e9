// A client of the gateway for pages, without a library. `getToken` returns the signed-in user's token.

/** Waits longer than this many seconds are for people, who can be told. */
const MAX_WAIT = 10;
const MAX_ATTEMPTS = 3;

export class Gateway {
  #url;
  #getToken;

  constructor(url, getToken) {
    this.#url = url;
    this.#getToken = getToken;
  }

  /** Creates a meeting: `{ Meeting }`. The same key again returns the same meeting. */
  async create(externalMeetingId, key = crypto.randomUUID()) {
    return this.#call("POST", "/meetings", { ExternalMeetingId: externalMeetingId }, { "Idempotency-Key": key });
  }

  /** Joins a meeting as the user: `{ Meeting, Attendee }`. Only a second device needs an ExternalUserId. */
  async join(meetingId, externalUserId) {
    const body = externalUserId && { ExternalUserId: externalUserId };
    return this.#call("POST", `/meetings/${meetingId}/join`, body);
  }

  /** Creates a meeting and the user's attendee in one call: `{ Meeting, Attendee }`. */
  async createAndJoin(externalMeetingId, externalUserId, key = crypto.randomUUID()) {
    const body = { ExternalMeetingId: externalMeetingId, Attendees: [{ ExternalUserId: externalUserId }] };
    const path = "/meetings?operation=create-attendees";
    const { Meeting, Attendees, Errors } = await this.#call("POST", path, body, { "Idempotency-Key": key });
    // The meeting can exist without the attendee: then join it as any other.
    if (Errors?.length > 0) return this.join(Meeting.MeetingId, externalUserId);
    return { Meeting, Attendee: Attendees[0] };
  }

  /** Joins a room by its name: `{ Meeting, Attendee }`. The first who may create opens it. */
  async joinRoom(room, externalUserId) {
    const body = externalUserId && { ExternalUserId: externalUserId };
    return this.#call("POST", `/rooms/${encodeURIComponent(room)}/join`, body);
  }

  /** Ends a room's meeting for everybody. Who joins the room then opens a new one. */
  async endRoom(room) {
    await this.#call("DELETE", `/rooms/${encodeURIComponent(room)}`);
  }

  /** Ends a meeting for everybody. */
  async end(meetingId) {
    await this.#call("DELETE", `/meetings/${meetingId}`);
  }

  async #call(method, path, body, further = {}) {
    for (let attempt = 1; ; attempt += 1) {
      const headers = { ...further, Authorization: `Bearer ${await this.#getToken()}` };
      if (body) headers["Content-Type"] = "application/json";
      const answer = await fetch(this.#url + path, { method, headers, body: body && JSON.stringify(body) });
      if (answer.status === 204) return undefined;
      if (answer.ok) return answer.json();
      const error = await GatewayError.of(answer);
      if (attempt === MAX_ATTEMPTS || !error.passes) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000));
    }
  }
}

export class GatewayError extends Error {
  /** Reads an error; API Gateway's own have a `message` alone. */
  static async of(answer) {
    const problem = await answer.json().catch(() => ({}));
    const error = new GatewayError(problem.detail ?? problem.message ?? `The gateway answers ${answer.status}.`);
    error.status = answer.status;
    error.code = problem.Code;
    error.retryAfter = Number(answer.headers.get("Retry-After") ?? 1);
    return error;
  }

  /** The same request may succeed soon. After 503, a join may leave an attendee behind that nobody uses. */
  get passes() {
    return (this.status === 429 || this.status === 503) && this.retryAfter <= MAX_WAIT;
  }
}

/** Who an attendee is: the part that the gateway vouches for. What follows the first `#` is that person's own claim. */
export function ownerOf(externalUserId) {
  return externalUserId.split("#", 1)[0];
}
