//! What the simulator grants an attendee, and what a meeting's features forbid.

use aws_sdk_chimesdkmeetings::types::AttendeeCapabilities;
use local::simulator::Simulator;
use serde_json::{Value, json};

use crate::simulator::{ANY_PORT, new_meeting, send};

pub(crate) fn capabilities(audio: &str, video: &str, content: &str) -> AttendeeCapabilities {
    AttendeeCapabilities::builder()
        .audio(audio.into())
        .video(video.into())
        .content(content.into())
        .build()
        .unwrap()
}

fn as_json(audio: &str, video: &str, content: &str) -> Value {
    json!({ "Audio": audio, "Video": video, "Content": content })
}

#[tokio::test]
async fn an_attendee_who_asks_for_nothing_gets_what_the_meetings_features_leave() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let none = json!({ "MaxResolution": "None" });
    let rows = [
        (json!({}), as_json("SendReceive", "SendReceive", "SendReceive"), "the default"),
        (json!({ "Video": {} }), as_json("SendReceive", "SendReceive", "SendReceive"), "HD is the default"),
        (json!({ "Content": none }), as_json("SendReceive", "SendReceive", "None"), "no content"),
        (json!({ "Video": none }), as_json("SendReceive", "Receive", "SendReceive"), "content needs video"),
        (json!({ "Video": none, "Content": none }), as_json("SendReceive", "None", "None"), "audio alone"),
    ];
    for (features, expected, reason) in rows {
        let meeting = new_meeting(&simulator, features).await;
        let path = format!("{meeting}/attendees");
        let answer = send(&simulator, "POST", &path, &json!({ "ExternalUserId": "ann" })).await.json();
        assert_eq!(answer["Attendee"]["Capabilities"], expected, "{reason}");
    }
}

#[tokio::test]
async fn capabilities_that_the_meeting_has_switched_off_are_refused_by_every_operation() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let none = json!({ "MaxResolution": "None" });
    let rows = [
        (json!({ "Video": none }), as_json("Send", "Receive", "None"), "Capabilities.Video"),
        (json!({ "Video": none }), as_json("Send", "Receive", "Receive"), "Capabilities.Video"),
        (json!({ "Content": none }), as_json("Send", "Receive", "Receive"), "Capabilities.Content"),
        (json!({ "Content": none }), as_json("Send", "Receive", "Send"), "Capabilities.Content"),
    ];
    for (features, asked, reason) in rows {
        let meeting = new_meeting(&simulator, features.clone()).await;
        let path = format!("{meeting}/attendees");
        let ann = send(&simulator, "POST", &path, &json!({ "ExternalUserId": "ann" })).await.json();
        let before = simulator.attendees(meeting.trim_start_matches("/meetings/"));
        let id = &ann["Attendee"]["AttendeeId"];
        let item = json!({ "ExternalUserId": "bob", "Capabilities": asked });
        let refused = [
            ("POST", path.clone(), item.clone()),
            (
                "PUT",
                format!("{path}/{}/capabilities", id.as_str().unwrap()),
                json!({ "Capabilities": asked }),
            ),
            (
                "PUT",
                format!("{path}/capabilities?operation=batch-update-except"),
                json!({ "Capabilities": asked, "ExcludedAttendeeIds": [{ "AttendeeId": id }] }),
            ),
        ];
        for (method, path, body) in refused {
            let answer = send(&simulator, method, &path, &body).await;
            assert_eq!(
                (answer.status, answer.header("x-amzn-errortype")),
                (400, Some("BadRequestException")),
                "{features} {path} {asked}"
            );
            assert!(answer.text().contains(reason), "{}", answer.text());
        }
        assert_eq!(simulator.attendees(meeting.trim_start_matches("/meetings/")), before);

        let both = json!([{ "ExternalUserId": "eve" }, item]);
        let batch = format!("{path}?operation=batch-create");
        let answer = send(&simulator, "POST", &batch, &json!({ "Attendees": both })).await;
        assert_partly_created(answer.status, &answer.json(), reason);
        let mut request = json!({ "MediaRegion": "eu-central-1", "ExternalMeetingId": "standup" });
        request["ClientRequestToken"] = json!(format!("with-{}", simulator.meetings().len()));
        request["MeetingFeatures"] = features;
        request["Attendees"] = both;
        let answer = send(&simulator, "POST", "/meetings?operation=create-attendees", &request).await;
        assert_partly_created(answer.status, &answer.json(), reason);
    }
}

fn assert_partly_created(status: u16, answer: &Value, reason: &str) {
    assert_eq!(status, 201);
    assert_eq!(answer["Attendees"].as_array().unwrap().len(), 1);
    assert_eq!(answer["Attendees"][0]["ExternalUserId"], "eve");
    assert_eq!(answer["Errors"].as_array().unwrap().len(), 1);
    let error = &answer["Errors"][0];
    assert_eq!((&error["ExternalUserId"], &error["ErrorCode"]), (&json!("bob"), &json!("BadRequest")));
    assert!(error["ErrorMessage"].as_str().unwrap().contains(reason), "{error}");
}

#[tokio::test]
async fn none_is_granted_where_the_meeting_has_switched_a_feature_off() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let none = json!({ "MaxResolution": "None" });
    let meeting = new_meeting(&simulator, json!({ "Video": none, "Content": none })).await;
    let asked = json!({ "ExternalUserId": "ann", "Capabilities": as_json("Receive", "None", "None") });
    let answer = send(&simulator, "POST", &format!("{meeting}/attendees"), &asked).await;
    assert_eq!((answer.status, &answer.json()["Attendee"]["Capabilities"]), (201, &asked["Capabilities"]));
}
