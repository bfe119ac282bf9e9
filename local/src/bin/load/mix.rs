//! What the users do. One hour of a product is played in five minutes: everything that happens at the full hour
//! happens four times in twenty minutes, and what lies in between is shorter, while the rates of arrivals are as they
//! are.

use std::time::Duration;

use serde_json::{Value, json};

/// One hour of the product.
pub(crate) const HOUR: Duration = Duration::from_secs(300);

/// The tenants.
pub(crate) const UNIVERSITY: &str = "university";
pub(crate) const CLINIC: &str = "clinic";
pub(crate) const EXAMS: &str = "exams";
pub(crate) const STARTUP: &str = "startup";

/// Classes of the university begin at the full hour, in rooms. Whoever comes first opens the room.
pub(crate) const ROOMS: usize = 8;
pub(crate) const PEOPLE_OF_A_ROOM: usize = 30;
/// From when the first one comes until the last one does; most come in the middle.
pub(crate) const ARRIVALS_OF_A_ROOM: Duration = Duration::from_secs(24);
/// A class begins so long after the full hour has come, and ends so long before the next one.
pub(crate) const CLASS: Duration = Duration::from_secs(220);
/// The share of the people whose page is loaded again in the middle: they join the room once more.
pub(crate) const RELOADING: f64 = 0.05;

/// Appointments of the clinic come at random.
pub(crate) const APPOINTMENTS_A_SECOND: f64 = 0.25;
pub(crate) const APPOINTMENT: Duration = Duration::from_secs(120);
pub(crate) const DOCTORS: usize = 60;
/// The share of the doctors who close the window without ending the meeting: Chime ends it when nobody was in it for
/// five minutes.
pub(crate) const FORGETTING: f64 = 0.15;
pub(crate) const CHIME_ENDS_AFTER: Duration = Duration::from_secs(300);
/// The share of the creations that are sent once more with their key, as if the answer had been lost.
pub(crate) const SENT_AGAIN: f64 = 0.1;

/// A backend creates the meetings of oral exams, one for each candidate, shortly after the full hour.
pub(crate) const EXAMS_OF_AN_HOUR: usize = 260;
pub(crate) const EXAMS_BEGIN_AFTER: Duration = Duration::from_secs(40);
pub(crate) const EXAMS_A_SECOND: f64 = 15.0;
/// Candidate and examiner come within this time.
pub(crate) const COMING_TO_AN_EXAM: Duration = Duration::from_secs(60);
pub(crate) const EXAM: (Duration, Duration) = (Duration::from_secs(80), Duration::from_secs(150));
/// The backend looks at each meeting that is on, one after the other at this rate.
pub(crate) const LOOKS_A_SECOND: f64 = 12.0;
pub(crate) const LOOKS_EVERY: Duration = Duration::from_secs(60);

/// A small tenant that wants more meetings than its Limits allow.
pub(crate) const CALLS_A_SECOND: f64 = 0.1;
pub(crate) const CALL: Duration = Duration::from_secs(60);
pub(crate) const HOSTS: usize = 6;
pub(crate) const OPEN_MEETINGS: usize = 4;
pub(crate) const OPEN_MEETINGS_PER_CALLER: usize = 2;

/// The policy document.
pub(crate) fn policy() -> Value {
    let staff = json!({ "AnyGroup": ["hosts"] });
    let everyone = json!({
        "Fixed": { "TenantIds": ["${tenant}"] },
        "Default": { "MediaRegion": "eu-central-1" },
        "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 250 } } },
        "Callers": { "Create": staff, "Join": {}, "Moderate": staff, "End": staff },
    });
    // Whoever comes first opens the room.
    let university = json!({
        "Callers": { "Create": {} },
        "Limits": { "OpenMeetings": 100, "OpenMeetingsPerCaller": 3 },
    });
    let startup = json!({
        "Limits": { "OpenMeetings": OPEN_MEETINGS, "OpenMeetingsPerCaller": OPEN_MEETINGS_PER_CALLER },
    });
    json!({
        "Everyone": everyone,
        "Tenants": { UNIVERSITY: university, CLINIC: {}, EXAMS: {}, STARTUP: startup },
        "UnlistedTenants": "Deny",
    })
}

/// The mix as a table: who, what they do, how much of it.
pub(crate) fn rows() -> Vec<[String; 3]> {
    let row = |who: &str, what: &str, how: String| [who.to_owned(), what.to_owned(), how];
    let (shortest, longest) = EXAM;
    vec![
        row(
            "`university`: classes",
            "JoinRoom, of which the first opens the room; a page loaded again is another JoinRoom; one student is \
             removed (DeleteAttendee); the teacher ends it (DeleteRoom)",
            format!(
                "{ROOMS} rooms of {PEOPLE_OF_A_ROOM} at each full hour, who come within {} s, most of them in the \
                 middle; {} % load their page again; a class lasts {} s",
                ARRIVALS_OF_A_ROOM.as_secs(),
                RELOADING * 100.0,
                CLASS.as_secs(),
            ),
        ),
        row(
            "`clinic`: appointments",
            "CreateMeeting and Join by the doctor, Join by the patient 5 to 20 s later, DeleteMeeting",
            format!(
                "{APPOINTMENTS_A_SECOND} a second at random, {} s long on average; {} % are never ended, and Chime \
                 does it {} s after the last one has left; {} % of the creations are sent again with their key",
                APPOINTMENT.as_secs(),
                FORGETTING * 100.0,
                CHIME_ENDS_AFTER.as_secs(),
                SENT_AGAIN * 100.0,
            ),
        ),
        row(
            "`exams`: a backend, candidates, examiners",
            "CreateMeeting, two Joins, DeleteMeeting; the backend looks at the meetings that are on (GetMeeting)",
            format!(
                "{EXAMS_OF_AN_HOUR} creations at {EXAMS_A_SECOND} a second, {} s after each full hour; both come \
                 within {} s; {} to {} s long; looks at {LOOKS_A_SECOND} a second, each {} s",
                EXAMS_BEGIN_AFTER.as_secs(),
                COMING_TO_AN_EXAM.as_secs(),
                shortest.as_secs(),
                longest.as_secs(),
                LOOKS_EVERY.as_secs(),
            ),
        ),
        row(
            "`startup`: calls",
            "as the clinic's, under Limits",
            format!(
                "{CALLS_A_SECOND} a second at random, {} s long on average, with `OpenMeetings` {OPEN_MEETINGS} \
                 and `OpenMeetingsPerCaller` {OPEN_MEETINGS_PER_CALLER}",
                CALL.as_secs(),
            ),
        ),
    ]
}
