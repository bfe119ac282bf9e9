// A meeting from its creation to its end, operation by operation, by the SDK in Node.js or in a page.
import assert from "node:assert/strict";
import { OPERATIONS } from "./refusals.mjs";
import { differences } from "./shapes.mjs";

const FEATURES = {
  Audio: { EchoReduction: "AVAILABLE" },
  Video: { MaxResolution: "FHD" },
  Content: { MaxResolution: "UHD" },
  Attendee: { MaxCount: 25 },
};
const LISTEN = { Audio: "Receive", Video: "Receive", Content: "Receive" };
const SILENT = { Audio: "None", Video: "SendReceive", Content: "SendReceive" };
const NOT_ASKED = ["Meeting.MeetingHostId", "Meeting.PrimaryMeetingId"];

/** Calls every operation as the host anna; each `checked` answer has every member, but for those whose paths are named. */
export async function live(gateway, client) {
  const called = new Set();
  const checked = async (operation, input, missing) => {
    called.add(operation);
    const answer = await client.call(operation, input);
    assert.deepEqual(differences(operation, answer, missing), []);
    return answer;
  };

  const meeting = await createMeetings(checked);
  const here = { MeetingId: meeting.MeetingId };
  const joined = await client.join(meeting.MeetingId);
  assert.deepEqual(joined.Meeting, meeting);
  assert.equal(joined.Attendee.ExternalUserId, "anna");
  // Join is not in the model, but its attendee is.
  assert.deepEqual(differences("CreateAttendee", { Attendee: joined.Attendee }), []);

  const carl = await createAttendees(client, checked, here, joined.Attendee);
  await changeCapabilities(client, checked, here, joined.Attendee, carl);
  await checked("DeleteAttendee", { ...here, AttendeeId: carl.AttendeeId });
  assert.deepEqual(names((await client.call("ListAttendees", here)).Attendees).sort(), ["anna", "dora", "emil"]);
  await checked("DeleteMeeting", here);
  // A replica ends with its primary.
  const states = await gateway.meetings();
  assert.deepEqual(
    states.map(({ alive }) => alive),
    [false, false],
  );
  assert.deepEqual([...called].sort(), [...OPERATIONS].sort());
}

async function createMeetings(checked) {
  const asked = { ExternalMeetingId: "standup", MediaRegion: "eu-central-1", MeetingFeatures: FEATURES };
  const first = await checked("CreateMeeting", { ClientRequestToken: "life-1", ...asked }, NOT_ASKED);
  const meeting = first.Meeting;
  assert.deepEqual({ ...meeting, ...asked, TenantIds: ["acme"] }, meeting);
  const { Meeting } = await checked("GetMeeting", { MeetingId: meeting.MeetingId }, NOT_ASKED);
  assert.deepEqual(Meeting, meeting);

  const ofReplica = { ClientRequestToken: "life-2", PrimaryMeetingId: meeting.MeetingId, ...asked };
  const Attendees = [{ ExternalUserId: "anna" }, { ExternalUserId: "bert", Capabilities: LISTEN }];
  const input = { ...ofReplica, Attendees };
  const replica = await checked("CreateMeetingWithAttendees", input, ["Meeting.MeetingHostId"]);
  assert.equal(replica.Meeting.PrimaryMeetingId, meeting.MeetingId);
  assert.deepEqual(names(replica.Attendees), ["anna", "bert"]);
  assert.deepEqual(replica.Attendees[1].Capabilities, LISTEN);
  assert.deepEqual(replica.Errors, []);
  return meeting;
}

async function createAttendees(client, checked, here, anna) {
  const asked = { ExternalUserId: "carl", Capabilities: LISTEN };
  const { Attendee: carl } = await checked("CreateAttendee", { ...here, ...asked });
  assert.deepEqual({ ...carl, ...asked }, carl);
  const others = [{ ExternalUserId: "dora" }, { ExternalUserId: "emil" }];
  const batch = await checked("BatchCreateAttendee", { ...here, Attendees: others });
  assert.deepEqual(names(batch.Attendees), ["dora", "emil"]);
  assert.deepEqual(batch.Errors, []);

  const first = await client.call("ListAttendees", { ...here, MaxResults: 3 });
  assert.equal(typeof first.NextToken, "string");
  // The JoinToken of all but the caller's own attendee, who is on the first page, is taken out.
  const without = ["NextToken", "Attendees[].JoinToken"];
  const second = await checked("ListAttendees", { ...here, NextToken: first.NextToken }, without);
  const listed = [...first.Attendees, ...second.Attendees];
  assert.deepEqual([first.Attendees.length, names(listed).sort()], [3, ["anna", "carl", "dora", "emil"]]);
  assert.deepEqual(
    listed.filter(({ JoinToken }) => JoinToken !== undefined),
    [anna],
  );
  return carl;
}

async function changeCapabilities(client, checked, here, anna, carl) {
  const ofAnna = { ...here, AttendeeId: anna.AttendeeId };
  const ofCarl = { ...here, AttendeeId: carl.AttendeeId };
  const token = ["Attendee.JoinToken"];
  assert.deepEqual((await checked("GetAttendee", ofAnna)).Attendee, anna);
  assert.deepEqual((await checked("GetAttendee", ofCarl, token)).Attendee.Capabilities, LISTEN);
  const updated = await checked("UpdateAttendeeCapabilities", { ...ofCarl, Capabilities: SILENT }, token);
  assert.deepEqual(updated.Attendee.Capabilities, SILENT);
  const ExcludedAttendeeIds = [{ AttendeeId: carl.AttendeeId }];
  const input = { ...here, ExcludedAttendeeIds, Capabilities: LISTEN };
  await checked("BatchUpdateAttendeeCapabilitiesExcept", input);
  assert.deepEqual((await client.call("GetAttendee", ofAnna)).Attendee.Capabilities, LISTEN);
  assert.deepEqual((await client.call("GetAttendee", ofCarl)).Attendee.Capabilities, SILENT);
}

function names(attendees) {
  return attendees.map(({ ExternalUserId }) => ExternalUserId);
}
