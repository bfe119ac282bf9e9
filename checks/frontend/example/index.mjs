import {
  ConsoleLogger,
  DefaultDeviceController,
  DefaultMeetingSession,
  LogLevel,
  MeetingSessionConfiguration,
} from "amazon-chime-sdk-js";
import { Gateway, ownerOf } from "./gateway.mjs";
import { GATEWAY, getToken } from "./sign_in.mjs";

const gateway = new Gateway(GATEWAY, () =>
  getToken({ sub: input("sub").value, tenant: input("tenant").value, groups: input("groups").value }),
);

onClick("create", async () => {
  const { Meeting } = await gateway.create("standup");
  input("meeting").value = Meeting.MeetingId;
  return "The meeting is open.";
});

onClick("join", async () => show(await gateway.join(input("meeting").value, externalUserId())));

onClick("create-and-join", async () => show(await gateway.createAndJoin("standup", externalUserId())));

onClick("join-room", async () => show(await gateway.joinRoom(input("room").value, externalUserId())));

onClick("end-room", async () => {
  await gateway.endRoom(input("room").value);
  return "The room is empty.";
});

onClick("end", async () => {
  await gateway.end(input("meeting").value);
  return "The meeting has ended.";
});

/** Makes a session of the answer to a join. `session.audioVideo.start()` would connect to Chime's media servers. */
function openSession(joined) {
  const configuration = new MeetingSessionConfiguration(joined, joined);
  const logger = new ConsoleLogger("meeting", LogLevel.WARN);
  return new DefaultMeetingSession(configuration, logger, new DefaultDeviceController(logger));
}

function show(joined) {
  const session = openSession(joined);
  const { meetingId, credentials } = session.configuration;
  input("meeting").value = meetingId;
  // For the browser's console.
  globalThis.session = session;
  return `${ownerOf(credentials.externalUserId)} may connect.`;
}

/** Without a device the gateway takes the token's subject. */
function externalUserId() {
  const device = input("device").value;
  return device ? `${input("sub").value}#${device}` : undefined;
}

function onClick(id, action) {
  document.getElementById(id).addEventListener("click", async () => {
    say("", "");
    try {
      say(await action(), "");
    } catch (error) {
      say("", error.message);
    }
  });
}

function say(status, alert) {
  document.querySelector("[role=status]").textContent = status;
  document.querySelector("[role=alert]").textContent = alert;
}

function input(id) {
  return document.getElementById(id);
}
