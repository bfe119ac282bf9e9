//! Random sequences of all operations, by several callers of several tenants, against a model of who owns what.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::harness::{Answer, Stack};

const RIGHTS: [&str; 4] = ["Create", "Join", "Moderate", "End"];

/// A person with a token.
struct Person {
    tenant: &'static str,
    subject: &'static str,
    rights: &'static [&'static str],
    token: String,
}

/// Subjects are prefixes of one another, and the same in several tenants.
const PEOPLE: &[(&str, &str, &[&str])] = &[
    ("acme", "anna", &RIGHTS),
    ("acme", "ann", &["Join"]),
    ("acme", "annabel", &["Create", "Join"]),
    ("acme", "mona", &["Moderate"]),
    ("globex", "anna", &RIGHTS),
    ("globex", "ann", &["Join", "End"]),
    ("initech", "anna", &["Create", "Join", "Moderate"]),
    ("initech", "annabel", &["Join"]),
];

#[derive(Debug)]
struct Meeting {
    id: String,
    tenant: &'static str,
    alive: bool,
}

#[derive(Debug)]
struct Attendee {
    meeting: usize,
    id: String,
    external_user_id: String,
    token: String,
    alive: bool,
}

/// What exists, by the answers so far.
#[derive(Default)]
struct Model {
    meetings: Vec<Meeting>,
    attendees: Vec<Attendee>,
    /// The last meeting of each tenant's room.
    rooms: HashMap<(&'static str, &'static str), usize>,
    /// The tenant of each text that only this tenant may see: ids, names and tokens.
    secrets: HashMap<String, &'static str>,
    names: usize,
}

impl Person {
    fn has(&self, right: &str) -> bool {
        self.rights.contains(&right)
    }

    fn owns(&self, external_user_id: &str) -> bool {
        external_user_id.split('#').next() == Some(self.subject)
    }
}

impl Model {
    /// A name that occurs nowhere else.
    fn name(&mut self, tenant: &'static str) -> String {
        self.names += 1;
        let name = format!("meeting-{}-of-{tenant}", self.names);
        self.secrets.insert(name.clone(), tenant);
        name
    }

    fn add_meeting(&mut self, tenant: &'static str, body: &Value) -> usize {
        let id = text(&body["MeetingId"]);
        self.secrets.insert(id.clone(), tenant);
        self.meetings.push(Meeting { id, tenant, alive: true });
        self.meetings.len() - 1
    }

    fn add_attendee(&mut self, meeting: usize, body: &Value) {
        let tenant = self.meetings[meeting].tenant;
        let (id, token) = (text(&body["AttendeeId"]), text(&body["JoinToken"]));
        self.secrets.insert(id.clone(), tenant);
        self.secrets.insert(token.clone(), tenant);
        let external_user_id = text(&body["ExternalUserId"]);
        self.attendees.push(Attendee { meeting, id, external_user_id, token, alive: true });
    }

    /// A meeting that the caller's tenant has.
    fn own(&self, person: &Person, meeting: Option<usize>) -> Option<usize> {
        meeting.filter(|index| {
            let meeting = &self.meetings[*index];
            meeting.alive && meeting.tenant == person.tenant
        })
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A step of a walk: who, what, on what.
struct Walk {
    stack: Stack,
    people: Vec<Person>,
    model: Model,
    random: fastrand::Rng,
}

/// Rooms, which have the same names in every tenant.
const ROOMS: [&str; 3] = ["room-one", "room-two", "Room-One"];

/// The id of something that never was.
const NEVER: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// Meetings that go on at the same time. The oldest ends then, so that a long walk stays as fast as a short one.
const MAX_MEETINGS: usize = 40;

impl Walk {
    async fn start(seed: u64) -> Self {
        let callers: serde_json::Map<String, Value> =
            RIGHTS.iter().map(|right| ((*right).to_owned(), json!({ "AnyGroup": [right] }))).collect();
        let policy = json!({
            "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" }, "Callers": callers },
            "Tenants": { "acme": {}, "globex": {}, "initech": {} }
        });
        let stack = Stack::with().policy(&policy).registry().setting("RUST_LOG", "error").start().await;
        let people = PEOPLE.iter().map(|(tenant, subject, rights)| Person {
            tenant,
            subject,
            rights,
            token: stack.token_of(tenant, subject, rights),
        });
        let people = people.collect();
        Walk { stack, people, model: Model::default(), random: fastrand::Rng::with_seed(seed) }
    }

    /// A meeting of any tenant, ended ones too. `None`: one that never was.
    fn any_meeting(&mut self) -> Option<usize> {
        let count = self.model.meetings.len();
        let first = count.saturating_sub(MAX_MEETINGS + 10);
        (count > 0 && self.random.u8(..10) > 0).then(|| self.random.usize(first..count))
    }

    /// An attendee, mostly one of that meeting. `None`: one that never was.
    fn any_attendee(&mut self, meeting: Option<usize>) -> Option<usize> {
        let attendees = &self.model.attendees;
        let of_meeting: Vec<usize> = (0..attendees.len())
            .rev()
            .take(200)
            .filter(|index| Some(attendees[*index].meeting) == meeting)
            .collect();
        match self.random.u8(..10) {
            0 => None,
            1 if !attendees.is_empty() => Some(self.random.usize(..attendees.len())),
            _ if of_meeting.is_empty() => None,
            _ => Some(of_meeting[self.random.usize(..of_meeting.len())]),
        }
    }

    /// An ExternalUserId that somebody could ask for.
    fn any_name(&mut self) -> String {
        let subject = PEOPLE[self.random.usize(..PEOPLE.len())].1;
        match self.random.u8(..3) {
            0 => subject.to_owned(),
            1 => format!("{subject}#phone"),
            _ => format!("{subject}#{}", self.random.u8(..)),
        }
    }

    async fn step(&mut self) {
        let person = self.random.usize(..self.people.len());
        let meeting = self.any_meeting();
        let attendee = self.any_attendee(meeting);
        let room = ROOMS[self.random.usize(..ROOMS.len())];
        match self.random.u8(..16) {
            0 => self.create(person).await,
            1 => self.create_with_attendees(person).await,
            2 => self.get_meeting(person, meeting).await,
            3 if self.random.u8(..3) == 0 => self.end(person, meeting).await,
            3..=5 => self.create_attendee(person, meeting, "join").await,
            6 | 7 => self.create_attendee(person, meeting, "attendees").await,
            8 => self.batch_create(person, meeting).await,
            9 => self.list(person, meeting).await,
            10 => self.get_attendee(person, meeting, attendee).await,
            11 => self.delete_attendee(person, meeting, attendee).await,
            12 | 13 => self.join_room(person, room).await,
            14 if self.random.bool() => self.delete_room(person, room).await,
            14 => self.get_room(person, room).await,
            _ => self.set_capabilities(person, meeting, attendee).await,
        }
        self.end_the_oldest();
    }

    fn end_the_oldest(&mut self) {
        let alive: Vec<usize> =
            (0..self.model.meetings.len()).filter(|index| self.model.meetings[*index].alive).collect();
        if alive.len() > MAX_MEETINGS {
            let meeting = &mut self.model.meetings[alive[0]];
            meeting.alive = false;
            self.stack.simulator.end_meeting(&meeting.id);
        }
    }

    /// Compares what exists with the model, so that a refused request has changed nothing.
    fn compare_with_chime(&self) {
        let meetings: HashMap<String, bool> = self
            .stack
            .simulator
            .meetings()
            .iter()
            .map(|found| (found.id().to_owned(), found.alive))
            .collect();
        assert_eq!(meetings.len(), self.model.meetings.len());
        for (index, meeting) in self.model.meetings.iter().enumerate() {
            assert_eq!(meetings.get(&meeting.id), Some(&meeting.alive), "{meeting:?}");
            let expected = self.model.attendees.iter().filter(|attendee| attendee.meeting == index);
            let expected: Vec<(String, bool)> =
                expected.map(|attendee| (attendee.id.clone(), !attendee.alive)).collect();
            let found = self.stack.simulator.attendees(&meeting.id);
            let found: Vec<(String, bool)> =
                found.iter().map(|attendee| (attendee.id().to_owned(), attendee.deleted)).collect();
            assert_eq!(found, expected, "{meeting:?}");
        }
    }

    /// Sends a request and checks what every answer must keep to.
    async fn send(&mut self, person: usize, request: &str, body: Option<&Value>, expected: u64) -> Answer {
        let answer = self.stack.send(&self.people[person].token, request, body).await;
        let Person { tenant, subject, .. } = self.people[person];
        assert_eq!(answer.status, expected, "{tenant}/{subject}: {request} {body:?}: {}", answer.text);
        let shown = format!("{} {}", answer.text, answer.headers);
        for word in shown.split(['"', '/', ' ', ',']) {
            if let Some(owner) = self.model.secrets.get(word) {
                assert_eq!(*owner, tenant, "{tenant}/{subject}: {request} shows `{word}` of {owner}");
            }
        }
        answer
    }

    /// Checks that each JoinToken in an answer is of an attendee that is the caller's own.
    fn check_own_tokens(&self, person: usize, answer: &Answer) {
        let person = &self.people[person];
        for attendee in &self.model.attendees {
            if answer.text.contains(&attendee.token) {
                let tenant = self.model.meetings[attendee.meeting].tenant;
                let is_own = tenant == person.tenant && person.owns(&attendee.external_user_id);
                assert!(is_own, "{} got the token of {}", person.subject, attendee.external_user_id);
            }
        }
    }

    fn meeting_id(&self, meeting: Option<usize>) -> String {
        meeting.map_or(NEVER.to_owned(), |index| self.model.meetings[index].id.clone())
    }

    fn attendee_id(&self, attendee: Option<usize>) -> String {
        attendee.map_or(NEVER.to_owned(), |index| self.model.attendees[index].id.clone())
    }

    /// The status for a request about a meeting: 403 without one of the rights, 404 for what is not the tenant's.
    fn expected(&self, person: usize, rights: &[&str], meeting: Option<usize>, success: u64) -> u64 {
        let person = &self.people[person];
        if !rights.iter().any(|right| person.has(right)) {
            403
        } else if self.model.own(person, meeting).is_none() {
            404
        } else {
            success
        }
    }

    async fn create(&mut self, person: usize) {
        let tenant = self.people[person].tenant;
        let body = json!({ "ExternalMeetingId": self.model.name(tenant) });
        let expected = if self.people[person].has("Create") { 201 } else { 403 };
        let answer = self.send(person, "POST /meetings", Some(&body), expected).await;
        if expected == 201 {
            self.model.add_meeting(tenant, &answer.body["Meeting"]);
        }
    }

    async fn create_with_attendees(&mut self, person: usize) {
        let Person { tenant, .. } = self.people[person];
        let names: Vec<String> = (0..self.random.usize(1..4)).map(|_| self.any_name()).collect();
        let who = &self.people[person];
        let may = |name: &String| if who.owns(name) { who.has("Join") } else { who.has("Moderate") };
        let expected = if who.has("Create") && names.iter().all(may) { 201 } else { 403 };
        let attendees: Vec<Value> = names.iter().map(|name| json!({ "ExternalUserId": name })).collect();
        let body = json!({ "ExternalMeetingId": self.model.name(tenant), "Attendees": attendees });
        let answer =
            self.send(person, "POST /meetings?operation=create-attendees", Some(&body), expected).await;
        if expected == 201 {
            let meeting = self.model.add_meeting(tenant, &answer.body["Meeting"]);
            self.add_created(meeting, &answer.body["Attendees"], &names);
        }
    }

    fn add_created(&mut self, meeting: usize, attendees: &Value, names: &[String]) {
        let attendees = attendees.as_array().expect("a list");
        let created: Vec<String> =
            attendees.iter().map(|attendee| text(&attendee["ExternalUserId"])).collect();
        assert_eq!(created, names, "each that was asked for, and no other");
        for attendee in attendees {
            self.model.add_attendee(meeting, attendee);
        }
    }

    async fn get_meeting(&mut self, person: usize, meeting: Option<usize>) {
        let expected = self.expected(person, &RIGHTS, meeting, 200);
        self.send(person, &format!("GET /meetings/{}", self.meeting_id(meeting)), None, expected).await;
    }

    async fn end(&mut self, person: usize, meeting: Option<usize>) {
        let expected = self.expected(person, &["End"], meeting, 204);
        self.send(person, &format!("DELETE /meetings/{}", self.meeting_id(meeting)), None, expected).await;
        if expected == 204 {
            self.model.meetings[meeting.unwrap()].alive = false;
        }
    }

    /// Join and CreateAttendee.
    async fn create_attendee(&mut self, person: usize, meeting: Option<usize>, last: &str) {
        let name = (self.random.u8(..3) > 0).then(|| self.any_name());
        let who = &self.people[person];
        let rights: &[&str] = if last == "join" { &["Join"] } else { &["Join", "Moderate"] };
        let asked = name.clone().unwrap_or_else(|| who.subject.to_owned());
        let may = if who.owns(&asked) { who.has("Join") } else { who.has("Moderate") };
        let expected = if may { self.expected(person, rights, meeting, 201) } else { 403 };
        let body = name.map(|name| json!({ "ExternalUserId": name }));
        let path = format!("POST /meetings/{}/{last}", self.meeting_id(meeting));
        let answer = self.send(person, &path, body.as_ref(), expected).await;
        if expected == 201 {
            let created = json!([answer.body["Attendee"]]);
            self.add_created(meeting.unwrap(), &created, &[asked]);
        }
    }

    /// The meeting of the caller's tenant that goes on in a room.
    fn in_room(&self, person: usize, room: &'static str) -> Option<usize> {
        let person = &self.people[person];
        self.model.own(person, self.model.rooms.get(&(person.tenant, room)).copied())
    }

    async fn join_room(&mut self, person: usize, room: &'static str) {
        let name = (self.random.u8(..3) > 0).then(|| self.any_name());
        let meeting = self.in_room(person, room);
        let who = &self.people[person];
        let asked = name.clone().unwrap_or_else(|| who.subject.to_owned());
        let may_have = who.has("Join") && (who.owns(&asked) || who.has("Moderate"));
        let expected = match (may_have, meeting.is_some() || who.has("Create")) {
            (false, _) => 403,
            (true, true) => 201,
            (true, false) => 404,
        };
        let tenant = who.tenant;
        let body = name.map(|name| json!({ "ExternalUserId": name }));
        let answer = self.send(person, &format!("POST /rooms/{room}/join"), body.as_ref(), expected).await;
        if expected == 201 {
            let meeting = meeting.unwrap_or_else(|| self.model.add_meeting(tenant, &answer.body["Meeting"]));
            assert_eq!(answer.body["Meeting"]["MeetingId"], self.model.meetings[meeting].id, "{room}");
            self.model.rooms.insert((tenant, room), meeting);
            self.add_created(meeting, &json!([answer.body["Attendee"]]), &[asked]);
        }
    }

    async fn get_room(&mut self, person: usize, room: &'static str) {
        let meeting = self.in_room(person, room);
        let expected = if meeting.is_some() { 200 } else { 404 };
        let answer = self.send(person, &format!("GET /rooms/{room}"), None, expected).await;
        if let Some(meeting) = meeting {
            assert_eq!(answer.body["Meeting"]["MeetingId"], self.model.meetings[meeting].id, "{room}");
        }
    }

    async fn delete_room(&mut self, person: usize, room: &'static str) {
        let meeting = self.in_room(person, room);
        let expected = if self.people[person].has("End") { 204 } else { 403 };
        self.send(person, &format!("DELETE /rooms/{room}"), None, expected).await;
        if let Some(meeting) = meeting.filter(|_| expected == 204) {
            self.model.meetings[meeting].alive = false;
        }
    }

    async fn batch_create(&mut self, person: usize, meeting: Option<usize>) {
        let expected = self.expected(person, &["Moderate"], meeting, 201);
        let names: Vec<String> = (0..self.random.usize(1..4)).map(|_| self.any_name()).collect();
        let attendees: Vec<Value> = names.iter().map(|name| json!({ "ExternalUserId": name })).collect();
        let path = format!("POST /meetings/{}/attendees?operation=batch-create", self.meeting_id(meeting));
        let answer = self.send(person, &path, Some(&json!({ "Attendees": attendees })), expected).await;
        if expected == 201 {
            self.add_created(meeting.unwrap(), &answer.body["Attendees"], &names);
        }
    }

    async fn list(&mut self, person: usize, meeting: Option<usize>) {
        let expected = self.expected(person, &["Moderate"], meeting, 200);
        let path = format!("GET /meetings/{}/attendees?max-results=100", self.meeting_id(meeting));
        let answer = self.send(person, &path, None, expected).await;
        self.check_own_tokens(person, &answer);
        if expected == 200 {
            for listed in answer.body["Attendees"].as_array().expect("a list") {
                let is_own = self.people[person].owns(&text(&listed["ExternalUserId"]));
                assert_eq!(listed["JoinToken"].is_string(), is_own, "{listed}");
            }
        }
    }

    /// The status for a request about an attendee by callers who may act on their own, or on all with Moderate.
    fn expected_of_attendee(
        &self,
        person: usize,
        rights: &[&str],
        place: (Option<usize>, Option<usize>),
        success: u64,
    ) -> u64 {
        let (meeting, attendee) = place;
        let expected = self.expected(person, rights, meeting, success);
        let who = &self.people[person];
        let found = attendee
            .map(|index| &self.model.attendees[index])
            .filter(|attendee| attendee.alive && Some(attendee.meeting) == meeting);
        let sees = found.is_some_and(|attendee| who.has("Moderate") || who.owns(&attendee.external_user_id));
        if expected == success && !sees { 404 } else { expected }
    }

    async fn get_attendee(&mut self, person: usize, meeting: Option<usize>, attendee: Option<usize>) {
        let expected = self.expected_of_attendee(person, &["Join", "Moderate"], (meeting, attendee), 200);
        let path =
            format!("GET /meetings/{}/attendees/{}", self.meeting_id(meeting), self.attendee_id(attendee));
        let answer = self.send(person, &path, None, expected).await;
        self.check_own_tokens(person, &answer);
        if expected == 200 {
            let is_own = self.people[person].owns(&text(&answer.body["Attendee"]["ExternalUserId"]));
            assert_eq!(answer.body["Attendee"]["JoinToken"].is_string(), is_own, "{}", answer.text);
        }
    }

    async fn delete_attendee(&mut self, person: usize, meeting: Option<usize>, attendee: Option<usize>) {
        let expected = self.expected_of_attendee(person, &["Join", "Moderate"], (meeting, attendee), 204);
        let path =
            format!("DELETE /meetings/{}/attendees/{}", self.meeting_id(meeting), self.attendee_id(attendee));
        self.send(person, &path, None, expected).await;
        if expected == 204 {
            self.model.attendees[attendee.unwrap()].alive = false;
        }
    }

    async fn set_capabilities(&mut self, person: usize, meeting: Option<usize>, attendee: Option<usize>) {
        let capabilities = json!({ "Audio": "Send", "Video": "Receive", "Content": "None" });
        let meeting_id = self.meeting_id(meeting);
        if self.random.bool() {
            let expected = self.expected_of_attendee(person, &["Moderate"], (meeting, attendee), 200);
            let path =
                format!("PUT /meetings/{meeting_id}/attendees/{}/capabilities", self.attendee_id(attendee));
            let body = json!({ "Capabilities": capabilities });
            let answer = self.send(person, &path, Some(&body), expected).await;
            self.check_own_tokens(person, &answer);
        } else {
            let expected = self.expected(person, &["Moderate"], meeting, 200);
            let excluded = json!([{ "AttendeeId": self.attendee_id(attendee) }]);
            let body = json!({ "Capabilities": capabilities, "ExcludedAttendeeIds": excluded });
            let path =
                format!("PUT /meetings/{meeting_id}/attendees/capabilities?operation=batch-update-except");
            self.send(person, &path, Some(&body), expected).await;
        }
    }
}

async fn walk(seed: u64, steps: usize) {
    let mut walk = Walk::start(seed).await;
    for _ in 0..steps {
        walk.step().await;
    }
    walk.compare_with_chime();
    let kinds = (walk.model.meetings.len(), walk.model.attendees.len());
    assert!(kinds.0 > steps / 40 && kinds.1 > steps / 40, "the walk makes meetings and attendees: {kinds:?}");
}

#[tokio::test]
async fn no_answer_shows_what_is_anothers() {
    for seed in [1, 2] {
        walk(seed, 500).await;
    }
}

/// In the deep tier, with the release build: 20 walks of 5,000 steps.
#[tokio::test]
#[ignore = "takes minutes; `checks/run walks` runs it"]
async fn no_answer_shows_what_is_anothers_in_100_000_steps() {
    for seed in 100..120 {
        walk(seed, 5_000).await;
    }
}
