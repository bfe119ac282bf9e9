//! The items as an operator, DynamoDB's TTL and IAM see them.

use meeting_gateway::registry::{caller_key, digest};
use registry_core::table::{BOUND_SECONDS, UNBOUND_SECONDS};
use registry_core::{Digest, Generation, Owner, Publish, RequestKey, Room, SlotKey, TableRequest, Turn};

use crate::table::{GATEWAY, MEETING, NOW, ROOM, SLOT, TENANT, Table};

const SUBJECT: &str = "anna@example.com";
const KEY: &str = "key-of-anna";

/// A table with an item of each kind. Returns it with the caller's owner.
async fn with_every_item() -> (Table, Owner) {
    let table = Table::start().await;
    let caller = Owner::Caller(caller_key(GATEWAY, TENANT, SUBJECT));
    let request = RequestKey::Key(Digest(digest("test", &[GATEWAY, TENANT, SUBJECT, KEY])));
    let room = Room { generation: Generation(0xabc), since: NOW, meeting: None };
    let callers_slot = SlotKey { owner: caller, number: 0 };
    let turn = Turn { at: NOW, behind: (NOW - 5, 2) };
    let unbound = SlotKey { number: 4, ..SLOT };
    for request in [
        TableRequest::PutRoom { expected: None, room },
        TableRequest::TakeSlot { key: SLOT, request, now: NOW },
        TableRequest::TakeSlot { key: callers_slot, request, now: NOW },
        TableRequest::TakeSlot { key: unbound, request, now: NOW },
        TableRequest::TakeTurn { owner: Owner::Tenant, expected: None, turn },
        TableRequest::Publish(Publish {
            meeting: MEETING,
            generation: Some(room.generation),
            request,
            slots: [Some(callers_slot), Some(SLOT)],
            now: NOW + 3,
        }),
    ] {
        table.ask(request).await;
    }
    (table, caller)
}

#[tokio::test]
async fn the_keys_and_attributes_are_those_of_the_documentation() {
    let (table, Owner::Caller(caller)) = with_every_item().await else { panic!("a caller") };
    let room = digest("meeting-gateway/registry/room/1", &[TENANT, ROOM]);
    let request = digest("test", &[GATEWAY, TENANT, SUBJECT, KEY]);
    let (request, meeting) = (format!("S key#{request:032x}"), "S 0f8a1c00-0000-4abc-8000-00000000000d");
    let caller = format!("{:032x}", caller.0);
    let day = 24 * 60 * 60;
    let (published, bound) = (format!("N {}", NOW + 3), format!("N {}", NOW + 3 + BOUND_SECONDS));
    let (now, unbound) = (format!("N {NOW}"), format!("N {}", NOW + UNBOUND_SECONDS));
    let slot = |pk: &str, sk: &str| {
        vec![
            ("pk", format!("S {pk}")),
            ("sk", format!("S {sk}")),
            ("request", request.clone()),
            ("since", now.clone()),
            ("meeting", meeting.to_owned()),
            ("published", published.clone()),
            ("expires", bound.clone()),
            ("ttl", bound.clone()),
        ]
    };
    let expected = [
        slot(&format!("caller-slots#{caller}"), "0000"),
        vec![
            ("pk", "S meeting#0f8a1c00-0000-4abc-8000-00000000000d".to_owned()),
            ("sk", "S meeting".to_owned()),
            ("tenant", "S acme".to_owned()),
            ("day", "S 2026-11-26".to_owned()),
            ("slots", format!("SS caller#{caller}#0000 tenant#0003")),
            ("ttl", format!("N {}", NOW + 3 + 16 * day)),
        ],
        vec![
            ("pk", format!("S room#{room:032x}")),
            ("sk", "S room".to_owned()),
            ("generation", format!("S {:032x}", 0xabc)),
            ("since", now.clone()),
            ("meeting", meeting.to_owned()),
            ("ttl", format!("N {}", NOW + 3 + 2 * day)),
        ],
        slot("tenant-slots#acme", "0003"),
        vec![
            ("pk", "S tenant-slots#acme".to_owned()),
            ("sk", "S 0004".to_owned()),
            ("request", request.clone()),
            ("since", now.clone()),
            ("expires", unbound.clone()),
            ("ttl", unbound.clone()),
        ],
        vec![
            ("pk", "S tenant-slots#acme".to_owned()),
            ("sk", "S turn".to_owned()),
            ("at", now.clone()),
            ("behind_since", format!("N {}", NOW - 5)),
            ("behind_number", "N 2".to_owned()),
            ("ttl", format!("N {}", NOW + day)),
        ],
    ];
    let named =
        |item: Vec<(&str, String)>| item.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(table.items().await, expected.map(named));
}

#[tokio::test]
async fn no_subject_no_room_and_no_idempotency_key_is_in_the_table_in_clear() {
    let (table, _) = with_every_item().await;
    let text = format!("{:?}", table.items().await);
    for secret in [SUBJECT, "anna", ROOM, KEY] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test]
async fn an_item_that_something_else_wrote_is_an_error_and_not_read_as_another() {
    use aws_sdk_dynamodb::types::AttributeValue;
    use meeting_gateway::registry::RegistryUsage;

    use crate::table::TableAnswer;

    let table = Table::start().await;
    let text = |value: &str| AttributeValue::S(value.to_owned());
    table.put(&[("pk", text("tenant-slots#acme")), ("sk", text("0001")), ("note", text("hello"))]).await;
    let usage = RegistryUsage::default();
    let answer = table.ask_noting(TableRequest::ListSlots(Owner::Tenant), &usage).await;
    assert_eq!((answer, usage.has_failed(), usage.attempts()), (TableAnswer::Unclear, true, 1));
}
