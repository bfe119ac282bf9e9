// The sections of the page, in their order. Each module exports
// - `id`: the section's id, which links name
// - `title`: its heading
// - `lead` (optional): one sentence below the heading
// - `view(state)`: its content, a template of lit-html
import * as events from "./events.js";
import * as faults from "./faults.js";
import * as happened from "./happened.js";
import * as meetings from "./meetings.js";
import * as policy from "./policy.js";
import * as request from "./request.js";
import * as rooms from "./rooms.js";
import * as who from "./who.js";

export const sections = [who, request, happened, meetings, events, faults, rooms, policy];
