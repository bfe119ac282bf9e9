// The sections of the page, in their order. Each module exports
// - `id`: the section's id, which links name
// - `title`: its heading
// - `lead` (optional): one sentence below the heading
// - `view(state)`: its content, a template of lit-html
import * as happened from "./happened.js";
import * as request from "./request.js";
import * as who from "./who.js";

export const sections = [who, request, happened];
