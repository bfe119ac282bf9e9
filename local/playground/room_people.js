// The two people of the section Rooms, and what they have done. What is not chosen comes from the policy that serves.
import { state as store, update } from "./store.js";
import { decode } from "./token.js";

/**
 * @typedef {object} Person
 * @property {string} name the token's subject
 * @property {string | null} tenant null for the first one that the policy lists
 * @property {boolean} isOther whether the tenant's name is typed
 * @property {string[] | null} groups those that are ticked; null for those that may create in the tenant
 * @property {string} moreGroups others, divided by commas or spaces
 * @property {string | null} scope null for the scopes that may create in the tenant
 * @property {string} ownToken where the page can make none
 * @property {boolean} isBusy whether a request of the person is under way
 * @property {{ meetingId: string, attendeeId: string, token: string }[]} attendees whom the person has created and not deleted
 * @property {object | null} result the last answer, from `send` of room_requests.js
 */

const NOBODY = {
  tenant: null,
  isOther: false,
  groups: null,
  moreGroups: "",
  scope: null,
  ownToken: "",
  isBusy: false,
  attendees: [],
  result: null,
};

update({
  rooms: {
    name: "standup",
    people: [
      { ...NOBODY, name: "ann" },
      { ...NOBODY, name: "bob" },
    ],
  },
});

/** The room's name. */
export const roomOf = (state) => state.rooms.name;

/**
 * Both people, with what is not chosen filled in.
 * @returns {(Person & { tenant: string, groups: string[], scope: string, needsScope: boolean })[]}
 */
export function peopleOf(state) {
  const { tenants, issuer } = state.local;
  return state.rooms.people.map((person) => {
    const ownName = issuer === null ? decode(person.ownToken)?.claims?.sub : undefined;
    const tenant = person.tenant ?? tenants[0]?.name ?? "";
    const { groups, scopes } = tenants.find(({ name }) => name === tenant) ?? { groups: [], scopes: [] };
    return {
      ...person,
      name: typeof ownName === "string" ? ownName : person.name,
      tenant,
      groups: person.groups ?? groups,
      scope: person.scope ?? scopes.join(" "),
      needsScope: scopes.length > 0,
    };
  });
}

/** Changes the room's name. */
export function setRoom(name) {
  update({ rooms: { ...store.rooms, name } });
}

/**
 * Changes something of a person.
 * @param {number} index
 * @param {Partial<Person>} patch
 */
export function setPerson(index, patch) {
  const people = store.rooms.people.map((each, at) => (at === index ? { ...each, ...patch } : each));
  update({ rooms: { ...store.rooms, people } });
}
