import {
  GlobalStyles,
  lightTheme,
  MeetingProvider,
  useMeetingManager,
  useRosterState,
} from "amazon-chime-sdk-component-library-react";
import { MeetingSessionConfiguration } from "amazon-chime-sdk-js";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { ThemeProvider } from "styled-components";
import { Gateway, ownerOf } from "./gateway.mjs";
import { GATEWAY, getToken } from "./sign_in.mjs";

/** Stands for the product's own directory of its users. */
const NAMES = { ann: "Ann Archer", bob: "Bob Baker" };

const person = Object.fromEntries(new URL(location.href).searchParams);
const gateway = new Gateway(GATEWAY, () => getToken({ sub: person.sub, tenant: person.tenant, groups: person.groups }));

/** Gives the components a name for an attendee: by its owner, never by the suffix, which anyone may choose. */
async function getAttendee(_chimeAttendeeId, externalUserId) {
  return { name: NAMES[ownerOf(externalUserId)] ?? "Unknown" };
}

function JoinButton() {
  const meetingManager = useMeetingManager();
  const [text, say] = useState("");

  async function join() {
    try {
      const joined = await gateway.join(person.meeting);
      meetingManager.getAttendee = getAttendee;
      await meetingManager.join(new MeetingSessionConfiguration(joined, joined));
      say("Ready to start.");
      // For the browser's console. `meetingManager.start()` connects to Chime's media servers.
      globalThis.meetingManager = meetingManager;
    } catch (error) {
      say(error.message);
    }
  }

  return (
    <>
      <button type="button" onClick={join}>
        Join
      </button>
      <p role="status">{text}</p>
    </>
  );
}

function People() {
  const { roster } = useRosterState();
  return (
    <ul aria-label="People">
      {Object.values(roster).map(({ chimeAttendeeId, name }) => (
        <li key={chimeAttendeeId}>{name}</li>
      ))}
    </ul>
  );
}

createRoot(document.getElementById("root")).render(
  <ThemeProvider theme={lightTheme}>
    <GlobalStyles />
    <MeetingProvider>
      <JoinButton />
      <People />
    </MeetingProvider>
  </ThemeProvider>,
);
