// The faults that the page offers, with what one learns from each. The simulator has more.

/** Chime's operations, by which a fault can be bound to some requests. */
export const CHIME_OPERATIONS = [
  "CreateMeeting",
  "CreateMeetingWithAttendees",
  "GetMeeting",
  "DeleteMeeting",
  "CreateAttendee",
  "BatchCreateAttendee",
  "ListAttendees",
  "GetAttendee",
  "DeleteAttendee",
  "UpdateAttendeeCapabilities",
  "BatchUpdateAttendeeCapabilitiesExcept",
];

const withRetryAfter = (name) => (draft) => {
  const seconds = Number(draft.retryAfter);
  return seconds > 0 ? { fault: name, retry_after_seconds: seconds } : { fault: name };
};

/** In the order in which they are offered. Waits and numbers of attempts are those of docs/reliability.md. */
export const KINDS = [
  {
    id: "throttled",
    name: "Throttled",
    answer: "429",
    hasRetryAfter: true,
    fault: withRetryAfter("ThrottlingException"),
    learn:
      "The gateway asks Chime up to three times and waits as long as Chime says, up to 2 seconds. Once or twice, your caller only waits; three times, or a longer Retry-After, and it gets 429.",
  },
  {
    id: "unavailable",
    name: "Unavailable",
    answer: "503",
    hasRetryAfter: true,
    fault: withRetryAfter("ServiceUnavailableException"),
    learn: "The same three attempts and waits. If Chime stays away, the caller gets 503 with Retry-After.",
  },
  {
    id: "slow",
    name: "Slow",
    isSlow: true,
    fault: (draft) => ({ fault: "DelayedHeaders", milliseconds: Number(draft.milliseconds) }),
    learn:
      "An attempt that takes longer than 8 seconds is given up, and repeated where that can do no harm. After 27 seconds in all the caller gets 504, before API Gateway’s own 30 are over.",
  },
  {
    id: "conflict",
    name: "Conflict",
    answer: "409",
    fault: () => ({ fault: "ConflictException" }),
    learn:
      "Another request with the same key is under way. The gateway waits a little longer and asks again, so that two clicks at once end in one meeting. If the conflict stays, the caller gets 409.",
  },
  {
    id: "quota",
    name: "Quota full",
    answer: "400 from Chime",
    operation: "CreateMeeting",
    fault: () => ({ fault: "LimitExceededException" }),
    learn:
      "The AWS account has as many meetings as it may. Asking again would not help, so there is no second attempt: 429 LimitExceededException with Retry-After: 60.",
  },
  {
    id: "lost",
    name: "Answer lost",
    fault: () => ({ fault: "CloseAfterRead", creates: true }),
    learn:
      "Chime does what was asked, and the connection breaks before its answer. CreateMeeting is repeated, since Chime knows the repeat by its token; Join is not, since that could make a second attendee.",
  },
];

/** A kind by its id. */
export const kindOf = (id) => KINDS.find((each) => each.id === id) ?? KINDS[0];

const NAMES = {
  ThrottlingException: "throttled (429)",
  ServiceUnavailableException: "unavailable (503)",
  DelayedHeaders: "slow",
  ConflictException: "conflict (409)",
  LimitExceededException: "quota full",
  CloseAfterRead: "answer lost",
};

/** An armed fault in words, as the simulator lists it. */
export function armedText(armed) {
  const { fault, times, rate, operation, retry_after_seconds: seconds, milliseconds } = armed;
  const parts = [NAMES[fault] ?? fault];
  if (seconds) parts.push(`Retry-After ${seconds} s`);
  if (milliseconds) parts.push(`by ${milliseconds} ms`);
  parts.push(operation ? `${operation} only` : "any operation");
  if (typeof times === "number") parts.push(times === 1 ? "once more" : `${times} times more`);
  if (typeof rate === "number") parts.push(`${Math.round(rate * 100)} % of requests, until it is turned off`);
  return parts.join(" · ");
}
