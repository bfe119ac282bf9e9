//! What the simulator makes of a repeated token, and of a full quota.

use local::simulator::{Simulator, SimulatorOptions, TokenMemory};
use serde_json::json;

use crate::simulator::{ANY_PORT, create, request_with};

#[tokio::test]
async fn a_repeated_token_is_answered_as_the_memory_for_tokens_says() {
    // The meeting goes on, then it has ended: `same`, `other` or the exception.
    let cases = [
        (TokenMemory::Kept, ["same", "same"], "a repeat is the same request, whenever it comes"),
        (TokenMemory::WhileMeetingGoesOn, ["same", "other"], "the token ends with its meeting"),
        (TokenMemory::ConflictOnceEnded, ["same", "ConflictException"], "the token outlives its meeting"),
        (TokenMemory::Forgotten, ["other", "other"], "nothing is remembered"),
    ];
    for (token_memory, expected, reason) in cases {
        let options = SimulatorOptions { token_memory, ..SimulatorOptions::default() };
        let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
        let request = request_with("ClientRequestToken", json!("token"));
        let first = create(&simulator, &request).await.json()["Meeting"]["MeetingId"].clone();
        let mut seen = Vec::new();
        for ends in [false, true] {
            if ends {
                simulator.end_meeting(first.as_str().unwrap());
            }
            let answer = create(&simulator, &request).await;
            let code = answer.header("x-amzn-errortype").unwrap_or("other").to_owned();
            seen.push(if answer.json()["Meeting"]["MeetingId"] == first { "same".to_owned() } else { code });
        }
        assert_eq!(seen, expected, "{token_memory:?}: {reason}");
    }
}

#[tokio::test]
async fn other_members_with_a_token_are_a_conflict_unless_tokens_are_forgotten() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let request = request_with("ExternalMeetingId", json!("standup"));
    let other = request_with("ExternalMeetingId", json!("retrospective"));
    assert_eq!(create(&simulator, &request).await.status, 201);
    assert_eq!(create(&simulator, &other).await.status, 409);
    simulator.set_token_memory(TokenMemory::Forgotten);
    assert_eq!(create(&simulator, &other).await.status, 201);
}

#[tokio::test]
async fn a_full_quota_refuses_new_meetings_until_one_ends() {
    let options = SimulatorOptions { max_open_meetings: Some(2), ..SimulatorOptions::default() };
    let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
    let ask = async |token| create(&simulator, &request_with("ClientRequestToken", json!(token))).await;
    let first = ask("one").await.json();
    assert_eq!(ask("two").await.status, 201);
    let refused = ask("three").await;
    assert_eq!((refused.status, refused.header("x-amzn-errortype")), (400, Some("LimitExceededException")));
    assert_eq!(ask("two").await.status, 201, "a repeat is no new meeting");
    simulator.end_meeting(first["Meeting"]["MeetingId"].as_str().unwrap());
    assert_eq!(ask("three").await.status, 201);
}
