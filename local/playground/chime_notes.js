// What the gateway added to a request, or changed in it, before Chime got it.
import { isObject } from "./body_value.js";
import { below } from "./json_pointer.js";
import { policyLink } from "./policy_link.js";
import { html } from "./vendor/lit-html.js";

/**
 * Notes for the body of a request to Chime, by pointer.
 * @param {{ operation: string, body: any, report: any }} sent the request to the gateway: its body as a value
 * @param {{ operation: string, body: any }} received the request to Chime
 * @returns {Map<string, import("./json_view.js").Note>}
 */
export function chimeNotes(sent, received) {
  const isOfRoom = sent.operation === "JoinRoom" && received.operation === "CreateMeeting";
  const asked = isObject(sent.body) ? sent.body : {};
  const base = isOfRoom ? asked.Meeting : asked;
  const rows = new Map((sent.report?.members ?? []).map((row) => [row.member, row]));
  const notes = new Map();
  // A member of a room's meeting stands one level deeper in the request to the gateway.
  const rowAt = (pointer) => rows.get(isOfRoom ? pointer.replace(/^#/, "#/Meeting") : pointer);
  compare({ notes, rowAt }, { asked: base ?? {}, received: received.body, pointer: "#", place: "#" });
  return notes;
}

/** `pointer` is the place in Chime's body; `place` the one in the report's rows, where a tag has its key in place of an index. */
function compare(context, { asked, received, pointer, place }) {
  if (isObject(received) && (isObject(asked) || asked === undefined)) {
    if (asked === undefined && note(context, pointer, "added", place)) return;
    for (const [name, value] of Object.entries(received)) {
      const next = { asked: asked?.[name], received: value, pointer: below(pointer, name), place: below(place, name) };
      if (name === "Tags" && Array.isArray(value)) compareTags(context, next);
      else compare(context, next);
    }
    return;
  }
  if (Array.isArray(received) && Array.isArray(asked) && received.some(isObject)) {
    received.forEach((value, index) => {
      compare(context, {
        asked: asked[index],
        received: value,
        pointer: below(pointer, index),
        place: below(place, index),
      });
    });
    return;
  }
  if (asked === undefined) note(context, pointer, "added", place, true);
  else if (JSON.stringify(asked) !== JSON.stringify(received)) note(context, pointer, "changed", place, true);
}

function compareTags(context, { asked, received, pointer, place }) {
  const sent = new Map((Array.isArray(asked) ? asked : []).map((tag) => [tag?.Key, tag?.Value]));
  received.forEach((tag, index) => {
    if (!sent.has(tag.Key)) note(context, below(pointer, index), "added", below(place, tag.Key), true);
    else if (sent.get(tag.Key) !== tag.Value)
      note(context, below(pointer, index), "changed", below(place, tag.Key), true);
  });
}

/** Leaves a note where the report has a row, or where there has to be one. */
function note({ notes, rowAt }, pointer, mark, place, isNeeded = false) {
  const row = rowAt(place);
  if (row || isNeeded) notes.set(pointer, { mark, text: originOf(row) });
  return Boolean(row);
}

const ORIGINS = {
  subject: "the token’s subject",
  gateway: "by the gateway itself",
  ceiling: "the ceiling in Allowed",
  caller: "by the gateway",
};

function originOf(row) {
  if (!row) return "by the gateway";
  const origin = ORIGINS[row.from] ?? row.from;
  // Where Chime's default is sent, the policy only has the bound that it is within.
  if (!row.pointer || row.from === "Chime's default") return origin;
  const whose = /^#\/Tenants\/([^/]+)/.exec(row.pointer);
  return policyLink(row.pointer, html`${origin}, ${whose ? whose[1] : "Everyone"}`);
}
